//! `#[get("/users", …)]`: the HTTP method, the path, and the options behind it. Must not know about parameters.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{LitStr, Meta};

use super::options::{self, OfEndpoint};
use crate::{
    attr::Arg,
    nearest::nearest,
    parse::{Mark, MarkArgs, RawMethod, VERBS},
    sink::{Reported, Sink},
    template::{self, Template},
};

/// What the verb attribute of an endpoint says.
pub(crate) struct Verb<'a> {
    pub(crate) mark: &'a Mark,
    pub(crate) name: String,
    pub(crate) path: Written,
    pub(crate) options: OfEndpoint<'a>,
}

/// What stands where the path belongs.
pub(crate) enum Written {
    Path(LitStr, Template),
    /// A mistake that was reported.
    Wrong(Reported),
    /// A parameter is the address.
    Nothing,
}

impl Verb<'_> {
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

pub(crate) fn verb<'a>(raw: &'a RawMethod, sink: &Sink) -> Result<Verb<'a>, Reported> {
    let name = &raw.sig.ident;
    let mut conditional = None;
    for mark in raw.marks.iter().filter(|mark| mark.is_conditional()) {
        conditional = Some(super::conditional(mark, sink));
    }
    let mut verbs = raw.verbs();
    let Some(mark) = verbs.next() else {
        return Err(conditional.unwrap_or_else(|| {
            sink.report(
                name,
                format!("endpoint `{name}` has no HTTP method"),
                format!("add `#[get(\"/{name}\")]`, or give the method a body"),
            )
        }));
    };
    let mut several = None;
    for second in verbs {
        several = Some(sink.report(
            &second.attr,
            format!("endpoint `{name}` has two HTTP methods"),
            format!("keep `#[{}(…)]`, and declare another method for `#[{}(…)]`", mark.name, second.name),
        ));
    }
    if let Some(body) = &raw.body {
        sink.report(
            body,
            "an endpoint cannot have a body of its own",
            format!("write `;` instead of the body, or remove `#[{}(…)]`", mark.name),
        );
    }
    if let MarkArgs::Wrong = mark.args {
        let help = match &mark.attr.meta {
            Meta::List(list) => format!("write `#[{}({})]`", mark.name, super::shown(&list.tokens)),
            _ => format!("write `{}`", example(mark, raw)),
        };
        return Err(sink.report(&mark.attr, "the path stands in parentheses", help));
    }
    let mut verb = read(mark, raw, sink)?;
    // The parameters may be those of either path.
    if let (Some(reported), Written::Path(..)) = (several, &verb.path) {
        verb.path = Written::Wrong(reported);
    }
    Ok(verb)
}

fn read<'a>(mark: &'a Mark, raw: &RawMethod, sink: &Sink) -> Result<Verb<'a>, Reported> {
    let args = mark.list();
    if mark.name == "endpoint" {
        let Some((verb, rest)) = args.split_first() else {
            let help = format!("write `#[endpoint(\"REPORT\", \"/{}\")]`", raw.sig.ident);
            return Err(sink.report(&mark.attr, "`#[endpoint]` needs a method and a path", help));
        };
        let name = custom(verb, sink);
        let (path, options) = path_and_options(rest, mark, raw, sink);
        return Ok(Verb { mark, name: name?, path, options });
    }
    let name = mark.name.to_string();
    if !VERBS.contains(&name.as_str()) {
        return Err(unknown(mark, raw, sink));
    }
    let (path, options) = path_and_options(args, mark, raw, sink);
    Ok(Verb { mark, name: name.to_ascii_uppercase(), path, options })
}

fn unknown(mark: &Mark, raw: &RawMethod, sink: &Sink) -> Reported {
    let name = mark.name.to_string();
    let path = match mark.list().first() {
        Some(path @ Arg::Value(_)) => super::shown(path),
        _ => format!("\"/{}\"", raw.sig.ident),
    };
    let help = match nearest(&name, VERBS.iter().copied()) {
        Some(near) => format!("did you mean `#[{near}({path})]`?"),
        None => format!("write `#[endpoint({:?}, {path})]`", name.to_ascii_uppercase()),
    };
    sink.report(&mark.name, format!("unknown verb `{name}`"), help)
}

/// The method in `#[endpoint("REPORT", "/x")]`.
fn custom(verb: &Arg, sink: &Sink) -> Result<String, Reported> {
    let Some(literal) = string(verb) else {
        let help = "write `#[endpoint(\"REPORT\", \"/users\")]`";
        return Err(sink.report(verb, "the method must be a string literal", help));
    };
    let name = literal.value();
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)) {
        let upper: String =
            name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
        let upper = if upper.is_empty() { "REPORT".to_owned() } else { upper };
        let message = format!("`{}` is not a valid HTTP method", name.escape_debug());
        return Err(sink.report(literal, message, format!("write a token such as `{upper:?}`")));
    }
    let lower = name.to_ascii_lowercase();
    if VERBS.contains(&lower.as_str()) && lower.to_ascii_uppercase() != name {
        let help = format!("write `{:?}`", lower.to_ascii_uppercase());
        let message = format!("HTTP methods are case-sensitive: `{name}` is unknown");
        return Err(sink.report(literal, message, help));
    }
    Ok(name)
}

fn path_and_options<'a>(
    args: &'a [Arg],
    mark: &Mark,
    raw: &RawMethod,
    sink: &Sink,
) -> (Written, OfEndpoint<'a>) {
    let (path, rest) = match args.split_first() {
        Some((first, rest)) if string(first).is_some() => (string(first).map(parsed(sink)), rest),
        Some((Arg::Assign { .. } | Arg::List { .. }, _)) | None => (None, args),
        Some((Arg::Flag(flag), _)) if options::is_flag(flag) => (None, args),
        Some((first, rest)) => (Some(Written::Wrong(no_literal(first, mark, raw, sink))), rest),
    };
    // Behind an option it is no option.
    let late = |arg: &&Arg| path.is_none() && string(arg).is_some();
    let behind = rest.iter().find(late).map(|arg| {
        let literal = super::shown(arg);
        let help = format!("write `#[{}({literal}, …)]`", mark.name);
        Written::Wrong(sink.report(arg, "the path stands in front of the options", help))
    });
    let options = options::of_endpoint(rest.iter().filter(|arg| !late(arg)), sink);
    (path.or(behind).unwrap_or(Written::Nothing), options)
}

fn no_literal(first: &Arg, mark: &Mark, raw: &RawMethod, sink: &Sink) -> Reported {
    let mut tokens = first.to_token_stream().into_iter();
    let literal = tokens.next().map(TokenStream::from).and_then(|token| syn::parse2::<LitStr>(token).ok());
    let behind: TokenStream = tokens.collect();
    if let (Some(literal), false) = (literal, behind.is_empty()) {
        let help = format!("write `#[{}({}, {})]`", mark.name, super::shown(&literal), super::shown(&behind));
        return sink.report(behind, "there is no comma behind the path", help);
    }
    sink.report(
        first,
        "the path must be a string literal",
        format!(
            "write `{}`; a constant is not supported because the path is checked here",
            example(mark, raw)
        ),
    )
}

fn example(mark: &Mark, raw: &RawMethod) -> String {
    match mark.name.to_string().as_str() {
        "endpoint" => format!("#[endpoint(\"REPORT\", \"/{}\")]", raw.sig.ident),
        name => format!("#[{name}(\"/{}\")]", raw.sig.ident),
    }
}

fn parsed(sink: &Sink) -> impl Fn(LitStr) -> Written {
    |literal| match template::parse(&literal.value()) {
        Ok(template) => Written::Path(literal, template),
        Err(mistakes) => {
            Written::Wrong(mistakes.tell(|mistake| sink.report(&literal, mistake.message, mistake.help)))
        }
    }
}

fn string(arg: &Arg) -> Option<LitStr> {
    match arg {
        Arg::Value(tokens) => syn::parse2(tokens.clone()).ok(),
        _ => None,
    }
}
