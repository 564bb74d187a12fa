//! The user's tokens as text, for messages.

use quote::ToTokens;

/// Returns the tokens as the user wrote them.
pub(crate) fn shown(tokens: impl ToTokens) -> String {
    let text = tokens.to_token_stream().to_string();
    ["< ", " <", " >", "& ", " ,", " :: "]
        .iter()
        .fold(text, |text, pattern| text.replace(pattern, pattern.trim()))
}
