//! Path templates such as `/issues/{id}/files/{*path}?state=open`, on strings alone.
//!
//! A template is accepted only if it reaches the server as it is written. Text that a URL parser would
//! encode, collapse or drop is a mistake. Its help is the whole path, corrected.

use crate::{
    meant_path::{in_angle_brackets, in_query, is_alike, meant, must_be_encoded, starts_with_host},
    path_mistake::{Found, HelpOf, Mistakes, with_parameter},
    query_in_path::{self, InQuery},
    segment::{Foreign, foreign, is_dot_segment, is_dotted, is_of_a_name, misplaced_rest},
};

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

pub(crate) fn parse(text: &str, parameters: &[String]) -> Result<Template, Mistakes> {
    let scanner = Scanner::of(text, parameters);
    let is_correct = |meant: &str| Scanner::of(meant, parameters).mistakes.is_empty();
    match Mistakes::told(scanner.mistakes, || meant(text, parameters), is_correct) {
        None => Ok(Template { pieces: scanner.pieces, query: scanner.query }),
        Some(mistakes) => Err(mistakes),
    }
}

/// Returns a mistake for a template with a scheme or a host, because a template is below the base URL.
fn outside_of_the_base(text: &str) -> Option<Found> {
    let has_scheme =
        text.split_once("://").is_some_and(|(scheme, _)| scheme.chars().all(|c| c.is_ascii_alphanumeric()));
    if has_scheme || text.strip_prefix("//").is_some_and(starts_with_host) {
        let why = "; the host is given to the client when it is built";
        return Some(Found::new("the path must be relative to the base URL", why));
    }
    // Without any path, the address is that of the base.
    let is_path = text.is_empty() || text.starts_with(['/', '?']);
    (!is_path).then(|| Found::new("the path must start with `/`", ""))
}

#[derive(Default)]
struct Scanner<'a> {
    text: &'a str,
    /// The names that placeholders may have.
    parameters: &'a [String],
    pieces: Vec<Piece>,
    query: Option<String>,
    mistakes: Vec<Found>,
    /// What stands in the query part for a value of a parameter.
    in_query: Vec<InQuery>,
    /// The braces do not match, so that segments and names are not checked.
    unbalanced: bool,
    /// A character that has to be encoded was reported.
    encodes: bool,
    /// A placeholder of another framework was reported, with all of them corrected.
    is_foreign: bool,
    /// The kinds of placeholders of other frameworks that were reported: one habit is one mistake.
    foreign: Vec<&'static str>,
}

impl<'a> Scanner<'a> {
    fn of(text: &'a str, parameters: &'a [String]) -> Self {
        let mut scanner = Scanner { text, parameters, ..Scanner::default() };
        if let Some(mistake) = outside_of_the_base(text) {
            scanner.mistakes.push(mistake);
            return scanner;
        }
        scanner.scan();
        if !scanner.unbalanced {
            scanner.check_segments();
            scanner.check_placeholders();
        }
        // One habit is one mistake, and the help corrects both.
        if scanner.in_query.iter().any(InQuery::is_in_angle_brackets) {
            let is_habit =
                |it: &Found| it.message.contains("`<") && it.message.ends_with("is no placeholder");
            scanner.mistakes.retain(|mistake| !is_habit(mistake));
        }
        scanner.mistakes.extend(query_in_path::mistake(&scanner.in_query, parameters));
        scanner
    }

    fn scan(&mut self) {
        let text = self.text;
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            let after = &text[at + c.len_utf8()..];
            if let Some(query) = &self.query
                && let Some((inner, length)) = in_query(&text[at..], query, self.parameters)
            {
                self.in_query.push(InQuery::new(text[at..at + length].to_owned(), inner, query));
                at += length;
                continue;
            }
            at += match c {
                '{' => match self.placeholder(after) {
                    Some(length) => length + 1,
                    None => return,
                },
                '}' => {
                    let why = "; or encode the brace as `%7D`";
                    self.report_with_parameters("the path contains a stray `}`", why);
                    self.unbalanced = true;
                    return;
                }
                '<' if self.query.is_none() && in_angle_brackets(&text[at..]).is_some() => {
                    self.in_angle_brackets(&text[at..])
                }
                '#' if after.starts_with('{') && self.query.is_none() => {
                    let end = after.find('}').map_or(after.len(), |end| end + 1);
                    let shown = format!("the path contains `#{}`, which is no placeholder", &after[..end]);
                    self.report_habit("#", shown, "");
                    1
                }
                '$' if after.starts_with('{') => {
                    let end = after.find('}').map_or(after.len(), |end| end + 1);
                    if self.query.is_none() {
                        let name = after[..end].trim_matches(['{', '}', ' ']);
                        let why = "; a `$` in front of a placeholder is `%24`";
                        self.report_foreign(&text[at..=at + end], name, false, why);
                    }
                    1
                }
                ':' | '*' | '[' | '$' if self.query.is_none() && text[..at].ends_with('/') => {
                    match foreign(&text[at..], self.parameters) {
                        Some(found) => self.foreign(&found),
                        None => {
                            self.character(c, at, after);
                            1
                        }
                    }
                }
                '#' => {
                    self.report("the path contains a fragment", "; fragments are never sent");
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
            self.report("the query part of the path is empty", "");
        }
    }

    /// Scans a placeholder up to its `}`. Returns its length.
    fn placeholder(&mut self, after: &'a str) -> Option<usize> {
        let end = after.find(['{', '}', '/']).unwrap_or(after.len());
        match after[end..].chars().next() {
            Some('}') => {}
            Some('{') => {
                let why = "; a brace that is no placeholder is encoded as `%7B`";
                self.report_unbalanced("the path contains a `{` inside a placeholder", why);
                return None;
            }
            Some('/') if end == 0 && after.contains('}') => return Some(self.of_a_uri_template(after)),
            _ => {
                let why = "; or encode the brace as `%7B`";
                self.report_unbalanced("the path contains an unclosed `{`", why);
                return None;
            }
        }
        let inner = &after[..end];
        if self.query.is_some() || inner.starts_with(['?', '&']) {
            let query = self.query.as_deref().unwrap_or_default();
            self.in_query.push(InQuery::new(format!("{{{inner}}}"), inner, query));
        } else {
            self.name(inner);
        }
        Some(end + 1)
    }

    /// Scans `{/id}`, which RFC 6570 has for a segment. Returns its length.
    fn of_a_uri_template(&mut self, after: &'a str) -> usize {
        let end = after.find('}').unwrap_or(after.len());
        self.report(format!("the placeholder `{{{}}}` is not a plain name", &after[..end]), "");
        end + 1
    }

    fn in_angle_brackets(&mut self, text: &str) -> usize {
        let Some((inner, length)) = in_angle_brackets(text) else { return 1 };
        self.report_habit("<", format!("the path contains `<{inner}>`, which is no placeholder"), "");
        self.pieces.push(Piece::Param(Placeholder { name: inner.to_owned(), rest: false }));
        length
    }

    /// Reports a placeholder of another framework. Returns its length.
    fn foreign(&mut self, found: &Foreign<'_>) -> usize {
        let Foreign { text, name, rest } = *found;
        let why = match text.chars().next() {
            Some('*') => ", or encode a `*` of the path as `%2A`",
            Some('[') => ", or encode the brackets as `%5B` and `%5D`",
            Some('$') => "",
            _ => ", or encode a colon of the path as `%3A`",
        };
        self.report_foreign(text, name, rest, why);
        self.pieces.push(Piece::Param(Placeholder { name: name.to_owned(), rest }));
        text.len()
    }

    /// Reports a placeholder of another framework, and the parameter that it has not.
    fn report_foreign(&mut self, text: &str, name: &str, rest: bool, why: &'static str) {
        let is_there = self.parameters.iter().any(|parameter| is_alike(parameter, name));
        let missing = if is_there || name.is_empty() { String::new() } else { with_parameter(name, rest) };
        if !std::mem::replace(&mut self.is_foreign, true) {
            let message = format!("the path contains `{text}`, which is no placeholder");
            let help: HelpOf = Box::new(move |meant| format!("write `{meant:?}`{missing}{why}"));
            self.mistakes.push(Found { message, why: "", help: Some(help) });
        }
    }

    fn name(&mut self, inner: &str) {
        let (rest, name) = inner.strip_prefix('*').map_or((false, inner), |name| (true, name));
        if name.is_empty() {
            let message = format!("the path contains the empty placeholder `{{{inner}}}`");
            self.report_with_parameters(message, "");
        } else if let Some(name) = name.strip_suffix('?') {
            let segment = format!("/{{{name}?}}");
            self.mistakes.push(Found {
                message: format!("the optional placeholder `{{{name}?}}` is not supported"),
                why: "",
                help: Some(Box::new({
                    let without = meant(&self.text.replace(&segment, ""), &[]);
                    move |meant| format!("declare two endpoints: `{meant:?}` and `{without:?}`")
                })),
            });
        } else if is_dotted(name) {
            let why = ", and pass the value as an argument";
            self.report(format!("the dotted placeholder `{{{name}}}` is not supported"), why);
        } else if !name.chars().all(is_of_a_name) {
            let why = if name.contains(':') { "; the type stands at the parameter" } else { "" };
            self.report_habit("{", format!("the placeholder `{{{inner}}}` is not a plain name"), why);
        }
        // A placeholder with a wrong name is kept, so that its segment is not reported as empty.
        self.pieces.push(Piece::Param(Placeholder { name: name.to_owned(), rest }));
    }

    fn character(&mut self, c: char, at: usize, after: &str) {
        if !self.encodes && must_be_encoded(c, self.query.is_some()) {
            self.encodes = true;
            let shown = match c {
                '`' => "a backtick".to_owned(),
                c if c.is_control() => format!("the control character `{}`", c.escape_debug()),
                c => format!("`{c}`"),
            };
            self.report(format!("the path contains {shown} at byte {at}"), "");
        }
        if c == '%' && !after.chars().take(2).filter(char::is_ascii_hexdigit).count().eq(&2) {
            let message = format!("the path contains a `%` without two hex digits at byte {at}");
            self.report(message, ", where `%25` is the percent sign itself");
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
            self.report("the path contains an empty segment `//`", "");
        }
        if let Some(dots) = segments.iter().find(|segment| is_dot_segment(segment)) {
            let why = ", the resolved path";
            self.report(format!("the path contains the dot-segment `{dots}`"), why);
        }
        if let Some(rest) = segments.iter().find_map(|segment| misplaced_rest(segment)) {
            self.report(format!("`{rest}` must be alone in its segment"), "");
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
            let why = "; each placeholder has a name of its own";
            self.report_with_parameters(format!("the placeholder `{{{name}}}` appears twice"), why);
        }
    }

    fn report_unbalanced(&mut self, message: &str, why: &'static str) {
        self.report(message, why);
        self.unbalanced = true;
    }

    /// Reports a mistake whose correction may add placeholders, with the parameters that they lack.
    fn report_with_parameters(&mut self, message: impl Into<String>, why: &'static str) {
        let parameters = self.parameters.to_vec();
        let help: HelpOf = Box::new(move |meant| {
            let Scanner { pieces, mistakes, .. } = Scanner::of(meant, &parameters);
            if !mistakes.is_empty() {
                return format!("write a path such as `\"/users/{{id}}\"`{why}");
            }
            let template = Template { pieces, query: None };
            let placeholders = template.placeholders();
            let missing = placeholders.filter(|it| !parameters.iter().any(|name| is_alike(name, &it.name)));
            let missing: String = missing.map(|it| with_parameter(&it.name, it.rest)).collect();
            format!("write `{meant:?}`{missing}{why}")
        });
        self.mistakes.push(Found { message: message.into(), why: "", help: Some(help) });
    }

    /// Reports the first placeholder that is written in this way. The help corrects all of them.
    fn report_habit(&mut self, kind: &'static str, message: String, why: &'static str) {
        if !self.foreign.contains(&kind) {
            self.foreign.push(kind);
            self.report(message, why);
        }
    }

    fn report(&mut self, message: impl Into<String>, why: &'static str) {
        self.mistakes.push(Found::new(message, why));
    }
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
        let template = parse("/issues/{issue-id}/x{a}{b}y/{*path}", &[]).unwrap();
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
        let template = parse("/issues?state=open&flag&q=a?b", &[]).unwrap();
        assert_eq!(template.path(), "/issues");
        assert_eq!(template.query.as_deref(), Some("state=open&flag&q=a?b"));
        assert_eq!(template.query_names().collect::<Vec<_>>(), ["state", "flag", "q"]);
    }

    #[test]
    fn a_base_joins_the_first_literal() {
        assert_eq!(parse("/{id}", &[]).unwrap().below("/v1").pieces, [literal("/v1/"), param("id", false)]);
        assert_eq!(parse("/", &[]).unwrap().below("").path(), "/");
        let at_the_base = parse("?a=b", &[]).unwrap().below("/v1");
        assert_eq!((at_the_base.path().as_str(), at_the_base.query.as_deref()), ("/v1", Some("a=b")));
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
            "/{*a}/x/{b}",
            "/{*a}/",
            "/{*a}/x/{*b}",
            "",
            "?a=b",
            "/a?u=http://b//c",
        ] {
            assert!(parse(text, &[]).is_ok(), "{text}");
        }
    }

    #[test]
    fn bad_templates_say_what_is_wrong() {
        for (text, message, help) in [
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
            ("/a%2", "without two hex digits at byte 2", "/a%252"),
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
            ("/a//", "empty segment", r#""/a/""#),
            ("/x?a={b}", "`{b}` is not allowed in the query part", r#"#[query("a")] b: &str`"#),
            ("/x?{b-c}", "`{b-c}` is not allowed in the query part", r#"#[query("b-c")] b_c"#),
            ("/<id>?<b>", "`<b>` is not allowed in the query part", r#""/{id}""#),
            ("/x?<b>&a=1", "`<b>` is not allowed in the query part", r#""/x?a=1""#),
            ("/x?<b>&a=<c>", "`<b>` is not allowed", r##"`#[query] b: &str`, `#[query("a")] c: &str`"##),
            ("/x?b={}", "`{}` is not allowed", "#[query] b: &str"),
            ("/x?{b:int}", "`{b:int}` is not allowed", "#[query] b: &str"),
            ("/x?<b..>", "`<b..>` is not allowed", "#[queries] b: &[(&str, &str)]"),
            ("/x?", "query part of the path is empty", r#""/x""#),
            ("/{id", "unclosed `{`", "{id}"),
            ("/{id/x", "unclosed `{`", "{id}"),
            ("/id}", "stray `}`", "%7D"),
            (
                "/{{id}}",
                "inside a placeholder",
                r#"write `"/{id}"`; a brace that is no placeholder is encoded as `%7B`"#,
            ),
            ("/{}", "empty placeholder `{}`", "{id}"),
            ("/{*}", "empty placeholder `{*}`", "{*path}"),
            ("/{id}/{id}", "`{id}` appears twice", "{other_id}"),
            ("/x{*path}", "must be alone in its segment", "{*path}"),
            ("/{*path}x", "`{*path}` must be alone in its segment", r#""/{path}x""#),
            ("/{a}{*path}", "`{*path}` must be alone in its segment", "{*path}"),
            ("/{*path}.x/y", "must be alone in its segment", r#""/{path}.x/y""#),
            ("?", "query part of the path is empty", r#""""#),
            ("?a={b}", "not allowed in the query part", r#""""#),
            ("h://a", "relative to the base URL", r#""/""#),
            ("//a/b", "empty segment", r#""/a/b""#),
            ("//users", "empty segment", r#""/users""#),
            ("//localhost/users", "relative to the base URL", r#""/users""#),
            ("a b://c/d", "must start with `/`", r#""/a%20b:/c/d""#),
            ("/{id?}", "optional placeholder `{id?}`", "{id}"),
            ("/{user.id}", "dotted placeholder `{user.id}`", "{id}"),
            (
                "/x/{*path}?p={page}",
                "`{page}` is not allowed in the query part",
                r#"#[query("p")] page: &str"#,
            ),
            ("/x{?a,b}", "not allowed in the query part", "`#[query] a: &str`, `#[query] b: &str`"),
            ("/x{/id}", "`{/id}` is not a plain name", r#""/x/{id}""#),
            ("/x/<id>", "`<id>`, which is no placeholder", r#""/x/{id}""#),
            ("/x/<path:rest>", "`<path:rest>`, which is no placeholder", r#""/x/{*rest}""#),
            ("/x/#{id}", "`#{id}`, which is no placeholder", r#""/x/{id}""#),
            ("/x/{ id }", "`{ id }` is not a plain name", r#""/x/{id}""#),
            ("/x/{rest:.*}", "`{rest:.*}` is not a plain name", r#""/x/{*rest}""#),
            ("/x/{rest..}", "`{rest..}` is not a plain name", r#""/x/{*rest}""#),
            ("GET /x", "must start with `/`", r#""/x""#),
            ("/{id:u64}", "not a plain name", "{id}"),
        ] {
            let Mistakes { first, more } = parse(text, &[]).unwrap_err();
            assert!(more.is_empty(), "{text}: {more:?}");
            assert!(first.message.contains(message), "{text}: {first:?}");
            assert!(first.help.contains(help), "{text}: {first:?}");
            let typed = first.help.split('"').nth(1).unwrap_or_default();
            assert!(parse(typed, &[]).is_ok(), "{text}: {first:?}");
        }
    }

    #[test]
    fn several_mistakes_are_told_together() {
        let mut told = 0;
        parse("/a b//{}", &[]).unwrap_err().report_each(|_| told += 1);
        assert_eq!(told, 3);
        parse("/{}/{}", &[]).unwrap_err().report_each(|_| told += 1);
        assert_eq!(told, 5, "a placeholder without a name has none twice");
        parse("/a%g0 b c", &[]).unwrap_err().report_each(|_| told += 1);
        assert_eq!(told, 7, "characters to encode are told once, and a `%` for itself");
    }
}
