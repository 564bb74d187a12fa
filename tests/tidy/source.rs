//! Source files as the house rules look at them: their lines, their code without comments and strings, and
//! the paths that the code names. Must not know the rules.

use std::{
    fs,
    ops::Range,
    path::{Path, PathBuf},
};

/// A file of the workspace.
pub(crate) struct Source {
    /// From the root of the workspace, with `/` between the parts.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// A path that code names, such as `["crate", "session", "core"]`, and the line it stands on.
pub(crate) struct Named {
    pub(crate) path: Vec<String>,
    pub(crate) line: usize,
}

/// A name, or one character of punctuation, and where it stands.
pub(crate) struct Token<'a> {
    pub(crate) text: &'a str,
    pub(crate) at: usize,
}

/// All text files of the workspace but what tools write.
pub(crate) fn all() -> Vec<Source> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = folder.ancestors().find(|it| it.join("Cargo.lock").is_file()).unwrap();
    let mut files = Vec::new();
    collect(root, &mut files);
    files.sort();
    let sources = files.into_iter().filter_map(|file| {
        let path = file.strip_prefix(root).ok()?.to_str()?.replace('\\', "/");
        Some(Source { path, text: fs::read_to_string(&file).ok()? })
    });
    sources.collect()
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    const LEFT_OUT: [&str; 4] = [".git", "target", "Cargo.lock", "wip"];
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if LEFT_OUT.iter().any(|name| path.ends_with(name)) {
            continue;
        }
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}

impl Source {
    pub(crate) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether the file is a test as a whole, wherever it lies.
    pub(crate) fn is_test(&self) -> bool {
        self.path.starts_with("tests/") || self.path.contains("/tests/") || self.path.ends_with("tests.rs")
    }

    /// The number of the line on which the byte at `at` stands.
    pub(crate) fn line(&self, at: usize) -> usize {
        self.text[..at].matches('\n').count() + 1
    }

    /// The text in front of the unit tests, which begin with the last `#[cfg(test)]` that is not indented.
    pub(crate) fn before_tests(&self) -> &str {
        self.text.rfind("\n#[cfg(test)]").map_or(&self.text, |at| &self.text[..=at])
    }

    /// The same, with spaces in place of comments and literals. Positions are those of the text.
    pub(crate) fn code(&self) -> String {
        blanked(self.before_tests())
    }

    /// The whole text, likewise.
    pub(crate) fn whole_code(&self) -> String {
        blanked(&self.text)
    }

    /// Every path that begins with one of `roots`, those in braces one by one, in the code in front of the
    /// tests.
    pub(crate) fn named(&self, roots: &[&str]) -> Vec<Named> {
        let code = self.code();
        let tokens = tokens(&code);
        let mut named = Vec::new();
        for (index, token) in tokens.iter().enumerate() {
            let before = index.checked_sub(1).map(|before| tokens[before].text);
            let follows = tokens.get(index + 1).is_some_and(|next| next.text == ":")
                && tokens.get(index + 2).is_some_and(|next| next.text == ":");
            if roots.contains(&token.text)
                && follows
                && !matches!(before, Some("$"))
                && !continues(&tokens, index)
            {
                tree(&tokens, index, &mut Vec::new(), &mut named, self);
            }
        }
        named
    }
}

/// Whether the token at `index` stands behind the `::` of a longer path, rather than of a rooted one such as
/// `::std`.
fn continues(tokens: &[Token<'_>], index: usize) -> bool {
    index >= 3
        && tokens[index - 1].text == ":"
        && tokens[index - 2].text == ":"
        && tokens[index - 3].text.starts_with(is_name)
        && !matches!(tokens[index - 3].text, "use" | "as" | "in" | "impl" | "for" | "dyn" | "return")
}

/// Reads `a::b`, `a::{b, c::d}` and so on from `index`, and gives the index behind it.
fn tree(
    tokens: &[Token<'_>],
    mut index: usize,
    prefix: &mut Vec<String>,
    named: &mut Vec<Named>,
    source: &Source,
) -> usize {
    let depth = prefix.len();
    let line = source.line(tokens[index].at);
    loop {
        let text = tokens.get(index).map_or("", |token| token.text);
        if text == "{" {
            index += 1;
            while tokens.get(index).is_some_and(|token| token.text != "}") {
                index = match tokens[index].text {
                    "," => index + 1,
                    _ => tree(tokens, index, prefix, named, source),
                };
            }
            index += 1;
            break;
        }
        if !text.starts_with(is_name) && text != "*" {
            index += 1;
            break;
        }
        prefix.push(text.to_owned());
        index += 1;
        let colons = [index, index + 1].map(|at| tokens.get(at).map_or("", |token| token.text));
        if colons != [":", ":"] {
            named.push(Named { path: prefix.clone(), line });
            if colons[0] == "as" {
                index += 2;
            }
            break;
        }
        index += 2;
    }
    prefix.truncate(depth);
    index
}

pub(crate) fn tokens(code: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = code.char_indices().peekable();
    while let Some((at, first)) = rest.next() {
        let mut end = at + first.len_utf8();
        if first.is_whitespace() {
            continue;
        }
        while is_name(first) && rest.peek().is_some_and(|(_, next)| is_name(*next)) {
            end = rest.next().map_or(end, |(at, last)| at + last.len_utf8());
        }
        tokens.push(Token { text: &code[at..end], at });
    }
    tokens
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn blanked(text: &str) -> String {
    let mut code = text.to_owned().into_bytes();
    let mut at = 0;
    while let Some(span) = next_quiet(text, at) {
        for byte in &mut code[span.clone()] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        at = span.end;
    }
    String::from_utf8(code).unwrap()
}

/// Where the next comment or literal stands.
fn next_quiet(text: &str, from: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let mut at = from;
    while at < bytes.len() {
        let rest = &text[at..];
        let part_of_name = at > 0 && bytes[at - 1].is_ascii_alphanumeric() | (bytes[at - 1] == b'_');
        if rest.starts_with("//") {
            return Some(at..at + rest.find('\n').unwrap_or(rest.len()));
        } else if rest.starts_with("/*") {
            return Some(at..at + rest.find("*/").map_or(rest.len(), |end| end + 2));
        } else if !part_of_name && rest.starts_with(['r', 'b', 'c']) {
            let opening = rest.trim_start_matches(['r', 'b', 'c']);
            let hashes = opening.len() - opening.trim_start_matches('#').len();
            let raw = rest[..rest.len() - opening.len()].contains('r');
            if raw && opening[hashes..].starts_with('"') {
                let closing = format!("\"{}", "#".repeat(hashes));
                let start = at + (rest.len() - opening.len()) + hashes;
                let end = text[start + 1..].find(&closing).map_or(bytes.len(), |end| start + 1 + end);
                return Some(start..end + closing.len());
            }
        } else if rest.starts_with('"') {
            let mut end = at + 1;
            while end < bytes.len() && bytes[end] != b'"' {
                end += if bytes[end] == b'\\' { 2 } else { 1 };
            }
            return Some(at..end + 1);
        } else if let Some(inside) = rest.strip_prefix('\'') {
            // A character, or else a lifetime.
            let length = match inside.chars().next() {
                Some('\\') => inside[2..].find('\'').map(|end| end + 2),
                Some(one) => inside[one.len_utf8()..].starts_with('\'').then_some(one.len_utf8()),
                None => None,
            };
            if let Some(length) = length {
                return Some(at..at + length + 2);
            }
        }
        at += rest.chars().next().map_or(1, char::len_utf8);
    }
    None
}
