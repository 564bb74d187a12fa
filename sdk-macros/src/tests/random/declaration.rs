//! A declaration in its parts, so that one of them can get a mistake, and its text.

use std::fmt;

/// The verbs that have an attribute of their own.
pub(super) const VERBS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// A trait with its options.
#[derive(Clone)]
pub(super) struct Declaration {
    pub(super) options: Vec<String>,
    /// The name with its parameters, such as `Api<K>`.
    pub(super) generics: &'static str,
    pub(super) methods: Vec<Method>,
    /// Items that a trait cannot have; empty in a correct declaration.
    pub(super) others: Vec<String>,
}

#[derive(Clone)]
pub(super) struct Method {
    /// Docs, lints and `cfg`s.
    pub(super) before: Vec<String>,
    /// `get`, or `endpoint("REPORT"`; `None` for a method with a body.
    pub(super) verb: Option<Verb>,
    pub(super) session: Option<&'static str>,
    pub(super) is_async: bool,
    pub(super) name: String,
    pub(super) generics: &'static str,
    pub(super) receiver: Option<&'static str>,
    pub(super) params: Vec<Param>,
    /// The return type with its arrow.
    pub(super) returns: String,
    pub(super) body: Option<&'static str>,
}

#[derive(Clone)]
pub(super) struct Verb {
    /// The HTTP method, in upper case.
    pub(super) name: &'static str,
    /// The path with its quotes; `None` if a parameter is the address.
    pub(super) path: Option<String>,
    pub(super) options: Vec<String>,
}

#[derive(Clone)]
pub(super) struct Param {
    pub(super) cfg: Option<&'static str>,
    pub(super) roles: Vec<String>,
    pub(super) name: String,
    pub(super) ty: String,
    /// An argument for it.
    pub(super) argument: &'static str,
}

impl Method {
    pub(super) fn set_options(&mut self, options: Vec<String>) {
        if let Some(verb) = &mut self.verb {
            verb.options = options;
        }
    }

    pub(super) fn is_pages(&self) -> bool {
        self.returns.starts_with("-> Pages")
    }
}

impl Param {
    pub(super) fn has(&self, role: &str) -> bool {
        self.roles.iter().any(|it| it == role || it.starts_with(&format!("{role}(")))
    }

    pub(super) fn is_body(&self) -> bool {
        ["json", "form", "body", "part"].iter().any(|role| self.has(role))
    }

    /// Returns whether the parameter fills a placeholder.
    pub(super) fn is_segment(&self) -> bool {
        self.roles.is_empty() || self.has("path")
    }
}

impl Declaration {
    pub(super) fn item(&self) -> String {
        let Self { generics, methods, others, .. } = self;
        let methods: String = methods.iter().map(|method| format!("    {method}\n")).collect();
        format!("pub trait Api{generics} {{\n{methods}{}}}\n", others.concat())
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for before in &self.before {
            write!(f, "{before}\n    ")?;
        }
        if let Some(Verb { name, path, options }) = &self.verb {
            let known = VERBS.contains(name);
            let method = (!known).then(|| format!("{name:?}"));
            let arguments: Vec<String> =
                method.into_iter().chain(path.clone()).chain(options.clone()).collect();
            let attr = if known { name.to_ascii_lowercase() } else { "endpoint".to_owned() };
            let arguments =
                if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) };
            write!(f, "#[{attr}{arguments}] ")?;
        }
        if let Some(session) = self.session {
            write!(f, "#[session({session})] ")?;
        }
        let params =
            self.receiver.map(str::to_owned).into_iter().chain(self.params.iter().map(Param::to_string));
        let params: Vec<String> = params.collect();
        let (wait, Self { name, generics, returns, .. }) = (if self.is_async { "async " } else { "" }, self);
        let end = self.body.unwrap_or(";");
        write!(f, "{wait}fn {name}{generics}({}) {returns}{end}", params.join(", "))
    }
}

impl fmt::Display for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cfg, roles, name, ty, .. } = self;
        let roles: String = roles.iter().map(|role| format!("#[{role}] ")).collect();
        write!(f, "{} {roles}{name}: {ty}", cfg.unwrap_or_default())
    }
}

pub(super) fn has_body(verb: &str) -> bool {
    !matches!(verb, "GET" | "HEAD")
}
