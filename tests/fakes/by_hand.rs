//! The trait implemented with plain `async fn`s, as many as a test needs.

use std::sync::Arc;

use sdk_runtime::{Result, api_client};

use super::{CreateError, DynTracker, Fake, Tracker, TrackerClient, client, is_unimplemented, issue, shout};

#[tokio::test]
async fn a_fake_answers_what_it_implements_and_names_what_it_does_not() {
    let fake = Fake::default();
    assert_eq!(fake.issue(7).await.unwrap(), Some(issue("from the fake")));
    assert_eq!(fake.limit(), 100);
    let searched = fake.search("x", &["y"]).await;
    assert!(matches!(&searched, Err(error) if is_unimplemented(error, "Tracker::search")), "{searched:?}");
    let created = fake.create(&issue("new")).await;
    let named =
        matches!(&created, Err(CreateError::Other(error)) if is_unimplemented(error, "Tracker::create"));
    assert!(named, "{created:?}");
}

#[tokio::test]
async fn a_composite_calls_what_is_implemented() {
    struct Empty;

    impl Tracker for Empty {
        async fn issue(&self, _: u64) -> Result<Option<super::Issue>> {
            Ok(None)
        }
    }

    struct Nothing;

    impl Tracker for Nothing {}

    assert_eq!(Empty.title_or(7, "other").await.unwrap(), "other");
    let title = Nothing.title_or(7, "other").await;
    assert!(matches!(&title, Err(error) if is_unimplemented(error, "Tracker::issue")), "{title:?}");
}

#[tokio::test]
async fn generic_code_takes_either() {
    assert_eq!(shout(&Fake::default()).await.unwrap(), "FROM THE FAKE");
    assert_eq!(shout(&client()).await.unwrap(), "FROM THE SERVER");
    assert_eq!(shout(&&client()).await.unwrap(), "FROM THE SERVER");
    assert_eq!(shout(&Arc::new(client())).await.unwrap(), "FROM THE SERVER");
    let created = Tracker::create(&client(), &issue("new")).await;
    assert!(matches!(created, Err(CreateError::Duplicate)), "{created:?}");
}

/// What the documentation says in place of the options of a call.
#[tokio::test(start_paused = true)]
async fn a_call_through_the_trait_is_limited_and_cancelled_from_outside() {
    async fn check(tracker: &impl Tracker) {
        let limit = std::time::Duration::from_secs(2);
        let issue = tokio::time::timeout(limit, tracker.issue(7)).await;
        assert!(issue.unwrap().unwrap().is_some());
        let token = tokio_util::sync::CancellationToken::new();
        let issue = token.run_until_cancelled(tracker.issue(7)).await;
        assert!(issue.unwrap().unwrap().is_some());
        token.cancel();
        assert!(token.run_until_cancelled(tracker.issue(7)).await.is_none());
    }
    check(&Fake::default()).await;
    check(&client()).await;
    check(&DynTracker::from(client())).await;
}

/// The same fake for two versions of an API, the second of which has an endpoint and a composite more.
macro_rules! version {
    ($name:ident: $($more:tt)*) => {
        mod $name {
            use super::{Result, api_client};

            #[api_client(dyn)]
            pub trait Tracker {
                #[get("/issues/{id}")]
                async fn title(&self, id: u64) -> Result<String>;

                $($more)*
            }

            pub struct Fake;

            impl Tracker for Fake {
                async fn title(&self, id: u64) -> Result<String> {
                    Ok(format!("issue {id}"))
                }
            }
        }
    };
}

version!(first:);
version!(second:
    #[get("/boards/{id}")]
    async fn board(&self, id: u64) -> Result<String>;

    async fn both(&self, id: u64) -> Result<(String, String)> {
        Ok((self.title(id).await?, self.board(id).await?))
    }
);

#[tokio::test]
async fn a_new_endpoint_breaks_no_fake() {
    assert_eq!(first::Tracker::title(&first::Fake, 7).await.unwrap(), "issue 7");
    assert_eq!(second::Tracker::title(&second::Fake, 7).await.unwrap(), "issue 7");
    let both = second::Tracker::both(&second::Fake, 7).await;
    assert!(matches!(&both, Err(error) if is_unimplemented(error, "Tracker::board")), "{both:?}");
    assert_eq!((first::TrackerClient::ENDPOINTS.len(), second::TrackerClient::ENDPOINTS.len()), (1, 2));
}

/// A call borrows nothing, and a future of the trait is `Send`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_and_fakes_are_spawned() {
    fn call(client: &TrackerClient) -> impl Future<Output = Result<Option<super::Issue>>> + Send + use<> {
        client.issue(7).into_future()
    }

    let spawned = tokio::spawn(call(&client()));
    assert_eq!(spawned.await.unwrap().unwrap(), Some(issue("from the server")));
    let spawned = tokio::spawn(async { shout(&Fake::default()).await });
    assert_eq!(spawned.await.unwrap().unwrap(), "FROM THE FAKE");
}
