//! The path that a mistaken one was meant to be, on strings alone.
//!
//! Other frameworks write placeholders in other ways, and text that is pasted has blanks, hosts and double
//! slashes. The result is shown in a help, and is a guess: `template` checks that it is a path.

use crate::segment::{foreign, misplaced_rest};

/// The words that other frameworks write in front of the name of a placeholder, as in `<int:id>`.
const TYPES: &[&str] = &[
    "int", "str", "string", "path", "uuid", "float", "slug", "bool", "u8", "u16", "u32", "u64", "usize",
    "i8", "i16", "i32", "i64", "number", "any",
];

/// The methods that are copied together with a path, as in `GET /users`.
const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// Returns the path with all its mistakes corrected. `parameters` are the names that placeholders may have.
pub(crate) fn meant(text: &str, parameters: &[String]) -> String {
    let text = below_the_host(text.trim());
    let mut meant = Meant { path: String::new(), query: String::new(), names: Vec::new(), parameters };
    meant.read(text);
    let path = meant.path_with_clean_segments();
    let pairs = meant.query.split('&').filter(|pair| !pair.is_empty() && !pair.contains(['{', '}']));
    let query = pairs.collect::<Vec<_>>().join("&");
    if query.is_empty() { path } else { format!("{path}?{query}") }
}

/// Returns the text without a method, a scheme and a host in front of the path.
fn below_the_host(text: &str) -> &str {
    let text = match text.split_once(' ') {
        Some((method, rest)) if METHODS.contains(&method.to_ascii_uppercase().as_str()) => rest.trim_start(),
        _ => text,
    };
    let behind = match text.split_once("://") {
        Some((scheme, rest)) if scheme.chars().all(|c| c.is_ascii_alphanumeric()) => Some(rest),
        _ => text.strip_prefix("//").filter(|rest| starts_with_host(rest)),
    };
    behind.map_or(text, |behind| behind.find(['/', '?']).map_or("/", |start| &behind[start..]))
}

/// Returns whether the text behind `//` starts with a host, and not with a segment of a path.
pub(crate) fn starts_with_host(text: &str) -> bool {
    let first = text.split(['/', '?', '#']).next().unwrap_or_default();
    !first.contains(['{', '<']) && (first.contains(['.', ':']) || first == "localhost")
}

/// Returns the inside of the placeholder that begins at `text`, and its length, if it is `<name>`.
pub(crate) fn in_angle_brackets(text: &str) -> Option<(&str, usize)> {
    let end = text.find('>')?;
    let inside = &text[1..end];
    let fits = |c: char| c.is_alphanumeric() || "_-:.*?() ,'\"".contains(c);
    let is_named = inside.chars().any(char::is_alphanumeric);
    (text.starts_with('<') && is_named && inside.chars().all(fits)).then_some((inside, end + 1))
}

/// Returns the name that `text` begins with, and the length of what is written for it, if it stands for the
/// value of a parameter behind `before`: `<page>`, or `:page` and `$page` for the whole value.
pub(crate) fn in_query<'t>(text: &'t str, before: &str, parameters: &[String]) -> Option<(&'t str, usize)> {
    if text.starts_with('<') {
        return in_angle_brackets(text);
    }
    let name = text.strip_prefix([':', '$']).filter(|_| before.ends_with('='))?;
    let end = name.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(name.len());
    let is_whole = name[end..].is_empty() || name[end..].starts_with('&');
    let name = &name[..end];
    let is_there = parameters.iter().any(|parameter| is_alike(parameter, name));
    (is_whole && is_there).then_some((name, end + 1))
}

struct Meant<'a> {
    path: String,
    query: String,
    /// The names of the placeholders so far.
    names: Vec<String>,
    parameters: &'a [String],
}

impl Meant<'_> {
    fn read(&mut self, text: &str) {
        let mut at = 0;
        let mut in_query = false;
        while let Some(c) = text[at..].chars().next() {
            let rest = &text[at..];
            let is_before_brace = rest[c.len_utf8()..].starts_with('{');
            let value = if in_query { self::in_query(rest, &self.query, self.parameters) } else { None };
            if let Some((_, length)) = value {
                // A pair with a brace is left out.
                self.query.push('{');
                at += length;
                continue;
            }
            at += match c {
                '#' if !is_before_brace => return,
                '#' | '$' if is_before_brace => 1,
                '{' if in_query => {
                    self.query.push('{');
                    braces(rest).1
                }
                '{' => {
                    let (inside, length) = braces(rest);
                    self.placeholder(inside);
                    length
                }
                '<' if !in_query && in_angle_brackets(rest).is_some() => {
                    let (inside, length) = in_angle_brackets(rest).unwrap_or((rest, rest.len()));
                    self.placeholder(inside);
                    length
                }
                ':' | '*' | '[' | '$' if !in_query && self.is_at_segment(rest) => self.foreign(rest),
                '}' if !in_query => {
                    self.close_brace();
                    1
                }
                '?' if !in_query => {
                    in_query = true;
                    1
                }
                c => {
                    let part = if in_query { &mut self.query } else { &mut self.path };
                    push(part, c, &rest[c.len_utf8()..], in_query);
                    c.len_utf8()
                }
            };
        }
    }

    fn is_at_segment(&self, rest: &str) -> bool {
        self.path.ends_with('/') && foreign(rest, self.parameters).is_some()
    }

    /// Reads a placeholder of another framework. Returns its length.
    fn foreign(&mut self, text: &str) -> usize {
        let Some(found) = foreign(text, self.parameters) else { return 1 };
        let rest = if found.rest { "*" } else { "" };
        self.placeholder(&format!("{rest}{}", found.name));
        found.text.len()
    }

    fn placeholder(&mut self, inside: &str) {
        let inside = inside.trim();
        if let Some(names) = inside.strip_prefix(['?', '&']) {
            // `{?page}` of RFC 6570 is no part of the path.
            self.query.push_str(if names.is_empty() { "" } else { "{" });
            return;
        }
        if inside.starts_with('/') && !self.path.ends_with('/') {
            self.path.push('/');
        }
        let (name, rest) = name_and_rest(inside);
        let name = self.free(&name, rest);
        // The rest of a path is alone in its segment.
        if rest && !self.path.ends_with('/') {
            self.path.push('/');
        }
        self.path.push_str(&if rest { format!("{{*{name}}}") } else { format!("{{{name}}}") });
        self.names.push(name);
    }

    /// Returns a name that no other placeholder has, if possible that of a parameter.
    fn free(&self, name: &str, rest: bool) -> String {
        let is_free = |name: &&String| !self.names.contains(name);
        let same = self.parameters.iter().filter(is_free).find(|parameter| is_alike(parameter, name));
        let other = || self.parameters.iter().find(is_free).cloned();
        match same {
            Some(parameter) => parameter.clone(),
            None if name.is_empty() => other().unwrap_or_else(|| if rest { "path" } else { "id" }.to_owned()),
            None if self.names.iter().any(|used| used == name) => {
                other().unwrap_or_else(|| format!("other_{name}"))
            }
            None => name.to_owned(),
        }
    }

    /// Reads a `}` without its `{`: the brace in front of the last word was forgotten.
    fn close_brace(&mut self) {
        let word = self.path.rfind(|c: char| !(c.is_alphanumeric() || c == '_')).map_or(0, |at| at + 1);
        let name = self.path.split_off(word);
        if name.is_empty() { self.path.push_str("%7D") } else { self.placeholder(&name) }
    }

    /// Returns the path without empty segments and dot-segments. A `{*rest}` with other text in its segment
    /// becomes a part of that segment.
    fn path_with_clean_segments(&self) -> String {
        if self.path.is_empty() {
            return String::new();
        }
        let mut kept: Vec<String> = Vec::new();
        for segment in self.path.split('/').filter(|segment| !segment.is_empty()) {
            match segment.to_ascii_lowercase().replace("%2e", ".").as_str() {
                "." => {}
                ".." => drop(kept.pop()),
                _ if misplaced_rest(segment).is_some() => kept.push(segment.replace("{*", "{")),
                _ => kept.push(segment.to_owned()),
            }
        }
        let end = if self.path.ends_with('/') && !kept.is_empty() { "/" } else { "" };
        format!("/{}{end}", kept.join("/"))
    }
}

/// Returns whether two names differ in case, `_` and `-` only.
pub(crate) fn is_alike(one: &str, two: &str) -> bool {
    let plain = |name: &str| name.replace(['_', '-'], "").to_lowercase();
    plain(one) == plain(two)
}

/// Returns the inside of the braces that `text` starts with, and their length. Doubled braces count as one.
fn braces(text: &str) -> (&str, usize) {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            '/' if depth == 1 && at > 1 => return (&text[1..at], at),
            _ => {}
        }
        if depth == 0 {
            return (text[..=at].trim_matches(['{', '}', ' ']), at + 1);
        }
    }
    (text[1..].trim_matches(['{', '}']), text.len())
}

/// Returns the name in a placeholder, and whether it is for the rest of the path.
pub(crate) fn name_and_rest(inside: &str) -> (String, bool) {
    let word = |text: &str| -> String {
        text.chars().filter(|c| c.is_alphanumeric() || matches!(c, '_' | '-')).collect()
    };
    let inside = inside.trim_matches([' ', '?', '!', '/']);
    let is_rest = |text: &str| {
        text.starts_with(['*', '+'])
            || text.ends_with(['*', '+'])
            || text.starts_with("..")
            || text.ends_with("..")
    };
    match inside.split_once(':') {
        Some(("", name)) => (word(name), is_rest(name)),
        Some((kind, name)) if TYPES.contains(&kind.split('(').next().unwrap_or(kind).trim()) => {
            (word(name), kind.trim() == "path")
        }
        Some((name, kind)) => {
            let kind = kind.trim();
            (word(name), is_rest(name) || kind == "path" || kind.starts_with(".*") || kind.starts_with(".+"))
        }
        None => {
            let plain = inside.trim_matches(['.', '*', '+', '=', ' ']);
            let plain = plain.split_once('=').map_or(plain, |(name, _)| name);
            let plain = plain.rsplit(['.', ' ', ',']).next().unwrap_or(plain);
            (word(plain), is_rest(inside))
        }
    }
}

fn push(out: &mut String, c: char, after: &str, in_query: bool) {
    if c == '%' && after.chars().take(2).filter(char::is_ascii_hexdigit).count() != 2 {
        out.push_str("%25");
    } else if must_be_encoded(c, in_query) {
        let mut bytes = [0; 4];
        out.extend(c.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02X}")));
    } else {
        out.push(c);
    }
}

/// Returns whether a URL parser would encode the character, turn it into `/`, or delete it.
pub(crate) fn must_be_encoded(c: char, in_query: bool) -> bool {
    !c.is_ascii()
        || c.is_control()
        || matches!(c, ' ' | '\\' | '"' | '<' | '>' | '^' | '`' | '|')
        || (c == '\'' && in_query)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_is_the_one_that_was_meant() {
        let parameters = ["id", "user_id", "rest"].map(str::to_owned);
        for (text, expected) in [
            ("/users/<id>", "/users/{id}"),
            ("/users/<int:id>/x", "/users/{id}/x"),
            ("/users/<uuid:user_id>", "/users/{user_id}"),
            ("/files/<path:rest>", "/files/{*rest}"),
            ("/files/<rest..>", "/files/{*rest}"),
            ("/users/{ id }", "/users/{id}"),
            ("/users/{{id}}", "/users/{id}"),
            ("/users/{{ id }}/x", "/users/{id}/x"),
            ("/users/{id:u64}", "/users/{id}"),
            ("/users/{u64 id}", "/users/{id}"),
            ("/users/{id:[0-9]{3}}", "/users/{id}"),
            ("/users/{id=5}", "/users/{id}"),
            ("/users/{:id}", "/users/{id}"),
            ("/users/{$id}", "/users/{id}"),
            ("/users/{user.id}", "/users/{id}"),
            ("/users/{userId:int}", "/users/{user_id}"),
            ("/users/{id?}", "/users/{id}"),
            ("/users/{id", "/users/{id}"),
            ("/users/{id/x", "/users/{id}/x"),
            ("/users/id}", "/users/{id}"),
            ("/users/}", "/users/%7D"),
            ("/users/{}", "/users/{id}"),
            ("/files/{*}", "/files/{*id}"),
            ("/users/{id}/{id}", "/users/{id}/{user_id}"),
            ("/users#{id}", "/users{id}"),
            ("/users/#{id}", "/users/{id}"),
            ("/users/${id}", "/users/{id}"),
            ("/users/:id", "/users/{id}"),
            ("/users/:userId/x/:id?full=1", "/users/{user_id}/x/{id}?full=1"),
            ("/files/*rest", "/files/{*rest}"),
            ("/files/**", "/files/{*id}"),
            ("/files/[id]/[...rest]", "/files/{id}/{*rest}"),
            ("/users/$id/$count", "/users/{id}/$count"),
            ("/files/*", "/files/*"),
            ("/things:batch", "/things:batch"),
            ("/files/{+rest}", "/files/{*rest}"),
            ("/files/{**rest}", "/files/{*rest}"),
            ("/files/{rest..}", "/files/{*rest}"),
            ("/files/{...rest}", "/files/{*rest}"),
            ("/files/{rest:.*}", "/files/{*rest}"),
            ("/files/{rest:path}", "/files/{*rest}"),
            ("/files/{rest*}", "/files/{*rest}"),
            ("/files/{rest+}", "/files/{*rest}"),
            ("/files{*rest}", "/files/{*rest}"),
            ("/{*rest}/x", "/{*rest}/x"),
            ("/{*rest}/", "/{*rest}/"),
            ("/{*rest}.x/y", "/{rest}.x/y"),
            ("/users{/id}", "/users/{id}"),
            ("/users{?id,page}", "/users"),
            ("//users", "/users"),
            ("//users//x/", "/users/x/"),
            ("//h.example/users", "/users"),
            ("https://h.example", "/"),
            ("https://h.example/users?x=1", "/users?x=1"),
            ("GET /users", "/users"),
            (" /users ", "/users"),
            ("users", "/users"),
            ("../users/./x", "/users/x"),
            ("?page=1", "?page=1"),
            ("", ""),
            ("/users?q={q}&x=1", "/users?x=1"),
            ("/users?<page>&x=1&<limit>", "/users?x=1"),
            ("/users?id=:id&at=:12", "/users?at=:12"),
            ("/users?at=12:id", "/users?at=12:id"),
            ("/users?", "/users"),
            ("/a b?c='d'", "/a%20b?c=%27d%27"),
            ("/100%", "/100%25"),
            ("/a#b", "/a"),
        ] {
            assert_eq!(meant(text, &parameters), expected, "{text}");
        }
    }

    #[test]
    fn without_parameters_a_placeholder_has_a_usual_name() {
        for (text, expected) in
            [("/{}", "/{id}"), ("/x/{*}", "/x/{*path}"), ("/{id}/{id}", "/{id}/{other_id}"), ("/<x>", "/{x}")]
        {
            assert_eq!(meant(text, &[]), expected, "{text}");
        }
    }
}
