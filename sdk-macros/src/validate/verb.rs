//! `#[get("/users", …)]`: the HTTP method, the path, and the options behind it. Must not know about parameters.

use syn::LitStr;

use super::options::{self, OfEndpoint};
use crate::{
    attr::Arg,
    nearest::nearest,
    parse::{Mark, MarkArgs, RawMethod, VERBS},
    sink::Sink,
    template::{self, Template},
};

/// What the verb attribute of an endpoint says.
pub(crate) struct Verb<'a> {
    pub(crate) mark: &'a Mark,
    pub(crate) name: String,
    pub(crate) path: Address,
    pub(crate) options: OfEndpoint<'a>,
}

/// What stands where the path belongs.
pub(crate) enum Address {
    /// Below the base of the trait.
    Path(LitStr, Template),
    /// A mistake that was reported.
    Wrong,
    /// Nothing: a parameter is the address.
    Missing,
}

impl Verb<'_> {
    pub(crate) fn template(&self) -> Option<(&LitStr, &Template)> {
        match &self.path {
            Address::Path(literal, template) => Some((literal, template)),
            Address::Wrong | Address::Missing => None,
        }
    }

    /// The attribute as it is written with a path.
    pub(crate) fn example(&self, raw: &RawMethod) -> String {
        example(self.mark, raw)
    }

    /// Whether a request with this method has a body at all.
    pub(crate) fn has_body(&self) -> bool {
        !matches!(self.name.as_str(), "GET" | "HEAD" | "TRACE")
    }

    /// Whether a request with this method changes nothing (RFC 9110, section 9.2.1).
    pub(crate) fn is_safe(&self) -> bool {
        matches!(self.name.as_str(), "GET" | "HEAD" | "OPTIONS" | "TRACE")
    }

    /// Whether a request with this method changes nothing more when it is sent again (RFC 9110, section 9.2.2).
    pub(crate) fn is_idempotent(&self) -> bool {
        self.is_safe() || matches!(self.name.as_str(), "PUT" | "DELETE")
    }
}

pub(crate) fn verb<'a>(raw: &'a RawMethod, sink: &Sink) -> Option<Verb<'a>> {
    let name = &raw.sig.ident;
    let mut verbs = raw.verbs();
    let Some(mark) = verbs.next() else {
        if !raw.marks.iter().any(Mark::is_conditional) {
            sink.report(
                name,
                format!("endpoint `{name}` has no HTTP method"),
                format!("add `#[get(\"/{name}\")]`, or give the method a body"),
            );
        }
        return None;
    };
    for second in verbs {
        sink.report(
            &second.attr,
            format!("endpoint `{name}` has two HTTP methods"),
            format!("keep `#[{}(…)]`, and declare another method for `#[{}(…)]`", mark.name, second.name),
        );
    }
    if let Some(body) = &raw.body {
        sink.report(
            body,
            "an endpoint cannot have a body of its own",
            format!("write `;` instead of the body, or remove `#[{}(…)]`", mark.name),
        );
    }
    if let MarkArgs::Assign = mark.args {
        sink.report(
            &mark.attr,
            "the path stands in parentheses",
            format!("write `#[{}(\"/{name}\")]`", mark.name),
        );
        return None;
    }
    read(mark, raw, sink)
}

fn read<'a>(mark: &'a Mark, raw: &RawMethod, sink: &Sink) -> Option<Verb<'a>> {
    let args = mark.list();
    if mark.name == "endpoint" {
        let Some((verb, rest)) = args.split_first() else {
            let help = format!("write `#[endpoint(\"REPORT\", \"/{}\")]`", raw.sig.ident);
            sink.report(&mark.attr, "`#[endpoint]` needs a method and a path", help);
            return None;
        };
        let name = custom(verb, sink);
        let (path, options) = path_and_options(rest, mark, raw, sink);
        return Some(Verb { mark, name: name?, path, options });
    }
    let name = mark.name.to_string();
    if !VERBS.contains(&name.as_str()) {
        unknown(mark, raw, sink);
        return None;
    }
    let (path, options) = path_and_options(args, mark, raw, sink);
    Some(Verb { mark, name: name.to_ascii_uppercase(), path, options })
}

fn unknown(mark: &Mark, raw: &RawMethod, sink: &Sink) {
    let name = mark.name.to_string();
    let path = match mark.list().first() {
        Some(path @ Arg::Value(_)) => super::shown(path),
        _ => format!("\"/{}\"", raw.sig.ident),
    };
    let help = match nearest(&name, VERBS.iter().copied()) {
        Some(near) => format!("did you mean `#[{near}({path})]`?"),
        None => format!("write `#[endpoint({:?}, {path})]`", name.to_ascii_uppercase()),
    };
    sink.report(&mark.name, format!("unknown verb `{name}`"), help);
}

/// The method in `#[endpoint("REPORT", "/x")]`.
fn custom(verb: &Arg, sink: &Sink) -> Option<String> {
    let Some(literal) = string(verb) else {
        sink.report(
            verb,
            "the method must be a string literal",
            "write `#[endpoint(\"REPORT\", \"/users\")]`",
        );
        return None;
    };
    let name = literal.value();
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)) {
        let upper: String =
            name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
        let upper = if upper.is_empty() { "REPORT".to_owned() } else { upper };
        sink.report(
            literal,
            format!("`{}` is not a valid HTTP method", name.escape_debug()),
            format!("write a token such as `{upper:?}`"),
        );
        return None;
    }
    let lower = name.to_ascii_lowercase();
    if VERBS.contains(&lower.as_str()) && lower.to_ascii_uppercase() != name {
        let help = format!("write `{:?}`", lower.to_ascii_uppercase());
        sink.report(literal, format!("HTTP methods are case-sensitive: `{name}` is unknown"), help);
        return None;
    }
    Some(name)
}

fn path_and_options<'a>(
    args: &'a [Arg],
    mark: &Mark,
    raw: &RawMethod,
    sink: &Sink,
) -> (Address, OfEndpoint<'a>) {
    let (path, rest) = match args.split_first() {
        Some((first, rest)) if string(first).is_some() => (string(first).map(parsed(sink)), rest),
        Some((Arg::Assign { .. } | Arg::List { .. }, _)) | None => (Some(Address::Missing), args),
        Some((Arg::Flag(flag), _)) if options::is_flag(flag) => (Some(Address::Missing), args),
        Some((first, rest)) => {
            sink.report(
                first,
                "the path must be a string literal",
                format!(
                    "write `{}`; a constant is not supported because the path is checked here",
                    example(mark, raw)
                ),
            );
            (None, rest)
        }
    };
    (path.unwrap_or(Address::Wrong), options::of_endpoint(rest, sink))
}

fn example(mark: &Mark, raw: &RawMethod) -> String {
    match mark.name.to_string().as_str() {
        "endpoint" => format!("#[endpoint(\"REPORT\", \"/{}\")]", raw.sig.ident),
        name => format!("#[{name}(\"/{}\")]", raw.sig.ident),
    }
}

fn parsed(sink: &Sink) -> impl Fn(LitStr) -> Address {
    |literal| match template::parse(&literal.value()) {
        Ok(template) => Address::Path(literal, template),
        Err(mistakes) => {
            for mistake in mistakes {
                sink.report(&literal, mistake.message, mistake.help);
            }
            Address::Wrong
        }
    }
}

fn string(arg: &Arg) -> Option<LitStr> {
    match arg {
        Arg::Value(tokens) => syn::parse2(tokens.clone()).ok(),
        _ => None,
    }
}
