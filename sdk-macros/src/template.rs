//! Path templates such as `/issues/{id}/files/{*path}?state=open`, on strings alone.
//!
//! A template is accepted only if it reaches the server as it is written. Text that a URL parser would
//! encode, collapse or drop is a mistake.

/// A parsed template: the pieces of the path, and the fixed query part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template {
    pub(crate) pieces: Vec<Piece>,
    /// Without the `?`.
    pub(crate) query: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Literal(String),
    Param(Placeholder),
}

/// `{name}`, or `{*name}` for the rest of the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Placeholder {
    pub(crate) name: String,
    pub(crate) rest: bool,
}

/// One mistake in a template.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mistake {
    pub(crate) message: String,
    pub(crate) help: String,
}

impl Template {
    /// Returns the template of an endpoint whose address is an argument.
    pub(crate) fn none() -> Self {
        Self { pieces: Vec::new(), query: None }
    }

    pub(crate) fn placeholders(&self) -> impl Iterator<Item = &Placeholder> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Literal(_) => None,
            Piece::Param(placeholder) => Some(placeholder),
        })
    }

    /// Returns the path as it is written, without the query part.
    pub(crate) fn path(&self) -> String {
        self.pieces
            .iter()
            .map(|piece| match piece {
                Piece::Literal(text) => text.clone(),
                Piece::Param(Placeholder { name, rest: false }) => format!("{{{name}}}"),
                Piece::Param(Placeholder { name, rest: true }) => format!("{{*{name}}}"),
            })
            .collect()
    }

    /// Returns the template below `base`, which has no slash at its end.
    pub(crate) fn below(mut self, base: &str) -> Self {
        match self.pieces.first_mut() {
            Some(Piece::Literal(first)) => first.insert_str(0, base),
            _ => self.pieces.insert(0, Piece::Literal(base.to_owned())),
        }
        self
    }

    /// Returns the names of the pairs in the fixed query part.
    pub(crate) fn query_names(&self) -> impl Iterator<Item = &str> {
        self.query
            .iter()
            .flat_map(|query| query.split('&'))
            .map(|pair| pair.split_once('=').map_or(pair, |(name, _)| name))
    }
}

/// All mistakes in one template; at least one.
#[derive(Debug)]
pub(crate) struct Mistakes {
    first: Mistake,
    more: Vec<Mistake>,
}

impl Mistakes {
    /// Calls `report` with each mistake. Returns the result for the first mistake.
    pub(crate) fn report_each<T>(self, mut report: impl FnMut(Mistake) -> T) -> T {
        let reported = report(self.first);
        self.more.into_iter().for_each(|mistake| drop(report(mistake)));
        reported
    }
}

pub(crate) fn parse(text: &str) -> Result<Template, Mistakes> {
    if let Some(first) = outside_of_the_base(text) {
        return Err(Mistakes { first, more: Vec::new() });
    }
    let mut scanner = Scanner { text, ..Scanner::default() };
    scanner.scan();
    if !scanner.unbalanced {
        scanner.check_segments();
        scanner.check_placeholders();
    }
    let mut mistakes = scanner.mistakes.into_iter();
    match mistakes.next() {
        None => Ok(Template { pieces: scanner.pieces, query: scanner.query }),
        Some(first) => Err(Mistakes { first, more: mistakes.collect() }),
    }
}

/// Returns a mistake for a template with a scheme or a host, because a template is below the base URL.
fn outside_of_the_base(text: &str) -> Option<Mistake> {
    let scheme =
        text.split_once("://").filter(|(scheme, _)| scheme.chars().all(|c| c.is_ascii_alphanumeric()));
    let after_host = match (scheme, text.strip_prefix("//")) {
        (Some((_, rest)), _) | (None, Some(rest)) => Some(rest),
        (None, None) => None,
    };
    if let Some(rest) = after_host {
        let path = rest.find('/').map_or("/", |slash| &rest[slash..]);
        return Some(mistake(
            "the path must be relative to the base URL",
            format!("write `{path:?}`; the host is given to the client when it is built"),
        ));
    }
    if !text.starts_with('/') {
        return Some(mistake("the path must start with `/`", format!("write `{:?}`", format!("/{text}"))));
    }
    None
}

#[derive(Default)]
struct Scanner<'a> {
    text: &'a str,
    pieces: Vec<Piece>,
    query: Option<String>,
    mistakes: Vec<Mistake>,
    /// The braces do not match, so that segments and names are not checked.
    unbalanced: bool,
    /// A character that has to be encoded was reported, with the corrected text.
    encodes: bool,
}

impl<'a> Scanner<'a> {
    fn scan(&mut self) {
        let text = self.text;
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            let after = &text[at + c.len_utf8()..];
            at += match c {
                '{' => match self.placeholder(after) {
                    Some(length) => length + 1,
                    None => return,
                },
                '}' => {
                    self.report_unbalanced(
                        "the path contains a stray `}`",
                        "remove it, or encode it as `%7D`",
                    );
                    return;
                }
                '#' => {
                    self.report(
                        "the path contains a fragment",
                        format!("fragments are never sent: remove it and write `{:?}`", &text[..at]),
                    );
                    return;
                }
                '?' if self.query.is_none() => {
                    self.query = Some(String::new());
                    1
                }
                _ => {
                    self.character(c, at, after);
                    c.len_utf8()
                }
            };
        }
        if self.query.as_deref() == Some("") && text.ends_with('?') {
            self.report(
                "the query part of the path is empty",
                format!("write `{:?}`", text.trim_end_matches('?')),
            );
        }
    }

    /// Scans a placeholder up to its `}`. Returns its length.
    fn placeholder(&mut self, after: &'a str) -> Option<usize> {
        let end = after.find(['{', '}', '/']).unwrap_or(after.len());
        match after[end..].chars().next() {
            Some('}') => {}
            Some('{') => {
                self.report_unbalanced(
                    "the path contains a `{` inside a placeholder",
                    "`{{` is not supported: encode a brace as `%7B`",
                );
                return None;
            }
            _ => {
                let name = &after[..end];
                self.report_unbalanced(
                    "the path contains an unclosed `{`",
                    format!("close it: `{{{name}}}`; or encode it as `%7B`"),
                );
                return None;
            }
        }
        let inner = &after[..end];
        if self.query.is_some() {
            let name = inner.replace('-', "_");
            let help = format!("remove it and add a parameter: `#[query({inner:?})] {name}: &str`");
            self.report(format!("the placeholder `{{{inner}}}` is not allowed in the query part"), help);
        } else {
            self.name(inner);
        }
        Some(end + 1)
    }

    fn name(&mut self, inner: &str) {
        let (rest, name) = inner.strip_prefix('*').map_or((false, inner), |name| (true, name));
        if name.is_empty() {
            let named = if rest { "{*path}" } else { "{id}" };
            self.report(
                format!("the path contains the empty placeholder `{{{inner}}}`"),
                format!("name it: `{named}`"),
            );
        } else if let Some(name) = name.strip_suffix('?') {
            self.report(
                format!("the optional placeholder `{{{name}?}}` is not supported"),
                format!("declare two endpoints, one with `{{{name}}}` and one without"),
            );
        } else if let Some((_, field)) = name.split_once('.') {
            self.report(
                format!("the dotted placeholder `{{{name}}}` is not supported"),
                format!("write `{{{field}}}` and pass the value as an argument"),
            );
        } else if !name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-')) {
            let plain: String =
                name.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-')).collect();
            self.report(
                format!("the placeholder `{{{inner}}}` is not a plain name"),
                format!("write `{{{plain}}}`; the type stands at the parameter"),
            );
        }
        // A placeholder with a wrong name is kept, so that its segment is not reported as empty.
        self.pieces.push(Piece::Param(Placeholder { name: name.to_owned(), rest }));
    }

    fn character(&mut self, c: char, at: usize, after: &str) {
        if !self.encodes && (is_forbidden(c) || c == '\'' && self.query.is_some()) {
            self.encodes = true;
            let shown = match c {
                '`' => "a backtick".to_owned(),
                c if c.is_control() => format!("the control character `{}`", c.escape_debug()),
                c => format!("`{c}`"),
            };
            self.report(
                format!("the path contains {shown} at byte {at}"),
                format!("percent-encode it: `\"{}\"`", encoded(self.text)),
            );
        }
        if c == '%' && !after.chars().take(2).filter(char::is_ascii_hexdigit).count().eq(&2) {
            self.report(
                format!("the path contains a `%` without two hex digits at byte {at}"),
                "encode the percent sign itself as `%25`",
            );
        }
        match (&mut self.query, self.pieces.last_mut()) {
            (Some(query), _) => query.push(c),
            (None, Some(Piece::Literal(text))) => text.push(c),
            (None, _) => self.pieces.push(Piece::Literal(c.to_string())),
        }
    }

    fn check_segments(&mut self) {
        let path = Template { pieces: self.pieces.clone(), query: None }.path();
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        let last = segments.len().saturating_sub(1);
        if segments.iter().enumerate().any(|(index, segment)| segment.is_empty() && index != last) {
            let kept: Vec<&str> = segments.iter().copied().filter(|segment| !segment.is_empty()).collect();
            self.report(
                "the path contains an empty segment `//`",
                format!("write `\"/{}\"`", kept.join("/")),
            );
        }
        if let Some(dots) = segments.iter().find(|segment| is_dot_segment(segment)) {
            self.report(
                format!("the path contains the dot-segment `{dots}`"),
                format!(
                    "it would be removed before sending: write the resolved path `\"{}\"`",
                    resolved(&segments)
                ),
            );
        }
        if let Some(rest) =
            segments.iter().enumerate().find_map(|(index, segment)| misplaced_rest(segment, index == last))
        {
            self.report(
                format!("`{rest}` must be the last segment, and alone in it"),
                format!("move it to the end: `\"/…/{rest}\"`"),
            );
        }
    }

    fn check_placeholders(&mut self) {
        let mut seen: Vec<&str> = Vec::new();
        let mut twice = Vec::new();
        let template = Template { pieces: self.pieces.clone(), query: None };
        for Placeholder { name, .. } in template.placeholders() {
            match seen.contains(&name.as_str()) {
                true if !name.is_empty() => twice.push(name),
                _ => seen.push(name),
            }
        }
        for name in twice {
            self.report(
                format!("the placeholder `{{{name}}}` appears twice"),
                format!("use two names: `{{{name}}}` and `{{other_{name}}}`"),
            );
        }
    }

    fn report_unbalanced(&mut self, message: &str, help: impl Into<String>) {
        self.report(message, help);
        self.unbalanced = true;
    }

    fn report(&mut self, message: impl Into<String>, help: impl Into<String>) {
        self.mistakes.push(mistake(message, help));
    }
}

fn mistake(message: impl Into<String>, help: impl Into<String>) -> Mistake {
    Mistake { message: message.into(), help: help.into() }
}

/// Returns whether a URL parser would encode the character, turn it into `/`, or delete it.
fn is_forbidden(c: char) -> bool {
    !c.is_ascii() || c.is_control() || matches!(c, ' ' | '\\' | '"' | '<' | '>' | '^' | '`' | '|')
}

fn encoded(text: &str) -> String {
    let mut out = String::new();
    let mut in_query = false;
    for c in text.chars() {
        in_query |= c == '?';
        if is_forbidden(c) || c == '\'' && in_query {
            let mut bytes = [0; 4];
            out.extend(c.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02X}")));
        } else {
            out.push(c);
        }
    }
    out
}

fn dots(segment: &str) -> Option<usize> {
    let plain = segment.replace("%2e", ".").replace("%2E", ".");
    matches!(plain.as_str(), "." | "..").then_some(plain.len())
}

fn is_dot_segment(segment: &str) -> bool {
    dots(segment).is_some()
}

fn resolved(segments: &[&str]) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in segments {
        match dots(segment) {
            Some(1) => {}
            Some(_) => {
                kept.pop();
            }
            None => kept.push(segment),
        }
    }
    format!("/{}", kept.join("/"))
}

/// Returns the `{*rest}` in a segment that is not the last, or that contains more.
fn misplaced_rest(segment: &str, is_last: bool) -> Option<&str> {
    let start = segment.find("{*")?;
    let end = start + segment[start..].find('}')?;
    let rest = &segment[start..=end];
    (!is_last || rest != segment).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(text: &str) -> Piece {
        Piece::Literal(text.to_owned())
    }

    fn param(name: &str, rest: bool) -> Piece {
        Piece::Param(Placeholder { name: name.to_owned(), rest })
    }

    #[test]
    fn pieces_alternate() {
        let template = parse("/issues/{issue-id}/x{a}{b}y/{*path}").unwrap();
        assert_eq!(
            template.pieces,
            [
                literal("/issues/"),
                param("issue-id", false),
                literal("/x"),
                param("a", false),
                param("b", false),
                literal("y/"),
                param("path", true),
            ],
        );
        assert_eq!(template.query, None);
    }

    #[test]
    fn the_query_part_is_kept_as_written() {
        let template = parse("/issues?state=open&flag&q=a?b").unwrap();
        assert_eq!(template.path(), "/issues");
        assert_eq!(template.query.as_deref(), Some("state=open&flag&q=a?b"));
        assert_eq!(template.query_names().collect::<Vec<_>>(), ["state", "flag", "q"]);
    }

    #[test]
    fn a_base_joins_the_first_literal() {
        assert_eq!(parse("/{id}").unwrap().below("/v1").pieces, [literal("/v1/"), param("id", false)]);
        assert_eq!(parse("/").unwrap().below("").path(), "/");
    }

    #[test]
    fn good_templates() {
        for text in [
            "/",
            "/a",
            "/a/",
            "/a..b",
            "/...",
            "/.a",
            "/a.",
            "/{id}",
            "/a%2Fb",
            "/~a!$&'()*+,;=:@",
            "/x?a=%27",
            "/x?a=b?",
            "/x?a=%aF",
            "/[a]",
            "/{a_b}/{c-d}/{é1}",
            "/{a}/{b}.{c}",
            "/{a}/x/{*b}",
            "/a?u=http://b//c",
        ] {
            assert!(parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn bad_templates_say_what_is_wrong() {
        for (text, message, help) in [
            ("", "must start with `/`", r#""/""#),
            ("users", "must start with `/`", r#""/users""#),
            ("https://h.example/users?x=1", "relative to the base URL", r#""/users?x=1""#),
            ("//h.example", "relative to the base URL", r#""/""#),
            ("/a#b", "a fragment", r#""/a""#),
            ("/a b", "contains ` ` at byte 2", "/a%20b"),
            ("/a\\b", "at byte 2", "/a%5Cb"),
            ("/a\nb", r"control character `\n` at byte 2", "/a%0Ab"),
            ("/ä", "contains `ä` at byte 1", "/%C3%A4"),
            ("/x?a='b'", "contains `'` at byte 5", "/x?a=%27b%27"),
            ("/a b c", "at byte 2", "/a%20b%20c"),
            ("/ä/b c", "contains `ä` at byte 1", "/%C3%A4/b%20c"),
            ("/a\u{7f}", r"control character `\u{7f}` at byte 2", "/a%7F"),
            ("/a`", "a backtick at byte 2", "/a%60"),
            ("/a\"", "contains `\"` at byte 2", "/a%22"),
            ("/a<", "contains `<` at byte 2", "/a%3C"),
            ("/a>", "contains `>` at byte 2", "/a%3E"),
            ("/a^", "contains `^` at byte 2", "/a%5E"),
            ("/a|", "contains `|` at byte 2", "/a%7C"),
            ("/a\tb", r"control character `\t` at byte 2", "/a%09b"),
            ("/a'b c?d='e'", "at byte 4", "/a'b%20c?d=%27e%27"),
            ("/a%2", "without two hex digits at byte 2", "%25"),
            ("/%g0", "without two hex digits at byte 1", "%25"),
            ("/a%0g", "without two hex digits at byte 2", "%25"),
            ("/x?a=%", "without two hex digits at byte 5", "%25"),
            ("/a/../b", "dot-segment `..`", r#""/b""#),
            ("/a/%2e%2E/b", "dot-segment `%2e%2E`", r#""/b""#),
            ("/a/.", "dot-segment `.`", r#""/a""#),
            ("/./a", "dot-segment `.`", r#""/a""#),
            ("/../a", "dot-segment `..`", r#""/a""#),
            ("/a/b/%2E./.%2e/c", "dot-segment `%2E.`", r#""/c""#),
            ("/a//b", "empty segment", r#""/a/b""#),
            ("/a//", "empty segment", r#""/a""#),
            ("/x?a={b}", "`{b}` is not allowed in the query part", r#"#[query("b")] b"#),
            ("/x?{b-c}", "`{b-c}` is not allowed in the query part", r#"#[query("b-c")] b_c"#),
            ("/x?", "query part of the path is empty", r#""/x""#),
            ("/{id", "unclosed `{`", "{id}"),
            ("/{id/x", "unclosed `{`", "{id}"),
            ("/id}", "stray `}`", "%7D"),
            ("/{{id}}", "inside a placeholder", "%7B"),
            ("/{}", "empty placeholder `{}`", "{id}"),
            ("/{*}", "empty placeholder `{*}`", "{*path}"),
            ("/{id}/{id}", "`{id}` appears twice", "{other_id}"),
            ("/{*path}/x", "must be the last segment", "{*path}"),
            ("/x{*path}", "must be the last segment", "{*path}"),
            ("/{*path}x", "`{*path}` must be the last segment", "{*path}"),
            ("/{a}{*path}", "`{*path}` must be the last segment", "{*path}"),
            ("/{*path}/", "must be the last segment", "{*path}"),
            ("h://a", "relative to the base URL", r#""/""#),
            ("//a/b", "relative to the base URL", r#""/b""#),
            ("a b://c/d", "must start with `/`", r#""/a b://c/d""#),
            ("/{id?}", "optional placeholder `{id?}`", "{id}"),
            ("/{user.id}", "dotted placeholder `{user.id}`", "{id}"),
            ("/{id:u64}", "not a plain name", "{id}"),
        ] {
            let Mistakes { first, more } = parse(text).unwrap_err();
            assert!(more.is_empty(), "{text}: {more:?}");
            assert!(first.message.contains(message), "{text}: {first:?}");
            assert!(first.help.contains(help), "{text}: {first:?}");
        }
    }

    #[test]
    fn several_mistakes_are_told_together() {
        let mut told = 0;
        parse("/a b//{}").unwrap_err().report_each(|_| told += 1);
        assert_eq!(told, 3);
        parse("/{}/{}").unwrap_err().report_each(|_| told += 1);
        assert_eq!(told, 5, "a placeholder without a name has none twice");
        parse("/a%g0 b c").unwrap_err().report_each(|_| told += 1);
        assert_eq!(told, 7, "characters to encode are told once, and a `%` for itself");
    }
}
