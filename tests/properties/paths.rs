//! Path arguments. The reference is `url`, which reads the address and makes one of the same segments.

use percent_encoding::percent_decode_str;
use proptest::prelude::*;
use sdk_runtime::{Error, Result, Url, api_client};

use crate::check::{check, texts};

const PIECES: &[&str] = &[
    ".", "..", "%2e", "%", "/", "//", "\\", "%2f", "?", "#", ";", ":", "@", "&", "=", "+", " ", "\n", "\0",
    "a", "é", "\u{ff0e}", "{a}", "*",
];

#[api_client(base = "/v1", auth = none)]
trait Paths {
    #[get("/one/{a}/end")]
    async fn one(&self, a: &str) -> Result<()>;

    #[get("/two/{a}/{b}")]
    async fn two(&self, a: &str, b: &str) -> Result<()>;

    #[get("/in/x{a}y{b}.json")]
    async fn inner(&self, a: &str, b: &str) -> Result<()>;

    #[get("/rest/{*a}")]
    async fn rest(&self, a: &str) -> Result<()>;

    #[get("/rest/{*a}/versions/{b}?fixed=1")]
    async fn amid(&self, a: &str, b: &str) -> Result<()>;
}

/// A segment of a URL is never empty here, nor one of those that lead elsewhere.
fn vanishes(segment: &str) -> bool {
    matches!(segment, "" | "." | "..")
}

#[test]
fn each_argument_stays_in_its_segment_or_is_refused() {
    let client = PathsClient::new("https://a.test/api/").unwrap();
    check("paths", &(0..5usize, texts(PIECES), texts(PIECES)), |(shape, a, b)| {
        let (a, b) = (a.as_str(), b.as_str());
        let rest = |a: &str| a.split('/').map(str::to_owned).collect::<Vec<_>>();
        let is_rest = |a: &str| !a.is_empty() && !a.split('/').any(|it| matches!(it, "." | ".."));
        let (request, mut segments, is_fine) = match shape {
            0 => (client.one(a).request(), vec!["one".into(), a.into(), "end".into()], !vanishes(a)),
            1 => (
                client.two(a, b).request(),
                vec!["two".into(), a.into(), b.into()],
                !vanishes(a) && !vanishes(b),
            ),
            2 => (client.inner(a, b).request(), vec!["in".into(), format!("x{a}y{b}.json")], true),
            3 => (client.rest(a).request(), [vec!["rest".into()], rest(a)].concat(), is_rest(a)),
            _ => {
                let after = vec!["versions".into(), b.into()];
                let segments = [vec!["rest".into()], rest(a), after].concat();
                (client.amid(a, b).request(), segments, is_rest(a) && !vanishes(b))
            }
        };
        segments.splice(..0, ["api".to_owned(), "v1".to_owned()]);
        let request = match request {
            Ok(request) if is_fine => request,
            Err(Error::InvalidRequest(_)) if !is_fine => return Ok(()),
            other => return Err(TestCaseError::fail(format!("{other:?}"))),
        };
        let sent = request.url();
        let arrived: Vec<_> = sent
            .path_segments()
            .unwrap()
            .map(|it| percent_decode_str(it).decode_utf8().unwrap().into_owned())
            .collect();
        prop_assert_eq!(&arrived, &segments, "{}", sent);
        prop_assert_eq!(Url::parse(sent.as_str()).unwrap(), sent.clone(), "nothing changes on the way");
        prop_assert_eq!((sent.host_str(), sent.fragment()), (Some("a.test"), None));
        prop_assert_eq!(sent.query(), (shape == 4).then_some("fixed=1"));
        Ok(())
    });
}
