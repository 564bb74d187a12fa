//! Attributes in any order, with and without trailing commas, between docs.
#![deny(warnings, missing_docs)]

use sdk_runtime::{Result, api_client};

#[doc = "Above."]
#[api_client(headers("accept" = "text/plain",), base = "/v1",)]
/// Below.
pub trait Users {
    #[get("/users",)]
    /// After.
    async fn after(&self) -> Result<String>;

    /// Before.
    #[get("/users", timeout = 1s,)]
    /// Between.
    #[must_use]
    #[session(end,)]
    /// And after.
    async fn between(&self) -> Result<()>;

    /// Options in another order.
    #[get("/users/{id}", headers("a" = "b"), auth = none, timeout = 1s)]
    #[deprecated(note = "use `after`")]
    async fn options(&self, #[query("q",)] q: u8, id: u64) -> Result<String>;

    /// The session first.
    #[session(end)]
    #[inline]
    #[post("/users",)]
    async fn session_first(
        &self,
        #[allow(unused)] #[query] q: u8,
        #[header] #[warn(unused)] page: u8,
    ) -> Result<()>;
}

fn main() {
    let client = UsersClient::new("https://users.example").unwrap();
    let _ = client.after();
    let _ = client.session_first(1, 2);
}
