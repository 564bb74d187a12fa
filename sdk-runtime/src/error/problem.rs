//! `Problem`: the details of a problem as servers write them (RFC 9457), for the variant of an error.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// The details of a problem (RFC 9457), such as `application/problem+json`. It is the field of a variant:
///
/// ```
/// use sdk_runtime::{ApiError, Error, Result, ServiceTransport, api_client, error::Problem};
/// use sdk_testkit::{Reply, StubRouter};
///
/// #[derive(Debug, ApiError)]
/// enum OrderError {
///     #[status(403, 409)]
///     Refused(Problem),
///     #[other]
///     Other(Error),
/// }
///
/// #[api_client(auth = none)]
/// trait Shop {
///     #[post("/orders")]
///     async fn order(&self, #[json] item: u32) -> Result<(), OrderError>;
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
/// let stub = StubRouter::new(ShopClient::ENDPOINTS);
/// let problem = serde_json::json!({
///     "type": "https://shop.example/problems/out-of-credit",
///     "title": "You do not have enough credit.",
///     "balance": 30,
/// });
/// stub.endpoint("order").reply(Reply::json(&problem).status(403));
/// let shop = ShopClient::builder("http://localhost").transport(ServiceTransport::new(stub)).build()?;
/// let Err(OrderError::Refused(problem)) = shop.order(7).await else { panic!("the stub refuses") };
/// assert_eq!(problem.kind(), "https://shop.example/problems/out-of-credit");
/// assert_eq!(problem.title(), Some("You do not have enough credit."));
/// assert_eq!((problem.detail(), problem.extension::<u32>("balance")), (None, Some(30)));
/// # Ok(())
/// # }
/// ```
///
/// A member of another type than the RFC has is ignored, as it demands. `Debug` shows none, because they are
/// texts of the server.
#[derive(Clone, PartialEq)]
pub struct Problem {
    members: Map<String, Value>,
}

impl Problem {
    /// Returns `type`, the URI that says which problem it is. `about:blank` means that the status says it.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.text("type").unwrap_or("about:blank")
    }

    /// Returns `title`, a summary of this kind of problem for people.
    #[must_use]
    pub fn title(&self) -> Option<&str> {
        self.text("title")
    }

    /// Returns `status`, from 100 to 599, as the server wrote it into the body.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        let status = self.members.get("status")?.as_u64().and_then(|status| u16::try_from(status).ok());
        status.filter(|status| (100..600).contains(status))
    }

    /// Returns `detail`, which says for people what happened this time.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.text("detail")
    }

    /// Returns `instance`, a URI of this occurrence.
    #[must_use]
    pub fn instance(&self) -> Option<&str> {
        self.text("instance")
    }

    /// Returns another member, or `None` if it is absent or of another type than `T`.
    #[must_use]
    pub fn extension<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        T::deserialize(self.members.get(name)?).ok()
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.members.get(name)?.as_str()
    }
}

/// Reads a JSON object. Each member may be absent.
impl<'de> Deserialize<'de> for Problem {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Map::deserialize(deserializer).map(|members| Self { members })
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Problem").field("status", &self.status()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(json: &str) -> Problem {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn each_member_may_be_absent_or_of_another_type() {
        for json in [
            "{}",
            r#"{"type":7,"title":[],"status":"403","detail":null,"instance":{}}"#,
            r#"{"status":1000}"#,
            r#"{"status":-1}"#,
        ] {
            let problem = problem(json);
            assert_eq!(
                (problem.kind(), problem.title(), problem.status()),
                ("about:blank", None, None),
                "{json}"
            );
            assert_eq!((problem.detail(), problem.instance()), (None, None), "{json}");
        }
        let whole =
            r#"{"type":"a:b","title":"t","status":422,"detail":"d","instance":"/i","errors":["e"],"n":1}"#;
        let whole = problem(whole);
        assert_eq!((whole.kind(), whole.title(), whole.status()), ("a:b", Some("t"), Some(422)));
        assert_eq!((whole.detail(), whole.instance()), (Some("d"), Some("/i")));
        assert_eq!(whole.extension::<Vec<String>>("errors"), Some(vec!["e".to_owned()]));
        assert_eq!((whole.extension::<String>("n"), whole.extension::<u8>("x")), (None, None));
        assert!(serde_json::from_str::<Problem>("[]").is_err());
    }

    #[test]
    fn no_text_of_the_server_is_shown() {
        let shown =
            format!("{:?}", problem(r#"{"type":"s3cret","detail":"s3cret","status":400,"k":"s3cret"}"#));
        assert_eq!(shown, "Problem { status: Some(400), .. }");
    }
}
