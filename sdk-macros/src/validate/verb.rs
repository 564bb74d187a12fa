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
    pub(crate) name: String,
    /// Below the base of the trait. `None` after a mistake in it.
    pub(crate) template: Option<(LitStr, Template)>,
    pub(crate) options: OfEndpoint<'a>,
}

impl Verb<'_> {
    /// Whether a request with this method has a body at all.
    pub(crate) fn has_body(&self) -> bool {
        !matches!(self.name.as_str(), "GET" | "HEAD" | "TRACE")
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
        let (template, options) = path_and_options(rest, mark, raw, sink);
        return Some(Verb { name: name?, template, options });
    }
    let name = mark.name.to_string();
    if !VERBS.contains(&name.as_str()) {
        unknown(mark, raw, sink);
        return None;
    }
    let (template, options) = path_and_options(args, mark, raw, sink);
    Some(Verb { name: name.to_ascii_uppercase(), template, options })
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
) -> (Option<(LitStr, Template)>, OfEndpoint<'a>) {
    let example = match mark.name.to_string().as_str() {
        "endpoint" => format!("#[endpoint(\"REPORT\", \"/{}\")]", raw.sig.ident),
        name => format!("#[{name}(\"/{}\")]", raw.sig.ident),
    };
    let help = format!("write `{example}`; a constant is not supported because the path is checked here");
    let (literal, rest) = match args.split_first() {
        Some((first, rest)) if string(first).is_some() => (string(first), rest),
        Some((Arg::Assign { .. } | Arg::List { .. }, _)) | None => {
            sink.report(&mark.attr, format!("`#[{}]` needs a path", mark.name), format!("write `{example}`"));
            (None, args)
        }
        Some((first, rest)) => {
            sink.report(first, "the path must be a string literal", help);
            (None, rest)
        }
    };
    let template = literal.and_then(|literal| match template::parse(&literal.value()) {
        Ok(template) => Some((literal, template)),
        Err(mistakes) => {
            for mistake in mistakes {
                sink.report(&literal, mistake.message, mistake.help);
            }
            None
        }
    });
    (template, options::of_endpoint(rest, sink))
}

fn string(arg: &Arg) -> Option<LitStr> {
    match arg {
        Arg::Value(tokens) => syn::parse2(tokens.clone()).ok(),
        _ => None,
    }
}
