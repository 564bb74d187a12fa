//! `DynTracker`: one type for every implementation of the trait.

use std::sync::{Arc, atomic::Ordering};

use super::{DynTracker, Fake, Tracker, client, is_unimplemented, issue, shout};

/// What an application is made of, without a type parameter.
#[derive(Clone, Debug)]
struct App {
    tracker: DynTracker,
}

impl App {
    async fn title(self, id: u64) -> String {
        self.tracker.title_or(id, "none").await.unwrap()
    }
}

/// A fake that others still look at.
struct Shared(Arc<Fake>);

impl Tracker for Shared {
    async fn issue(&self, id: u64) -> sdk_runtime::Result<Option<super::Issue>> {
        self.0.issue(id).await
    }
}

#[tokio::test]
async fn an_erased_client_behaves_as_the_client_it_was_made_of() {
    let of_client = DynTracker::from(client());
    let of_fake = DynTracker::new(Fake::default());
    let of_itself = DynTracker::new(DynTracker::new(of_fake.clone()));
    for (tracker, title) in
        [(&of_client, "FROM THE SERVER"), (&of_fake, "FROM THE FAKE"), (&of_itself, "FROM THE FAKE")]
    {
        assert_eq!(shout(tracker).await.unwrap(), title);
    }
    let searched = of_itself.search("x", &["y"]).await;
    assert!(matches!(&searched, Err(error) if is_unimplemented(error, "Tracker::search")), "{searched:?}");
    assert!(of_client.create(&issue("new")).await.is_err());
}

/// The erased type must not bring back the trait's own body.
#[tokio::test]
async fn a_composite_is_the_implementations_own() {
    assert_eq!(App { tracker: DynTracker::new(Fake::default()) }.title(8).await, "8 or none");
    assert_eq!(App { tracker: DynTracker::new(client()) }.title(7).await, "from the server");
    let twice = DynTracker::new(DynTracker::new(Fake::default()));
    assert_eq!(twice.title_or(8, "none").await.unwrap(), "8 or none");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clones_are_one_implementation_on_many_tasks() {
    let fake = Arc::new(Fake::default());
    let app = App { tracker: DynTracker::new(Shared(fake.clone())) };
    let tasks: Vec<_> = (0..8).map(|_| tokio::spawn(app.clone().title(7))).collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), "from the fake");
    }
    assert_eq!(fake.asked.load(Ordering::SeqCst), 8);
    assert_eq!(format!("{app:?}"), "App { tracker: DynTracker { .. } }");
}
