//! Says in words what keeps a request from being of an endpoint, and weighs it. Knows nothing of replies.

use http::Method;
use strsim::osa_distance;

use crate::template::{Segment, Template, decode};

/// All that differs, in the order of a request, and how much that is: what is easily overlooked weighs least.
#[derive(Clone, Debug, Default)]
pub(crate) struct Difference {
    weight: usize,
    /// How many literals of the template are there, which decides between equal weights.
    agreed: usize,
    texts: Vec<String>,
}

const SLIP: usize = 1;
const TYPO: usize = 2;
const OTHER_METHOD: usize = 3;
const TOO_MANY: usize = 4;
const OTHER_TEXT: usize = 6;

impl Difference {
    /// Between a request and an endpoint, whose `template` begins with `base`.
    pub(crate) fn between(request: (&Method, &str), endpoint: (&Method, &Template), base: &str) -> Self {
        let ((method, path), (wanted, template)) = (request, endpoint);
        let of_method = match method == wanted {
            true => Self::default(),
            false => Self::of(OTHER_METHOD, format!("the method is {method} instead of {wanted}")),
        };
        let elsewhere = match base {
            "" => below_something(template, path),
            base => without_base(template, base, path),
        };
        let of_path = aligned(template.segments(), path);
        of_method.and(match elsewhere {
            Some(elsewhere) => elsewhere.or(of_path),
            None => of_path,
        })
    }

    pub(crate) fn weight(&self) -> usize {
        self.weight
    }

    /// Everything that differs, on one line.
    pub(crate) fn text(&self) -> String {
        self.texts.join("; ")
    }

    fn of(weight: usize, text: String) -> Self {
        Self { weight, texts: vec![text], ..Self::default() }
    }

    fn and(mut self, more: Self) -> Self {
        self.weight += more.weight;
        self.agreed += more.agreed;
        self.texts.extend(more.texts);
        self
    }

    /// The lesser of both; of equals, this.
    fn or(self, other: Self) -> Self {
        if (other.weight, self.agreed) < (self.weight, other.agreed) { other } else { self }
    }
}

/// Whether one was probably written for the other: one slip in three characters, and one in the shortest.
pub(crate) fn is_near(one: &str, other: &str) -> bool {
    osa_distance(one, other) <= (one.chars().count().max(other.chars().count()) / 3).max(1)
}

/// The endpoint itself, but below a path it does not have: that of a base URL that the stub does not know.
fn below_something(template: &Template, path: &str) -> Option<Difference> {
    let fronts = path.match_indices('/').map(|(at, _)| path.split_at(at));
    let mut fronts = fronts.filter(|(front, _)| !front.is_empty() && !front.ends_with('/'));
    let (front, _) = fronts.find(|(_, path)| template.captures(path).is_some())?;
    let text = format!(
        "it is below `{front}`; if the client's base URL has that path, \
         make the stub with `StubRouter::with_base({front:?}, ..)`"
    );
    Some(Difference::of(TYPO + front.matches('/').count(), text))
}

fn without_base(template: &Template, base: &str, path: &str) -> Option<Difference> {
    let below = template.segments().get(base.matches('/').count()..)?;
    let text = format!("it is not below the base, `{base}`");
    Some(Difference::of(OTHER_METHOD, text).and(aligned(below, path)))
}

/// Aligns the segments of a path with those of a template so that as few as possible differ.
///
/// The distance of words (insert, delete, substitute), with segments in place of letters: each line is for
/// one more segment of the template, each column for one more of the path.
fn aligned(template: &[Segment], path: &str) -> Difference {
    // The root has no segments, although there is something empty behind its slash.
    let template = match template {
        [Segment::Literal(text)] if text.is_empty() => &[],
        template => template,
    };
    let came: Vec<&str> = match path.strip_prefix('/').unwrap_or(path) {
        "" => Vec::new(),
        path => path.split('/').collect(),
    };
    let is_last = |at: usize| at + 1 == came.len();

    let mut above = vec![Difference::default()];
    for (at, raw) in came.iter().enumerate() {
        above.push(above[at].clone().and(too_many(at, raw, is_last(at))));
    }
    for (place, segment) in template.iter().enumerate() {
        let is_rest = matches!(segment, Segment::Rest(_));
        let mut line = vec![above[0].clone().and(missing(place, segment))];
        for (at, raw) in came.iter().enumerate() {
            let more = match is_rest {
                true => Difference::default(),
                false => too_many(at, raw, is_last(at)),
            };
            let substitute = match is_rest && !is_last(at) {
                true => Difference::default(),
                false => substitute(at, raw, segment),
            };
            // In this order, so that of equals the one whose earlier segments agree is told.
            let inserted = line[at].clone().and(more);
            let deleted = above[at + 1].clone().and(missing(place, segment));
            line.push(inserted.or(deleted).or(above[at].clone().and(substitute)));
        }
        above = line;
    }
    above.pop().unwrap_or_default()
}

fn too_many(at: usize, raw: &str, is_last: bool) -> Difference {
    match (raw, is_last) {
        ("", true) => Difference::of(SLIP, "there is a slash too many at the end".to_owned()),
        ("", false) => Difference::of(SLIP, format!("segment {} is empty, and one too many", at + 1)),
        _ => Difference::of(TOO_MANY, format!("segment {}, `{raw}`, is one too many", at + 1)),
    }
}

fn missing(place: usize, segment: &Segment) -> Difference {
    match segment {
        Segment::Literal(text) if text.is_empty() => {
            Difference::of(SLIP, "the slash at the end is missing".to_owned())
        }
        _ => Difference::of(
            TOO_MANY,
            format!("segment {} of the template, `{segment}`, is missing", place + 1),
        ),
    }
}

fn substitute(at: usize, raw: &str, segment: &Segment) -> Difference {
    if segment.fits(raw) {
        let agreed = usize::from(matches!(segment, Segment::Literal(_)));
        return Difference { agreed, ..Difference::default() };
    }
    let number = at + 1;
    match segment {
        Segment::Literal(text) if text.is_empty() => too_many(at, raw, false),
        Segment::Literal(text) if raw.is_empty() => {
            Difference::of(TOO_MANY, format!("segment {number} is empty instead of `{text}`"))
        }
        Segment::Literal(text) if text.eq_ignore_ascii_case(raw) => Difference::of(
            SLIP,
            format!("segment {number} is `{raw}` instead of `{text}`: upper and lower case differ"),
        ),
        Segment::Literal(text) if decode(text) == decode(raw) => Difference::of(
            SLIP,
            format!("segment {number} is `{raw}` instead of `{text}`: encoded otherwise"),
        ),
        Segment::Literal(text) => {
            let weight = if is_near(text, raw) { TYPO } else { OTHER_TEXT };
            Difference::of(weight, format!("segment {number} is `{raw}` instead of `{text}`"))
        }
        _ if raw.is_empty() => {
            Difference::of(SLIP, format!("segment {number} is empty where `{segment}` needs a value"))
        }
        _ => Difference::of(TYPO, format!("segment {number} is `{raw}`, which does not fit `{segment}`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The message about `request` and the template `/issues/{id}` and the like, without a base.
    fn told(base: &str, template: &str, request: &str) -> String {
        let (method, path) = request.split_once(' ').unwrap();
        let template = Template::parse(&format!("{base}{template}")).unwrap();
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let difference = Difference::between((&method, path), (&Method::GET, &template), base);
        assert_eq!(difference.weight() == 0, template.captures(path).is_some() && method == Method::GET);
        difference.text()
    }

    #[test]
    fn a_difference_is_told_where_it_is() {
        for (template, request, expected) in [
            ("/issues/{id}", "GET /issues/7", ""),
            ("/issues/{id}", "POST /issues/7", "the method is POST instead of GET"),
            ("/issues/{id}", "GET /isues/7", "segment 1 is `isues` instead of `issues`"),
            ("/issues/{id}", "GET /boards/7", "segment 1 is `boards` instead of `issues`"),
            (
                "/issues/{id}",
                "GET /Issues/7",
                "segment 1 is `Issues` instead of `issues`: upper and lower case differ",
            ),
            (
                "/issues/{id}",
                "GET /%69ssues/7",
                "segment 1 is `%69ssues` instead of `issues`: encoded otherwise",
            ),
            ("/issues/{id}", "GET /issues/7/", "there is a slash too many at the end"),
            ("/issues/{id}", "GET /issues/7/8", "segment 3, `8`, is one too many"),
            ("/issues/{id}", "GET /issues//7", "segment 2 is empty, and one too many"),
            ("/issues/{id}", "GET //issues/7", "segment 1 is empty, and one too many"),
            ("/issues/{id}", "GET /issues/", "segment 2 is empty where `{id}` needs a value"),
            ("/issues/{id}", "GET /issues", "segment 2 of the template, `{id}`, is missing"),
            (
                "/issues/{id}",
                "GET /",
                "segment 1 of the template, `issues`, is missing; segment 2 of the template, `{id}`, is \
                 missing",
            ),
            (
                "/issues/{id}",
                "PUT /isues/7/",
                "the method is PUT instead of GET; segment 1 is `isues` instead of `issues`; \
                 there is a slash too many at the end",
            ),
            (
                "/issues/{id}",
                "GET /api/v1/issues/7",
                "it is below `/api/v1`; if the client's base URL has that path, \
                 make the stub with `StubRouter::with_base(\"/api/v1\", ..)`",
            ),
            ("/a/{id}/c", "GET /a//c", "segment 2 is empty where `{id}` needs a value"),
            ("/a/{id}/c", "GET /a/c", "segment 2 of the template, `{id}`, is missing"),
            ("/a/{id}/c", "GET /a/x/7/c", "segment 3, `7`, is one too many"),
            ("/a", "GET /x//a", "segment 1, `x`, is one too many; segment 2 is empty, and one too many"),
            ("/a/", "GET /a", "the slash at the end is missing"),
            ("/", "GET /a", "segment 1, `a`, is one too many"),
            ("/", "PUT /", "the method is PUT instead of GET"),
            ("/a/", "GET /a/b", "segment 2, `b`, is one too many"),
            ("/a/b", "GET //b", "segment 1 is empty instead of `a`"),
            ("/", "GET *", "segment 1, `*`, is one too many"),
            ("/{id}.json", "GET /7.xml", "segment 1 is `7.xml`, which does not fit `{id}.json`"),
            ("/{id}.json", "GET /.json", "segment 1 is `.json`, which does not fit `{id}.json`"),
            ("/files/{*path}", "GET /files//a/", ""),
            ("/files/{*path}", "GET /file/a/b", "segment 1 is `file` instead of `files`"),
            ("/files/{*path}", "GET /files", "segment 2 of the template, `{*path}`, is missing"),
            ("/files/{*path}", "GET /files/", "segment 2 is empty where `{*path}` needs a value"),
        ] {
            assert_eq!(told("", template, request), expected, "{template} {request}");
        }
    }

    #[test]
    fn a_base_is_a_part_of_the_path() {
        for (request, expected) in [
            ("GET /api/v1/issues/7", ""),
            ("GET /issues/7", "it is not below the base, `/api/v1`"),
            ("GET /isues/7", "it is not below the base, `/api/v1`; segment 1 is `isues` instead of `issues`"),
            ("GET /api/v2/issues/7", "segment 2 is `v2` instead of `v1`"),
            ("GET /api/issues/7", "segment 2 of the template, `v1`, is missing"),
            ("GET /x/api/v1/issues/7", "segment 1, `x`, is one too many"),
            ("GET /api/v1/isues/7", "segment 3 is `isues` instead of `issues`"),
        ] {
            assert_eq!(told("/api/v1", "/issues/{id}", request), expected, "{request}");
        }
    }

    #[test]
    fn one_slip_in_three_characters_is_near() {
        for (one, other, expected) in [
            ("a", "b", true),
            ("a", "bc", false),
            ("issues", "isues", true),
            ("abcdef", "abcdxy", true),
            ("abcdef", "abcxyz", false),
            ("abcdefgh", "abcdefxy", true),
            ("abcdefgh", "abcdexyz", false),
            ("abcdefghi", "abcdefxyz", true),
            ("abcdefghi", "abcdewxyz", false),
            ("äöü", "äöa", true),
            ("äöü", "äbc", false),
            ("", "a", true),
        ] {
            assert_eq!((is_near(one, other), is_near(other, one)), (expected, expected), "{one} {other}");
        }
    }

    #[test]
    fn what_is_overlooked_easily_is_nearest() {
        let weight = |request: &str| {
            let (method, path) = request.split_once(' ').unwrap();
            let template = Template::parse("/issues/{id}").unwrap();
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            Difference::between((&method, path), (&Method::GET, &template), "").weight()
        };
        let order = [
            "GET /issues/7",
            "GET /issues/7/",
            "GET /isues/7",
            "PUT /issues/7",
            "GET /issues",
            "GET /boards/7",
        ];
        assert!(order.is_sorted_by(|one, other| weight(one) < weight(other)));
        // The longer the path in front, the further.
        let order = ["GET /isues/7", "GET /api/issues/7", "GET /api/v1/issues/7", "GET /api/v1/x/issues/7"];
        assert!(order.is_sorted_by(|one, other| weight(one) < weight(other)));
    }
}
