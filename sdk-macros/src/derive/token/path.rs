//! The path to a value in JSON: `"data.result"`.

use quote::ToTokens;

use super::wire::literal;
use crate::diagnostics::{Diagnostics, Reported};

/// Parses the path in a literal text. `option` is what is written in front of it, such as `at = `.
pub(super) fn path(
    tokens: &impl ToTokens,
    at: &impl ToTokens,
    option: &str,
    diagnostics: &Diagnostics,
) -> Result<Vec<String>, Reported> {
    let Some(text) = literal(tokens) else {
        let loose = loosely(&tokens.to_token_stream().to_string().replace(' ', ""));
        let help = format!("write `#[token({option}\"{}\")]`", loose.as_deref().unwrap_or("data.result"));
        return Err(diagnostics.report(at, "expected the path of a value in JSON, in quotes", help));
    };
    let parts: Vec<String> = text.split('.').map(str::to_owned).collect();
    if parts.iter().all(|part| is_key(part)) {
        return Ok(parts);
    }
    let help = match loosely(&text) {
        Some(path) => format!("write `#[token({option}\"{path}\")]`"),
        None => format!("write the keys with dots between them: `#[token({option}\"data.result\")]`"),
    };
    Err(diagnostics.report(tokens, format!("`{text}` is no path of a value in JSON"), help))
}

fn is_key(part: &str) -> bool {
    !part.is_empty() && !part.contains(['/', '[', ']', '$', '"', '\'', '{', '}']) && part.trim() == part
}

/// Returns the path that was meant by a JSON pointer, a JSONPath, or a path without quotes.
fn loosely(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches(['$', '#']);
    let keys = text.split(['.', '/', '[', ']', ':', '"', '\'', '{', '}']).map(str::trim);
    let keys: Vec<&str> = keys.filter(|key| !key.is_empty()).collect();
    (!keys.is_empty() && keys.iter().all(|key| is_key(key) && !key.contains(['(', ')', '*', '?'])))
        .then(|| keys.join("."))
}
