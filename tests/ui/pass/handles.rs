//! A reference to a client and an `Arc` of it are implementations of the trait, and a call through them keeps
//! its options.
#![deny(warnings)]

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use sdk_runtime::{Error, Pages, Response, Result, api_client};
use serde::de::DeserializeOwned;

type Answer<T> = std::result::Result<T, Error>;

#[api_client(dyn, auth = none)]
pub trait Tracker: Debug + Clone {
    #[get("/issues/{id}")]
    async fn issue(self: &Self, id: u64) -> Result<String>;

    #[get("/issues/{id}/raw")]
    async fn raw<'a>(self: &'a Self, id: u64) -> Answer<String>;

    #[get("/issues/{_first}/{second}")]
    async fn pair(&self, _first: &str, second: &str) -> Result<Option<Response<String>>>;

    #[get("/issues", paginate = link)]
    fn issues(&self) -> Pages<Vec<String>>;

    async fn issue_or(self: &Self, id: u64, other: &str) -> Result<String> {
        Ok(self.issue(id).await.unwrap_or_else(|_| other.to_owned()))
    }
}

/// A supertrait of the user's own, and parameters.
pub trait Named {
    fn name(&self) -> String;
}

#[api_client(auth = none)]
pub trait Store<'a, T: DeserializeOwned + Send>: Named
where
    Self: Debug,
{
    #[get("/{id}")]
    async fn get(&self, id: &'a str) -> Result<T>;
}

impl<T: DeserializeOwned + Send> Named for StoreClient<'_, T> {
    fn name(&self) -> String {
        "client".to_owned()
    }
}

impl<T: DeserializeOwned + Send> Named for Arc<StoreClient<'_, T>> {
    fn name(&self) -> String {
        "shared".to_owned()
    }
}

async fn shout(tracker: impl Tracker) -> String {
    tracker.issue_or(7, "none").await.unwrap().to_uppercase()
}

async fn shout_at(tracker: &impl Tracker) -> String {
    shout(tracker.clone()).await
}

fn name<'a, T: DeserializeOwned + Send>(store: &impl Store<'a, T>) -> String {
    store.name()
}

fn into_erased(tracker: impl Into<DynTracker>) -> DynTracker {
    tracker.into()
}

fn main() {
    let builder = TrackerClient::builder("http://localhost:1").timeout(Duration::from_millis(1));
    let client = builder.build().unwrap();
    let shared = Arc::new(client.clone());
    let erased: DynTracker = client.clone().into();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        for shouted in [
            shout(&client).await,
            shout(shared.clone()).await,
            shout(client.clone()).await,
            shout(erased.clone()).await,
            shout_at(&&client).await,
            shout_at(&shared).await,
            shout_at(&erased).await,
            shout(DynTracker::new(shared.clone())).await,
            shout(into_erased(client.clone())).await,
            shout(into_erased(erased)).await,
        ] {
            assert_eq!(shouted, "NONE");
        }
        // The options of a call, and that it borrows nothing.
        let call = shared.issue(7).timeout(Duration::from_secs(1)).header("x-a", "b");
        assert_eq!(call.request().unwrap().headers()["x-a"], "b");
        assert!(tokio::spawn(call).await.unwrap().is_err());
        let by_reference = &&client;
        assert!(tokio::spawn(by_reference.raw(7).timeout(Duration::from_secs(1))).await.unwrap().is_err());
        assert!(tokio::spawn(shared.raw(7).timeout(None)).await.unwrap().is_err());
        assert!(shared.pair("a", "b").retry(0).await.is_err());
        let (one, two) = tokio::join!(shared.issue(1), client.issue(2));
        assert!(one.is_err() && two.is_err());
    });
    assert_eq!(shared.pair("a", "b").request().unwrap().url().path(), "/issues/a/b");
    let _: Pages<Vec<String>> = shared.issues();

    let store = StoreClient::<u64>::new("http://localhost:1").unwrap();
    assert_eq!(name(&store), "client");
    assert_eq!(name(&Arc::new(store)), "shared");
}
