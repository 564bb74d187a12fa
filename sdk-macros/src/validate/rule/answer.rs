//! The answer of an endpoint: an error type that the user can have, and an answer with tokens where the
//! session reads it.

use syn::{Type, ext::IdentExt};

use crate::{
    diagnostics::Diagnostics,
    model::SessionRole,
    returns::{self, arguments_of},
    span,
    validate::{
        draft::Draft,
        wording::{camel_case, shown},
    },
};

/// The error type implements `ApiError`, which a type of another crate never does.
pub(super) fn has_an_error_of_an_endpoint(draft: &Draft<'_>, diagnostics: &Diagnostics) {
    // No caller sees the error of a refresh, which has a bound of its own.
    if let Ok(SessionRole::Refresh { .. }) = draft.session {
        return;
    }
    let Some(returns) = &draft.returns else { return };
    let (Some(ok), Some(err)) = (&returns.ok, &returns.err) else { return };
    if !returns::is_foreign_error(err) || returns::borrowed(&returns.whole).is_some() {
        return;
    }
    let name = if returns::is_pages(&draft.raw.sig.output) { "Pages" } else { "Result" };
    diagnostics.report(
        err,
        format!("`{}` cannot be the error type of an endpoint", shown(err)),
        format!(
            "write `-> {name}<{}>`, whose error is `sdk_runtime::Error`; or name an enum of your own with \
             `#[derive(Debug, sdk_runtime::ApiError)]`",
            shown(ok)
        ),
    );
}

/// The answer to a sign-in or a refresh has the tokens.
pub(super) fn has_tokens(draft: &Draft<'_>, diagnostics: &Diagnostics) {
    let Ok(SessionRole::Start | SessionRole::Refresh { .. }) = draft.session else { return };
    let Some(returns) = &draft.returns else { return };
    let Some(ok) = &returns.ok else { return };
    let some = arguments_of(ok, "Option").and_then(|types| types.first().copied());
    let is_without_tokens = match span::strip_groups(ok) {
        Type::Tuple(_) => true,
        _ => ["String", "Vec", "bool", "Bytes", "Value"].iter().any(|name| arguments_of(ok, name).is_some()),
    };
    let error = returns.err.as_ref().map_or_else(String::new, |err| format!(", {}", shown(err)));
    let name = camel_case(&draft.raw.sig.ident.unraw().to_string()) + "Answer";
    let help = match some {
        Some(some) => format!("write `-> Result<{}{error}>`: each answer has tokens", shown(some)),
        None if is_without_tokens => format!(
            "write `-> Result<{name}{error}>`, and the type `#[derive(serde::Deserialize, \
             sdk_runtime::TokenResponse)] pub struct {name} {{ access_token: String }}`, with the fields of \
             the answer"
        ),
        None => return,
    };
    diagnostics.report(ok, format!("`{}` says nothing about tokens", shown(ok)), help);
}
