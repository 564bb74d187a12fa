//! Path templates such as `/issues/{id}` and `/files/{*path}`, matched on raw path segments. Knows nothing of
//! requests.

use std::fmt;
use std::iter;

use http::Uri;
use percent_encoding::percent_decode_str;

/// A parsed template.
#[derive(Debug)]
pub(crate) struct Template {
    text: String,
    segments: Vec<Segment>,
}

#[derive(Debug)]
pub(crate) enum Segment {
    Literal(String),
    /// One segment with placeholders, each with the fixed text behind it: `{id}`, `v{major}`,
    /// `{owner}:{name}.json`.
    Capture {
        prefix: String,
        placeholders: Vec<(String, String)>,
    },
    /// All that is left for it, at least one character: several segments, which may be empty.
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

        let names: Vec<&str> = segments.iter().flat_map(Segment::names).collect();
        if let Some(name) =
            names.iter().enumerate().find_map(|(i, name)| names[..i].contains(name).then_some(name))
        {
            return Err(format!("the template `{text}` has two placeholders called `{name}`"));
        }
        Ok(Self { text: text.to_owned(), segments })
    }

    /// The template as it was written.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// What stands between the slashes; a template that ends with a slash has an empty literal at its end.
    pub(crate) fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Whether both match the same paths; the names of placeholders do not count.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let both = || self.segments.iter().zip(&other.segments);
        self.segments.len() == other.segments.len() && both().all(|(one, other)| one.is_like(other))
    }

    /// The decoded captures, if the raw path matches.
    ///
    /// Literals are compared with the raw text, and `{id}` never spans or matches an empty segment, so that
    /// `a%2Fb` is one segment and an accidental `//` is not found. `{*rest}` takes as much as it can.
    pub(crate) fn captures(&self, raw_path: &str) -> Option<Captures> {
        let raw: Vec<&str> = raw_path.strip_prefix('/')?.split('/').collect();
        captures(&self.segments, &raw)
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
        let (prefix, tail) = text.split_once('{').map_or((text, None), |(prefix, tail)| (prefix, Some(tail)));
        let mut placeholders = Vec::new();
        for piece in tail.iter().flat_map(|tail| tail.split('{')) {
            let (name, after) = piece.split_once('}').ok_or("has a `{` without its `}`")?;
            placeholders.push((name.to_owned(), after.to_owned()));
        }
        let fixed = || placeholders.iter().map(|(_, after)| after.as_str()).chain([prefix]);
        if fixed().any(|text| text.contains('}')) {
            return Err("has a `}` without its `{`".to_owned());
        }
        if let Some((name, _)) = placeholders.iter().find(|(name, _)| name.trim_start_matches('*').is_empty())
        {
            return Err(format!("has a placeholder without a name, `{{{name}}}`"));
        }
        let rest = placeholders.iter().find_map(|(name, _)| name.strip_prefix('*'));
        match rest {
            Some(name) if placeholders.len() > 1 || fixed().any(|text| !text.is_empty()) => {
                Err(format!("has text next to `{{*{name}}}` in its segment"))
            }
            Some(name) => Ok(Self::Rest(name.to_owned())),
            None if placeholders.is_empty() => Ok(Self::Literal(text.to_owned())),
            None => Ok(Self::Capture { prefix: prefix.to_owned(), placeholders }),
        }
    }

    /// Whether this alone takes `raw`, which is one segment of a raw path.
    pub(crate) fn fits(&self, raw: &str) -> bool {
        match self {
            Self::Literal(text) => text == raw,
            Self::Capture { prefix, placeholders } => capture(prefix, placeholders, raw).is_some(),
            Self::Rest(_) => !raw.is_empty(),
        }
    }

    fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Literal(one), Self::Literal(other)) => one == other,
            (Self::Capture { .. }, Self::Capture { .. }) => self.fixed().eq(other.fixed()),
            (Self::Rest(_), Self::Rest(_)) => true,
            _ => false,
        }
    }

    fn names(&self) -> Vec<&str> {
        match self {
            Self::Literal(_) => Vec::new(),
            Self::Capture { placeholders, .. } => {
                placeholders.iter().map(|(name, _)| name.as_str()).collect()
            }
            Self::Rest(name) => vec![name],
        }
    }

    /// The fixed text in front of, between and behind the placeholders.
    fn fixed(&self) -> impl Iterator<Item = &str> {
        let (first, placeholders) = match self {
            Self::Literal(text) => (text.as_str(), &[][..]),
            Self::Capture { prefix, placeholders } => (prefix.as_str(), &placeholders[..]),
            Self::Rest(_) => ("", &[][..]),
        };
        iter::once(first).chain(placeholders.iter().map(|(_, after)| after.as_str()))
    }

    fn precision(&self) -> usize {
        match self {
            Self::Literal(_) => usize::MAX,
            Self::Capture { .. } => 1 + self.fixed().map(str::len).sum::<usize>(),
            Self::Rest(_) => 0,
        }
    }
}

/// The captures of raw segments, if each is taken.
fn captures(segments: &[Segment], raw: &[&str]) -> Option<Captures> {
    let Some((first, others)) = segments.split_first() else {
        return raw.is_empty().then(Captures::new);
    };
    let (mut captured, behind) = match first {
        Segment::Literal(literal) => {
            (Captures::new(), raw.split_first().filter(|(raw, _)| *raw == literal)?.1)
        }
        Segment::Capture { prefix, placeholders } => {
            let (first, behind) = raw.split_first()?;
            (capture(prefix, placeholders, first)?, behind)
        }
        Segment::Rest(name) => {
            let taken = |end: &usize| {
                let (value, behind) = (raw[..*end].join("/"), &raw[*end..]);
                let behind = captures(others, behind).filter(|_| !value.is_empty())?;
                Some([vec![(name.clone(), decode(&value))], behind].concat())
            };
            return (1..=raw.len()).rev().find_map(|end| taken(&end));
        }
    };
    captured.extend(captures(others, behind)?);
    Some(captured)
}

/// Each placeholder takes as little as it can, but at least one character; the last takes what is left.
fn capture(prefix: &str, placeholders: &[(String, String)], raw: &str) -> Option<Captures> {
    let mut left = raw.strip_prefix(prefix)?;
    let mut captures = Captures::new();
    for (index, (name, after)) in placeholders.iter().enumerate() {
        let least = left.chars().next()?.len_utf8();
        let end = match index + 1 == placeholders.len() {
            true => left.strip_suffix(after.as_str())?.len(),
            false => least + left[least..].find(after.as_str())?,
        };
        if end < least {
            return None;
        }
        captures.push((name.clone(), decode(&left[..end])));
        left = &left[end + after.len()..];
    }
    Some(captures)
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(text) => f.write_str(text),
            Self::Capture { prefix, placeholders } => {
                f.write_str(prefix)?;
                placeholders.iter().try_for_each(|(name, after)| write!(f, "{{{name}}}{after}"))
            }
            Self::Rest(name) => write!(f, "{{*{name}}}"),
        }
    }
}

pub(crate) fn decode(raw: &str) -> String {
    percent_decode_str(raw).decode_utf8_lossy().into_owned()
}

/// The path of a base URL, without a slash at its end, as clients put it in front of a template.
#[track_caller]
#[expect(clippy::panic, reason = "a malformed base is a mistake in the test")]
pub(crate) fn base_path(base: &str) -> String {
    match base.parse::<Uri>() {
        _ if base.is_empty() => String::new(),
        Ok(uri) if base.starts_with('/') || uri.scheme().is_some() => {
            uri.path().trim_end_matches('/').to_owned()
        }
        _ => panic!("the base `{base}` is neither a path that starts with a slash nor a URL"),
    }
}

/// A template below a base path. One that is malformed stays alone, so that its error shows it as written.
pub(crate) fn below(base: &str, template: &str) -> String {
    match Template::parse(template) {
        Ok(_) => format!("{base}{template}"),
        Err(_) => template.to_owned(),
    }
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
    fn placeholders_share_a_segment_from_the_left() {
        assert_eq!(captured("/{y}-{m}-{d}.log", "/26-7-a-b.log"), values(&["26", "7", "a-b"]));
        assert_eq!(captured("/x{a}{b}y", "/x12%2Fy"), values(&["1", "2/"]));
        assert_eq!(captured("/{a}.{b}", "/..c"), values(&[".", "c"]));
        assert_eq!(captured("/{a}:{b}", "/1:"), None);
        assert_eq!(captured("/{a}:{b}", "/:1"), None);
        assert_eq!(captured("/{a}:{b}.json", "/1:.json"), None);
    }

    #[test]
    fn templates_are_alike_if_only_names_differ() {
        let is_like =
            |one: &str, other: &str| Template::parse(one).unwrap().is_like(&Template::parse(other).unwrap());
        for (one, other) in [("/a/{b}", "/a/{c}"), ("/x{a}-{b}", "/x{c}-{d}"), ("/{*a}", "/{*b}")] {
            assert!(is_like(one, other), "{one} {other}");
        }
        for (one, other) in
            [("/a", "/b"), ("/a", "/a/"), ("/a", "/{a}"), ("/{a}", "/{a}.x"), ("/{a}", "/{*a}")]
        {
            assert!(!is_like(one, other), "{one} {other}");
        }
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
            ("/{*key}/v/{id}", "/v/7"),
            ("/{*key}/v/{id}", "//v/7"),
            ("/{*key}/v", "/a/v/b"),
        ] {
            assert_eq!(captured(template, path), None, "{template} {path}");
        }
    }

    #[test]
    fn a_rest_takes_everything_that_is_left() {
        assert_eq!(captured("/files/{*rest}", "/files/a"), values(&["a"]));
        assert_eq!(captured("/files/{*rest}", "/files/a/b%20c/"), values(&["a/b c/"]));
        assert_eq!(captured("/files/{*rest}", "/files//a"), values(&["/a"]));
        assert_eq!(captured("/{*key}/v/{id}", "/a/v/b/v/7"), values(&["a/v/b", "7"]));
        assert_eq!(captured("/{*key}/", "/a//"), values(&["a/"]));
        assert_eq!(captured("/{*a}/x/{*b}", "/1/2/x/3/4"), values(&["1/2", "3/4"]));
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
            ("/{a{b}}", "without its `}`"),
            ("/{a}}", "without its `{`"),
            ("/{a}{*b}", "text next to"),
            ("/{a}/{a}", "two placeholders called `a`"),
            ("/x{*a}", "text next to"),
        ] {
            let error = Template::parse(template).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }
}
