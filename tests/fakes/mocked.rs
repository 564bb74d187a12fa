//! `mockall` on a client's trait: below `#[api_client]`, so that it sees the trait that there is in the end,
//! and with a name for each lifetime that stands inside of a type.

use mockall::predicate::eq;
use sdk_runtime::error::NotSignedIn;
use sdk_runtime::{Error, Result, api_client};
use serde::{Serialize, de::DeserializeOwned};

use super::{CreateError, Issue, issue};

#[api_client(dyn)]
#[cfg_attr(test, mockall::automock)]
pub trait Tracker {
    #[get("/issues/{id}")]
    async fn issue(&self, id: u64) -> Result<Option<Issue>>;

    #[get("/issues")]
    async fn search<'a>(
        &self,
        #[query] q: &str,
        #[query] of: Option<&'a str>,
        #[query("label")] labels: &'a [&'a str],
    ) -> Result<Vec<Issue>>;

    #[post("/issues")]
    async fn create(&self, #[json] issue: &Issue) -> Result<Issue, CreateError>;

    /// A type parameter of a mock must be `'static`.
    #[put("/any/{id}")]
    async fn put<T: Serialize + Sync + 'static, R: DeserializeOwned + 'static>(
        &self,
        id: u64,
        #[json] value: &T,
    ) -> Result<R>
    where
        Self: Sized;

    #[post("/logout")]
    #[session(end)]
    async fn logout(&self) -> Result<()>;

    /// A composite is mocked as well, and does not call the others then.
    async fn title(&self, id: u64) -> Result<String> {
        Ok(self.issue(id).await?.map_or_else(String::new, |issue| issue.title))
    }
}

#[api_client(dyn)]
#[mockall::automock]
pub trait Crud<T: Serialize + DeserializeOwned + Send + Sync + 'static> {
    #[get("/{id}")]
    async fn get(&self, id: u64) -> Result<T>;
}

async fn first(tracker: &impl Tracker) -> Result<Vec<Issue>> {
    let title = tracker.title(7).await?;
    tracker.search(&title, None, &["x", &title]).await
}

#[tokio::test]
async fn a_mock_expects_and_answers() {
    let mut tracker = MockTracker::new();
    tracker.expect_title().with(eq(7)).times(1).returning(|_| Box::pin(async { Ok("seven".to_owned()) }));
    tracker
        .expect_search()
        .withf(|q, of, labels| q == "seven" && of.is_none() && labels == ["x", "seven"])
        .returning(|_, _, labels| {
            let found = labels.iter().map(|label| issue(label)).collect();
            Box::pin(async { Ok(found) })
        });
    assert_eq!(first(&tracker).await.unwrap(), [issue("x"), issue("seven")]);
}

#[tokio::test]
async fn a_mock_fails_as_it_is_told() {
    let mut tracker = MockTracker::new();
    tracker.expect_create().returning(|_| Box::pin(async { Err(CreateError::Duplicate) }));
    tracker.expect_logout().returning(|| Box::pin(async { Err(NotSignedIn::default().into()) }));
    tracker.expect_put::<u8, String>().returning(|id, value| {
        let text = format!("{id} {value}");
        Box::pin(async { Ok(text) })
    });
    assert!(matches!(tracker.create(&issue("new")).await, Err(CreateError::Duplicate)));
    assert!(matches!(tracker.logout().await, Err(Error::NotSignedIn(_))));
    assert_eq!(tracker.put::<u8, String>(1, &2).await.unwrap(), "1 2");
}

#[tokio::test]
async fn a_mock_is_erased_as_any_other() {
    let mut tracker = MockTracker::new();
    tracker.expect_issue().returning(|id| Box::pin(async move { Ok((id == 7).then(|| issue("mocked"))) }));
    let tracker = DynTracker::new(tracker);
    assert_eq!(tracker.issue(7).await.unwrap(), Some(issue("mocked")));

    let mut numbers = MockCrud::<u64>::new();
    numbers.expect_get().returning(|id| Box::pin(async move { Ok(id + 1) }));
    assert_eq!(DynCrud::new(numbers).get(7).await.unwrap(), 8);
}

/// An unexpected call fails the test, as mocks do.
#[tokio::test]
#[should_panic(expected = "MockTracker::issue(7): No matching expectation found")]
async fn what_is_not_expected_panics() {
    let tracker = MockTracker::new();
    drop(tracker.issue(7).await);
}
