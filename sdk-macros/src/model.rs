//! The model of a client, valid by construction: validation makes it, and expansion reads it.

use proc_macro2::{Ident, Span};
use syn::{Attribute, Block, Generics, ItemTrait, LitStr, Path, Receiver, Signature, Type};

use crate::{returns::Returns, template::Template};

/// The names of the generated client's own items.
pub(crate) const GENERATED: &[&str] = &["new", "builder", "session", "clone", "ENDPOINTS"];

pub(crate) struct Client {
    /// Whether there is a type-erased stand-in for the trait.
    pub(crate) erased: bool,
    /// Whether the supertraits are traits of clients, whose endpoints this client has too.
    pub(crate) extends: bool,
    /// Whether the client of another trait can have these endpoints.
    pub(crate) extendable: bool,
    /// The path of the runtime: `::sdk_runtime`, or the value of `crate = …`.
    pub(crate) krate: Path,
    /// The trait without its items.
    pub(crate) trait_head: ItemTrait,
    pub(crate) methods: Vec<Method>,
}

pub(crate) enum Method {
    Endpoint(Box<Endpoint>),
    Composite(Box<Composite>),
}

/// A method that is one HTTP request.
pub(crate) struct Endpoint {
    pub(crate) attrs: Vec<Attribute>,
    /// The signature as it is written, without the arguments.
    pub(crate) sig: Signature,
    /// The parameters of the endpoint's trait.
    pub(crate) trait_generics: Generics,
    pub(crate) receiver: Receiver,
    pub(crate) params: Vec<Param>,
    pub(crate) returns: Returns,
    pub(crate) verb: String,
    /// The path with the base of the trait. It is empty if a parameter is the whole address.
    pub(crate) template: Template,
    pub(crate) auth: Auth,
    pub(crate) scopes: Vec<LitStr>,
    /// Whether a 401 is the endpoint's own.
    pub(crate) no_refresh: bool,
    pub(crate) timeout: Option<Timeout>,
    /// The number of retries after a transient failure.
    pub(crate) retry: Option<Retry>,
    /// Decides which failures are retried.
    pub(crate) retry_if: Option<Path>,
    /// How long one attempt may take, in milliseconds.
    pub(crate) attempt_timeout: Option<u64>,
    /// How long the body of an answer may be silent.
    pub(crate) idle_timeout: Option<Timeout>,
    /// The header of the idempotency key, in lower case.
    pub(crate) idempotency: Option<String>,
    pub(crate) paginate: Option<Paginate>,
    /// How many connections in a row may bring no event.
    pub(crate) reconnect: Option<Retry>,
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
    /// The function that makes what is sent of the argument.
    pub(crate) with: Option<Path>,
    /// Whether the session supplies the value, so that the parameter is not in the visible signature.
    pub(crate) from_session: bool,
}

/// The place of a parameter in the request.
#[derive(Clone)]
pub(crate) enum Role {
    Path {
        placeholder: String,
        rest: bool,
    },
    Query {
        name: String,
        style: Option<QueryStyle>,
    },
    Queries(FieldStyle),
    /// In lower case.
    Header(String),
    Headers,
    Json(Option<LitStr>),
    Form(FieldStyle),
    Body(Option<LitStr>),
    Part {
        name: String,
        json: bool,
    },
    /// Parts with names of their own.
    Parts,
    /// The whole address.
    Url,
}

/// How the fields of a query or a form are written, if the declaration says it.
#[derive(Clone, Default)]
pub(crate) struct FieldStyle {
    pub(crate) nested: Option<Nested>,
    /// The name around all fields.
    pub(crate) below: Option<LitStr>,
    /// The text of a field that is `None`.
    pub(crate) null: Option<LitStr>,
}

/// The name of a field in a field.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nested {
    Dots,
    Brackets,
}

/// How a query parameter is written, if the declaration says it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum QueryStyle {
    /// The default of lists.
    Repeat,
    Csv,
    Brackets,
    Pipes,
    Spaces,
    /// A name alone, or nothing.
    Flag,
    /// One value or a list, percent-encoded by the caller.
    Encoded,
}

impl QueryStyle {
    /// Returns whether it is a style of lists.
    pub(crate) fn is_of_lists(self) -> bool {
        !matches!(self, Self::Flag | Self::Encoded)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Auth {
    Required,
    Optional,
    Cookies,
    None,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Timeout {
    /// In milliseconds.
    After(u64),
    Never,
}

/// How often a request may be sent again.
#[derive(Clone)]
pub(crate) struct Retry {
    pub(crate) times: u32,
    /// The span of the value, which is underlined if the body cannot be sent twice.
    pub(crate) span: Span,
}

/// How one page leads to the next.
#[derive(Clone)]
pub(crate) enum Paginate {
    Link,
    /// The page has the address of the next one.
    Url,
    /// The parameter takes the cursor of the page before.
    Cursor(PageParam),
    /// The parameter is counted up.
    Page(PageParam),
    /// The parameter is counted up by the items of each page.
    Offset(PageParam),
}

/// What names a page: a parameter of the query, or a member of the JSON body.
#[derive(Clone)]
pub(crate) struct PageParam {
    pub(crate) name: Ident,
    /// The path of the member, if the parameter is the body.
    pub(crate) member: Option<LitStr>,
}

impl Paginate {
    /// Returns what names a page, if its address does not.
    pub(crate) fn param(&self) -> Option<&PageParam> {
        match self {
            Self::Link | Self::Url => None,
            Self::Cursor(param) | Self::Page(param) | Self::Offset(param) => Some(param),
        }
    }

    /// Returns the word of the declaration.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Url => "url",
            Self::Cursor(_) => "cursor",
            Self::Page(_) => "page",
            Self::Offset(_) => "offset",
        }
    }
}

/// A header with fixed lines; the name is in lower case.
#[derive(Clone)]
pub(crate) struct Header {
    pub(crate) name: String,
    /// Empty for a header that is not sent.
    pub(crate) values: Vec<LitStr>,
}

pub(crate) enum SessionRole {
    None,
    Start,
    Refresh { refused: Option<Path> },
    End,
}

impl Endpoint {
    /// Returns the name of the method.
    pub(crate) fn name(&self) -> &Ident {
        &self.sig.ident
    }

    pub(crate) fn is_refresh(&self) -> bool {
        matches!(self.session, SessionRole::Refresh { .. })
    }
}
