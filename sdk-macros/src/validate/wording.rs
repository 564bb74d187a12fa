//! The user's tokens as text, for messages.

use quote::ToTokens;

/// Returns the tokens as the user wrote them.
pub(crate) fn shown(tokens: impl ToTokens) -> String {
    let text = tokens.to_token_stream().to_string();
    let text = ["< ", " <", " >", "& ", " ,", " :: ", "# [", " ;", " ?", " ! ("]
        .iter()
        .fold(text, |text, pattern| text.replace(pattern, &pattern.replace(' ', "")));
    // The compiler prints calls without a blank; a test, which runs without the compiler, prints one.
    let mut shown = String::new();
    for c in text.chars() {
        let is_call = |before: &str| before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '!');
        if c == '(' && shown.strip_suffix(' ').is_some_and(is_call) {
            shown.pop();
        }
        shown.push(c);
    }
    shown
}

/// Returns the name of a method as a part of the name of a type: `SignIn` for `sign_in`.
pub(crate) fn camel_case(method: &str) -> String {
    let words = method.split('_').map(|word| {
        let mut letters = word.chars();
        letters.next().map(char::to_uppercase).into_iter().flatten().chain(letters).collect::<String>()
    });
    words.collect()
}
