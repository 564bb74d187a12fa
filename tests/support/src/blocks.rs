//! The code blocks of a document, each of which stands in a source file, line by line.

/// Returns the blocks of `document` in the language `fence` that are in none of `sources`. Indentation does
/// not count.
#[must_use]
pub fn missing<'a>(document: &'a str, fence: &str, sources: &[&str]) -> Vec<&'a str> {
    let sources: Vec<Vec<&str>> = sources.iter().map(|source| trimmed(source)).collect();
    let is_missing = |block: &&str| {
        let wanted = trimmed(block);
        !sources.iter().any(|source| source.windows(wanted.len().max(1)).any(|window| window == wanted))
    };
    blocks(document, fence).filter(is_missing).collect()
}

/// Returns the blocks of `document` in the language `fence`.
pub fn blocks<'a>(document: &'a str, fence: &str) -> impl Iterator<Item = &'a str> {
    let begin = format!("```{fence}\n");
    let mut rest = document;
    std::iter::from_fn(move || {
        let (block, after) = rest.split_once(begin.as_str())?.1.split_once("```")?;
        rest = after;
        Some(block)
    })
}

fn trimmed(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).collect()
}
