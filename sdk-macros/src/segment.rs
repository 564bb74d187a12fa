//! One segment of a path, on strings alone: what is odd about it, and placeholders as other frameworks write
//! them.

/// A placeholder in the syntax of another framework.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Foreign<'a> {
    /// As it is written.
    pub(crate) text: &'a str,
    /// Empty in `**`.
    pub(crate) name: &'a str,
    /// Whether it stands for the rest of the path.
    pub(crate) rest: bool,
}

/// Returns the placeholder `:id`, `*path` or `**` at the start of a segment, where `text` begins. With a
/// parameter of their name, `$id` and `[id]` are placeholders too.
///
/// A colon behind a name, as in `/things:batch`, is part of a path. So is `*` alone, and `$count` of OData.
pub(crate) fn foreign<'a>(text: &'a str, parameters: &[String]) -> Option<Foreign<'a>> {
    let segment = &text[..text.find('/').unwrap_or(text.len())];
    let is_known = |name: &str| parameters.iter().any(|parameter| parameter == name);
    if let Some(inside) = segment.strip_prefix('[') {
        let inside = &inside[..inside.find(']')?];
        let name = inside.trim_start_matches(['[', '.']);
        let closed = segment[inside.len() + 2..].bytes().take_while(|it| *it == b']').count();
        let text = &segment[..inside.len() + 2 + closed];
        return is_known(name).then_some(Foreign { text, name, rest: inside.contains("...") });
    }
    let (name, rest) = match segment.chars().next()? {
        ':' => (&segment[1..], false),
        '$' => (&segment[1..], false),
        '*' => (segment.trim_start_matches('*'), true),
        _ => return None,
    };
    let sigils = segment.len() - name.len();
    let name = name_at(name);
    let is_one = match name {
        "" => segment == "**",
        name => !segment.starts_with('$') || is_known(name),
    };
    is_one.then_some(Foreign { text: &segment[..sigils + name.len()], name, rest })
}

/// Returns the name that `text` begins with.
fn name_at(text: &str) -> &str {
    if !text.starts_with(|c: char| c.is_alphabetic() || c == '_') {
        return "";
    }
    let end = text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-'))).unwrap_or(text.len());
    text[..end].trim_end_matches('-')
}

fn dots(segment: &str) -> Option<usize> {
    let plain = segment.replace("%2e", ".").replace("%2E", ".");
    matches!(plain.as_str(), "." | "..").then_some(plain.len())
}

pub(crate) fn is_dot_segment(segment: &str) -> bool {
    dots(segment).is_some()
}

/// Returns the `{*rest}` in a segment that contains more.
pub(crate) fn misplaced_rest(segment: &str) -> Option<&str> {
    let start = segment.find("{*")?;
    let end = start + segment[start..].find('}')?;
    let rest = &segment[start..=end];
    (rest != segment).then_some(rest)
}

/// Returns whether a name of a placeholder can have the character.
pub(crate) fn is_of_a_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-')
}

/// Returns whether the text is two names with a dot between them, as a field of a struct is written.
pub(crate) fn is_dotted(name: &str) -> bool {
    let is_name = |part: &str| !part.is_empty() && part.chars().all(is_of_a_name);
    name.contains('.') && name.split('.').all(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_of_other_frameworks_stand_at_the_start_of_a_segment() {
        let parameters = ["id", "path"].map(str::to_owned);
        for (text, expected) in [
            (":id", Some((":id", "id", false))),
            (":user_id/x", Some((":user_id", "user_id", false))),
            (":id.json", Some((":id", "id", false))),
            (":from-:to", Some((":from", "from", false))),
            (":id(\\d+)", Some((":id", "id", false))),
            ("*path", Some(("*path", "path", true))),
            ("**path", Some(("**path", "path", true))),
            ("**", Some(("**", "", true))),
            ("**/x", Some(("**", "", true))),
            ("[id]", Some(("[id]", "id", false))),
            ("[...path]", Some(("[...path]", "path", true))),
            ("[[...path]]/x", Some(("[[...path]]", "path", true))),
            ("$id", Some(("$id", "id", false))),
            ("$count", None),
            ("*", None),
            ("*.json", None),
            (":", None),
            (":1", None),
            ("things:batch", None),
            ("things/:id", None),
            ("[other]", None),
            ("[]", None),
            ("[a", None),
            ("", None),
        ] {
            let found = foreign(text, &parameters).map(|found| (found.text, found.name, found.rest));
            assert_eq!(found, expected, "{text}");
        }
    }
}
