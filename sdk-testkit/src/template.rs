//! Path templates such as `/issues/{id}` and `/files/{*path}`, matched on raw path segments. Knows nothing of requests.

use std::fmt;

use percent_encoding::percent_decode_str;

/// A parsed template.
#[derive(Debug)]
pub(crate) struct Template {
    text: String,
    segments: Vec<Segment>,
}

#[derive(Debug)]
enum Segment {
    Literal(String),
    /// One segment, with fixed text before and after: `{id}`, `v{major}`, `{id}.json`.
    Capture {
        prefix: String,
        name: String,
        suffix: String,
    },
    /// All that is left, at least one character.
    Rest(String),
}

/// What a template captured: name and decoded value, in the order of the template.
pub(crate) type Captures = Vec<(String, String)>;

impl Template {
    /// Reads a template; the error says what is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let Some(path) = text.strip_prefix('/') else {
            return Err(format!("the template `{text}` does not start with a slash"));
        };
        let segments = path
            .split('/')
            .map(Segment::parse)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| format!("the template `{text}` {error}"))?;

        let names: Vec<&str> = segments.iter().filter_map(Segment::name).collect();
        if let Some(name) =
            names.iter().enumerate().find_map(|(i, name)| names[..i].contains(name).then_some(name))
        {
            return Err(format!("the template `{text}` has two placeholders called `{name}`"));
        }
        let rests = segments.iter().rev().skip(1);
        if rests.into_iter().any(|segment| matches!(segment, Segment::Rest(_))) {
            return Err(format!("the template `{text}` has something after its `{{*…}}`"));
        }
        Ok(Self { text: text.to_owned(), segments })
    }

    /// The template as it was written.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The decoded captures, if the raw path matches.
    ///
    /// Literals are compared with the raw text, and a placeholder never spans or matches an empty segment, so that
    /// `a%2Fb` is one segment and an accidental `//` is not found.
    pub(crate) fn captures(&self, raw_path: &str) -> Option<Captures> {
        let mut rest = Some(raw_path.strip_prefix('/')?);
        let mut captures = Captures::new();
        for segment in &self.segments {
            let remaining = rest?;
            let (raw, after) = match remaining.split_once('/') {
                Some((raw, after)) => (raw, Some(after)),
                None => (remaining, None),
            };
            rest = after;
            match segment {
                Segment::Literal(literal) if literal == raw => {}
                Segment::Literal(_) => return None,
                Segment::Capture { prefix, name, suffix } => {
                    let value = raw.strip_prefix(prefix.as_str())?.strip_suffix(suffix.as_str())?;
                    if value.is_empty() {
                        return None;
                    }
                    captures.push((name.clone(), decode(value)));
                }
                Segment::Rest(name) => {
                    if remaining.is_empty() {
                        return None;
                    }
                    captures.push((name.clone(), decode(remaining)));
                    rest = None;
                }
            }
        }
        rest.is_none().then_some(captures)
    }

    /// Orders templates that match the same path: the one that says more about an earlier segment is greater.
    pub(crate) fn precision(&self) -> impl Ord + use<> {
        self.segments.iter().map(Segment::precision).collect::<Vec<_>>()
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Segment {
    fn parse(text: &str) -> Result<Self, String> {
        let Some((prefix, tail)) = text.split_once('{') else {
            return match text.contains('}') {
                true => Err("has a `}` without its `{`".to_owned()),
                false => Ok(Self::Literal(text.to_owned())),
            };
        };
        let Some((name, suffix)) = tail.split_once('}') else {
            return Err("has a `{` without its `}`".to_owned());
        };
        if suffix.contains(['{', '}']) || prefix.contains('}') || name.contains('{') {
            return Err("has more than one placeholder in a segment".to_owned());
        }
        let (name, is_rest) = match name.strip_prefix('*') {
            Some(name) => (name, true),
            None => (name, false),
        };
        match (name, is_rest) {
            ("", _) => Err("has a placeholder without a name".to_owned()),
            (_, true) if !prefix.is_empty() || !suffix.is_empty() => {
                Err(format!("has text beside `{{*{name}}}` in its segment"))
            }
            (_, true) => Ok(Self::Rest(name.to_owned())),
            (_, false) => Ok(Self::Capture {
                prefix: prefix.to_owned(),
                name: name.to_owned(),
                suffix: suffix.to_owned(),
            }),
        }
    }

    fn name(&self) -> Option<&str> {
        match self {
            Self::Literal(_) => None,
            Self::Capture { name, .. } | Self::Rest(name) => Some(name),
        }
    }

    fn precision(&self) -> usize {
        match self {
            Self::Literal(_) => usize::MAX,
            Self::Capture { prefix, suffix, .. } => 1 + prefix.len() + suffix.len(),
            Self::Rest(_) => 0,
        }
    }
}

fn decode(raw: &str) -> String {
    percent_decode_str(raw).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn captured(template: &str, path: &str) -> Option<Vec<String>> {
        let captures = Template::parse(template).unwrap().captures(path)?;
        Some(captures.into_iter().map(|(_, value)| value).collect())
    }

    fn values(values: &[&str]) -> Option<Vec<String>> {
        Some(values.iter().map(|&value| value.to_owned()).collect())
    }

    #[test]
    fn placeholders_capture_one_raw_segment_and_decode_it() {
        assert_eq!(captured("/issues/{id}", "/issues/7"), values(&["7"]));
        assert_eq!(captured("/issues/{id}", "/issues/a%2Fb%3F"), values(&["a/b?"]));
        assert_eq!(captured("/issues/{id}", "/issues/%C3%BC"), values(&["ü"]));
        assert_eq!(captured("/{a}/x/{b}", "/1/x/2"), values(&["1", "2"]));
        assert_eq!(captured("/v{major}/{id}.json", "/v2/7.json"), values(&["2", "7"]));
        assert_eq!(captured("/", "/"), values(&[]));
    }

    #[test]
    fn what_is_not_the_template_does_not_match() {
        for (template, path) in [
            ("/issues/{id}", "/issues"),
            ("/issues/{id}", "/issues/"),
            ("/issues/{id}", "/issues/7/"),
            ("/issues/{id}", "/issues/7/8"),
            ("/issues/{id}", "//issues/7"),
            ("/a b", "/a%20b"),
            ("/x", "*"),
            ("/{id}.json", "/.json"),
            ("/files/{*rest}", "/files"),
            ("/files/{*rest}", "/files/"),
        ] {
            assert_eq!(captured(template, path), None, "{template} {path}");
        }
    }

    #[test]
    fn a_rest_takes_everything_that_is_left() {
        assert_eq!(captured("/files/{*rest}", "/files/a"), values(&["a"]));
        assert_eq!(captured("/files/{*rest}", "/files/a/b%20c/"), values(&["a/b c/"]));
    }

    #[test]
    fn the_more_precise_template_is_greater() {
        let precision = |text: &str| Template::parse(text).unwrap().precision();
        assert!(precision("/issues/search") > precision("/issues/{id}"));
        assert!(precision("/issues/{id}.json") > precision("/issues/{id}"));
        assert!(precision("/issues/{id}") > precision("/issues/{*rest}"));
        assert!(precision("/issues/{*rest}") > precision("/{a}/{b}"));
    }

    #[test]
    fn mistakes_in_a_template_are_named() {
        for (template, part) in [
            ("issues", "does not start with a slash"),
            ("/{id", "without its `}`"),
            ("/id}", "without its `{`"),
            ("/{}", "without a name"),
            ("/{*}", "without a name"),
            ("/{a}{b}", "more than one placeholder"),
            ("/{a}/{a}", "two placeholders called `a`"),
            ("/{*a}/b", "something after"),
            ("/x{*a}", "text beside"),
        ] {
            let error = Template::parse(template).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }
}
