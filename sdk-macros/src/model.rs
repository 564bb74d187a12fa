//! A client that is valid by construction: what validation makes and expansion reads. Must not know how to find mistakes,
//! nor what the generated code looks like.

use proc_macro2::Ident;
use syn::{Attribute, Block, ItemTrait, LitStr, Path, Receiver, Signature, Type};

use crate::{returns::Returns, template::Template};

/// The names the generated client has for itself.
pub(crate) const GENERATED: &[&str] = &["new", "builder", "session", "clone"];

pub(crate) struct Client {
    /// Where the runtime is found: `::sdk_runtime`, or what `crate = …` says.
    pub(crate) krate: Path,
    /// The trait without its items.
    pub(crate) shell: ItemTrait,
    pub(crate) methods: Vec<Method>,
}

pub(crate) enum Method {
    Endpoint(Box<Endpoint>),
    Composite(Box<Composite>),
}

/// A method that is one HTTP request.
pub(crate) struct Endpoint {
    pub(crate) attrs: Vec<Attribute>,
    /// As it is written, without the arguments.
    pub(crate) sig: Signature,
    pub(crate) receiver: Receiver,
    pub(crate) params: Vec<Param>,
    pub(crate) returns: Returns,
    pub(crate) verb: String,
    /// The base of the trait included.
    pub(crate) template: Template,
    pub(crate) auth: Auth,
    pub(crate) timeout: Option<Timeout>,
    pub(crate) headers: Vec<Header>,
    pub(crate) session: SessionRole,
}

/// A method with a body of its own.
pub(crate) struct Composite {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) sig: Signature,
    pub(crate) body: Block,
}

pub(crate) struct Param {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) name: Ident,
    pub(crate) ty: Type,
    pub(crate) role: Role,
    /// Supplied by the session, so that it leaves the visible signature.
    pub(crate) from_session: bool,
}

/// What a parameter becomes in the request.
pub(crate) enum Role {
    Path {
        placeholder: String,
        rest: bool,
    },
    Query(String),
    Queries,
    /// In lower case.
    Header(String),
    Headers,
    Json(Option<LitStr>),
    Form,
    Body(Option<LitStr>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Auth {
    Required,
    Optional,
    None,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Timeout {
    /// In milliseconds.
    After(u64),
    Never,
}

/// A header with a fixed value; the name is in lower case.
#[derive(Clone)]
pub(crate) struct Header {
    pub(crate) name: String,
    pub(crate) value: LitStr,
}

pub(crate) enum SessionRole {
    None,
    Start,
    Refresh { refused: Option<Path> },
    End,
}

impl Endpoint {
    /// The name that is called.
    pub(crate) fn name(&self) -> &Ident {
        &self.sig.ident
    }

    pub(crate) fn is_refresh(&self) -> bool {
        matches!(self.session, SessionRole::Refresh { .. })
    }
}
