//! `#[get("/users", …)]` and the other verbs: the HTTP method, the path and the options of an endpoint.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{LitStr, ext::IdentExt};

use super::{cfg_attr, meant_verb, named_param};
use crate::{
    args::Arg,
    diagnostics::{Diagnostics, Reported},
    did_you_mean::nearest,
    parse::{ApiAttr, ApiAttrArgs, RawMethod, VERBS},
    template::{self, Template},
    validate::{
        header,
        option::{self, Context, EndpointOptions, Line},
        value_type,
        wording::shown,
    },
};

/// The verb attribute of an endpoint.
pub(crate) struct Verb<'a> {
    pub(crate) attr: &'a ApiAttr,
    /// The HTTP method.
    pub(crate) method: String,
    pub(crate) path: PathArg,
    pub(crate) options: EndpointOptions<'a>,
}

/// The path argument of a verb.
pub(crate) enum PathArg {
    Path(LitStr, Template),
    /// A mistake, which was reported.
    Mistaken(Reported),
    /// There is no path, because a parameter is the address.
    Missing,
}

impl Verb<'_> {
    /// Returns the attribute as it is written with a path.
    pub(crate) fn example(&self, raw: &RawMethod) -> String {
        example(self.attr, raw)
    }

    /// Returns the attribute with another name.
    pub(crate) fn named(&self, name: &str) -> String {
        let args: Vec<String> = self.attr.list().iter().map(shown).collect();
        format!("#[{name}({})]", args.join(", "))
    }

    /// Returns the attribute with one more option.
    pub(crate) fn with_option(&self, option: &str) -> String {
        let args: Vec<String> = self.attr.list().iter().map(shown).chain([option.to_owned()]).collect();
        format!("#[{}({})]", self.attr.name, args.join(", "))
    }

    /// Returns the attribute with an option in the place of the one with this key.
    pub(crate) fn with_option_of(&self, key: &str, option: &str) -> String {
        let others = self.attr.list().iter().filter(|arg| arg.key().is_none_or(|given| given != key));
        let args: Vec<String> = others.map(shown).chain([option.to_owned()]).collect();
        format!("#[{}({})]", self.attr.name, args.join(", "))
    }

    /// Returns whether a request with this method can have a body.
    pub(crate) fn has_body(&self) -> bool {
        !matches!(self.method.as_str(), "GET" | "HEAD" | "TRACE")
    }

    /// Returns whether a request with this method changes nothing (RFC 9110, section 9.2.1).
    pub(crate) fn is_safe(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS" | "TRACE")
    }

    /// Returns whether sending a request with this method again changes nothing more (RFC 9110, section
    /// 9.2.2).
    pub(crate) fn is_idempotent(&self) -> bool {
        self.is_safe() || matches!(self.method.as_str(), "PUT" | "DELETE")
    }
}

/// Parses the one verb attribute of an endpoint.
pub(crate) fn parse<'a>(raw: &'a RawMethod, diagnostics: &Diagnostics) -> Result<Verb<'a>, Reported> {
    let name = &raw.sig.ident;
    let mut conditional = None;
    for attr in raw.api_attrs.iter().filter(|attr| attr.is_cfg_attr()) {
        conditional = Some(cfg_attr::report(attr, diagnostics));
    }
    let mut verbs = raw.verbs();
    let Some(attr) = verbs.next() else {
        return Err(conditional.unwrap_or_else(|| {
            diagnostics.report(
                name,
                format!("endpoint `{name}` has no HTTP method"),
                format!("add `#[get(\"/{name}\")]`, or give the method a body"),
            )
        }));
    };
    let mut several = None;
    for second in verbs {
        several = Some(diagnostics.report(
            second,
            format!("endpoint `{name}` has two HTTP methods"),
            format!("remove it, and declare another method for `#[{}(…)]`", second.name),
        ));
    }
    if let Some(body) = &raw.body {
        diagnostics.report(
            body,
            "an endpoint cannot have a body of its own",
            format!("write `;` instead of the body, or remove `#[{}(…)]`", attr.name),
        );
    }
    if let ApiAttrArgs::Wrong = attr.args {
        let help = format!("write `{}`", meant_verb::meant(attr, raw));
        return Err(diagnostics.report(attr, "the path stands in parentheses", help));
    }
    let mut verb = read(attr, raw, diagnostics)?;
    if let Some(apart) = meant_verb::path_apart(raw) {
        let reported = path_apart(apart, &verb, raw, diagnostics);
        if let PathArg::Missing = verb.path {
            verb.path = PathArg::Mistaken(reported);
        }
    }
    // The parameters may belong to either path.
    if let (Some(reported), PathArg::Path(..)) = (several, &verb.path) {
        verb.path = PathArg::Mistaken(reported);
    }
    Ok(verb)
}

/// Reports the path of the verb in an attribute of its own.
fn path_apart(apart: &ApiAttr, verb: &Verb<'_>, raw: &RawMethod, diagnostics: &Diagnostics) -> Reported {
    let name = &verb.attr.name;
    let (message, help) = match verb.path {
        PathArg::Missing => (
            format!(
                "`#[{}]` is no attribute of a method, because the path stands in `#[{name}]`",
                apart.name
            ),
            format!("remove it, and write `{}`", meant_verb::meant(verb.attr, raw)),
        ),
        PathArg::Path(..) | PathArg::Mistaken(_) => (
            format!("`#[{}]` is no attribute of a method", apart.name),
            format!("remove it: the path stands in `#[{name}(…)]` already"),
        ),
    };
    diagnostics.report(apart, message, help)
}

fn read<'a>(attr: &'a ApiAttr, raw: &RawMethod, diagnostics: &Diagnostics) -> Result<Verb<'a>, Reported> {
    let args = attr.list();
    if attr.name == "endpoint" {
        let Some((verb, rest)) = args.split_first() else {
            let help = format!("write `#[endpoint(\"REPORT\", \"/{}\")]`", raw.sig.ident);
            return Err(diagnostics.report(attr, "`#[endpoint]` needs a method and a path", help));
        };
        let name = custom(verb, attr, raw, diagnostics);
        if name.is_err() && args.iter().any(meant_verb::is_named) {
            // The help names all parts again.
            return name.map(|method| Verb {
                attr,
                method,
                path: PathArg::Missing,
                options: EndpointOptions::default(),
            });
        }
        let (path, options) = path_and_options(rest, attr, raw, diagnostics);
        return Ok(Verb { attr, method: name?, path, options });
    }
    let name = attr.name.to_string();
    if !VERBS.contains(&name.as_str()) {
        return Err(unknown(attr, raw, diagnostics));
    }
    let (path, options) = path_and_options(args, attr, raw, diagnostics);
    Ok(Verb { attr, method: name.to_ascii_uppercase(), path, options })
}

fn unknown(attr: &ApiAttr, raw: &RawMethod, diagnostics: &Diagnostics) -> Reported {
    let name = attr.name.to_string();
    let meant = meant_verb::meant(attr, raw);
    let help = match nearest(&name, VERBS.iter().copied()) {
        _ if meant_verb::path_apart(raw).is_some() => format!("write `{meant}` in place of both attributes"),
        Some(_) => format!("did you mean `{meant}`?"),
        None => format!("write `{meant}`; other methods are written `#[endpoint(\"REPORT\", …)]`"),
    };
    diagnostics.report(&attr.name, format!("unknown verb `{name}`"), help)
}

/// Parses the method in `#[endpoint("REPORT", "/x")]`.
fn custom(
    verb: &Arg,
    attr: &ApiAttr,
    raw: &RawMethod,
    diagnostics: &Diagnostics,
) -> Result<String, Reported> {
    let help = || format!("write `{}`", meant_verb::meant(attr, raw));
    let Some(literal) = string(verb) else {
        return Err(diagnostics.report(verb, "the method must be a string literal", help()));
    };
    let name = literal.value();
    if name.is_empty() || !name.chars().all(header::is_token) {
        let message = format!("`{}` is not a valid HTTP method", name.escape_debug());
        return Err(diagnostics.report(literal, message, help()));
    }
    let lower = name.to_ascii_lowercase();
    if VERBS.contains(&lower.as_str()) && lower.to_ascii_uppercase() != name {
        let help = format!("write `{:?}`", lower.to_ascii_uppercase());
        let message = format!("HTTP methods are case-sensitive: `{name}` is unknown");
        return Err(diagnostics.report(literal, message, help));
    }
    Ok(name)
}

fn path_and_options<'a>(
    args: &'a [Arg],
    attr: &ApiAttr,
    raw: &RawMethod,
    diagnostics: &Diagnostics,
) -> (PathArg, EndpointOptions<'a>) {
    let (path, rest) = match args.split_first() {
        Some((first, rest)) if string(first).is_some() => (string(first).map(parsed(raw, diagnostics)), rest),
        Some((first, rest)) if is_path(first) => {
            let help = format!("write `{}`", meant_verb::meant(attr, raw));
            let reported = diagnostics.report(first, "the path is written without a name", help);
            (Some(PathArg::Mistaken(reported)), rest)
        }
        Some((Arg::Assign { .. } | Arg::List { .. }, _)) | None => (None, args),
        Some((Arg::Flag(flag), _)) if option::is_flag(flag) => (None, args),
        Some((first, rest)) => (Some(PathArg::Mistaken(no_literal(first, attr, raw, diagnostics))), rest),
    };
    // The draft reports it with the parameter.
    let is_role = |arg: &&Arg| !named_param::of(arg, raw).is_empty();
    // A literal after an option is a misplaced path.
    let late = |arg: &&Arg| path.is_none() && string(arg).is_some();
    let behind = rest.iter().find(late).map(|arg| {
        let help = format!("write `{}`", meant_verb::meant(attr, raw));
        PathArg::Mistaken(diagnostics.report(arg, "the path stands in front of the options", help))
    });
    let context = Context { line: Line::new(&attr.name, attr.list()), ..Context::default() };
    let own = rest.iter().filter(|arg| !late(arg) && !is_role(arg));
    let options = EndpointOptions::parse(own, &context, diagnostics);
    (path.or(behind).unwrap_or(PathArg::Missing), options)
}

/// Returns whether this is `path = "/users"` or `path("/users")`, as other frameworks name it.
fn is_path(arg: &Arg) -> bool {
    const NAMES: [&str; 8] = ["path", "url", "uri", "route", "template", "value", "endpoint", "href"];
    let path = match arg {
        Arg::Assign { value, .. } => syn::parse2::<LitStr>(value.clone()).ok(),
        Arg::List { items, .. } => items.first().and_then(string),
        Arg::Flag(_) | Arg::Value(_) => None,
    };
    let is_named = arg.key().is_some_and(|key| NAMES.iter().any(|name| key == name));
    path.is_some_and(|path| is_named || path.value().starts_with('/'))
}

fn no_literal(first: &Arg, attr: &ApiAttr, raw: &RawMethod, diagnostics: &Diagnostics) -> Reported {
    let mut tokens = first.to_token_stream().into_iter();
    let literal = tokens.next().map(TokenStream::from).and_then(|token| syn::parse2::<LitStr>(token).ok());
    let behind: TokenStream = tokens.collect();
    let meant = meant_verb::meant(attr, raw);
    if literal.is_some() && !behind.is_empty() {
        return diagnostics.report(behind, "there is no comma behind the path", format!("write `{meant}`"));
    }
    diagnostics.report(
        first,
        "the path must be a string literal",
        format!("write `{meant}`; a constant is not supported because the path is checked here"),
    )
}

fn example(attr: &ApiAttr, raw: &RawMethod) -> String {
    match attr.name.to_string().as_str() {
        "endpoint" => format!("#[endpoint(\"REPORT\", \"/{}\")]", raw.sig.ident),
        name => format!("#[{name}(\"/{}\")]", raw.sig.ident),
    }
}

fn parsed(raw: &RawMethod, diagnostics: &Diagnostics) -> impl Fn(LitStr) -> PathArg {
    let names = meant_verb::names(raw);
    move |literal| match template::parse(&literal.value(), &names) {
        Ok(template) => PathArg::Path(literal, template),
        Err(mistakes) => PathArg::Mistaken(mistakes.report_each(|mistake| {
            diagnostics.report(&literal, mistake.message, with_types(&mistake.help, raw))
        })),
    }
}

/// Returns the help with each parameter as it is declared: `#[query] page: u32` for `#[query] page`.
fn with_types(help: &str, raw: &RawMethod) -> String {
    let parts = help.split('`').enumerate().map(|(index, part)| {
        let Some((role, rest)) = part.rsplit_once("] ").filter(|_| index % 2 == 1) else {
            return part.to_owned();
        };
        let name = rest.split(':').next().unwrap_or(rest);
        let declared = raw.params.iter().find(|it| it.name().is_some_and(|own| own.unraw() == name));
        match declared {
            Some(param) if !param.api_attrs.is_empty() => {
                let attrs: String = param.api_attrs.iter().map(|attr| shown(attr) + " ").collect();
                format!("{attrs}{}: {}", shown(&param.pat), shown(&param.ty))
            }
            Some(param) if role.starts_with("#[query") && !role.starts_with("#[queries") => {
                value_type::in_query(&format!("{role}]"), shown(&param.pat), &param.ty)
            }
            Some(param) => format!("{role}] {}: {}", shown(&param.pat), shown(&param.ty)),
            None => part.to_owned(),
        }
    });
    parts.collect::<Vec<_>>().join("`")
}

fn string(arg: &Arg) -> Option<LitStr> {
    match arg {
        Arg::Value(tokens) => syn::parse2(tokens.clone()).ok(),
        _ => None,
    }
}
