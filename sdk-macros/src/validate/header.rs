//! The names and values of headers in a declaration.

use quote::ToTokens;
use syn::LitStr;

use crate::{
    diagnostics::{Diagnostics, Reported},
    model::Auth,
};

/// The headers that frame the message. Setting them by hand splits or truncates requests.
const TRANSPORT: &[&str] =
    &["host", "content-length", "transfer-encoding", "connection", "te", "trailer", "upgrade", "keep-alive"];

/// Returns the name in lower case, if it is a header name (RFC 9110, section 5.1).
pub(crate) fn name(at: impl ToTokens, text: &str, diagnostics: &Diagnostics) -> Result<String, Reported> {
    let name = text.to_ascii_lowercase();
    if text.is_empty() || !text.chars().all(is_token) {
        return Err(diagnostics.report(
            at,
            format!("the header name `{}` is not valid", text.escape_debug()),
            format!("write `{:?}`: letters, digits and `-` are allowed", corrected(&name)),
        ));
    }
    if TRANSPORT.contains(&name.as_str()) || name.starts_with("proxy-") {
        return Err(diagnostics.report(
            at,
            format!("the header `{name}` is set by the transport"),
            format!("remove it; the transport's are `{}` and `proxy-*`", TRANSPORT.join("`, `")),
        ));
    }
    Ok(name)
}

/// Checks that the value can be sent as it is (RFC 9110, section 5.5).
pub(crate) fn value(literal: &LitStr, diagnostics: &Diagnostics) -> Result<(), Reported> {
    let text = literal.value();
    let Some(bad) = text.chars().find(|c| !c.is_ascii() || (c.is_control() && *c != '\t')) else {
        return Ok(());
    };
    let what = match bad {
        '\n' | '\r' => "a line break".to_owned(),
        c if c.is_control() => format!("the control character `{}`", c.escape_debug()),
        c => format!("`{c}`, which is not ASCII"),
    };
    let rest: String = text.chars().filter(|c| c.is_ascii() && !c.is_control()).collect();
    Err(diagnostics.report(
        literal,
        format!("the header value contains {what}"),
        format!("write `{:?}`", rest.trim()),
    ))
}

/// Reports `authorization` if the session signs the request, because the session sets it.
///
/// `line` is the attribute of the endpoint with `auth = none`.
pub(crate) fn may_be_set(
    at: impl ToTokens,
    name: &str,
    auth: Auth,
    line: Option<&str>,
    diagnostics: &Diagnostics,
) -> bool {
    let auth = match auth {
        Auth::None | Auth::Cookies => return true,
        Auth::Required => "required",
        Auth::Optional => "optional",
    };
    if name == "authorization" {
        diagnostics.report(
            at,
            format!("the header `authorization` is managed because `auth = {auth}`"),
            match line {
                Some(line) => format!("write `{line}` to set it yourself; or remove it: the session sets it"),
                None => "remove it, or add `auth = none` to set it yourself".to_owned(),
            },
        );
    }
    name != "authorization"
}

/// Returns whether the header can be set several times: all cookies are sent as one header.
pub(crate) fn is_added(name: &str) -> bool {
    name == "cookie"
}

pub(crate) fn report_twice(at: impl ToTokens, name: &str, diagnostics: &Diagnostics) {
    diagnostics.report(
        at,
        format!("the header `{name}` is set twice"),
        format!("remove it: `{name:?}` is set already"),
    );
}

pub(crate) fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)
}

/// Returns the nearest valid name: of `X-Trace: 1`, the part before the colon.
pub(crate) fn corrected(name: &str) -> String {
    let name = name.split_once(':').map_or(name, |(name, _)| name);
    let text: String = name.trim().chars().map(|c| if is_token(c) { c } else { '-' }).collect();
    if text.is_empty() { "x-name".to_owned() } else { text }
}
