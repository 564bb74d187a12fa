//! `docs/cookbook/patch.md`.

use std::error::Error as StdError;

use sdk_runtime::{Result, ServiceTransport, api_client};
use sdk_testkit::{Reply, StubRouter};
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Deserialize)]
pub struct Issue {
    pub assignee: Option<String>,
}

#[derive(Default, Serialize)]
pub struct IssueChange<'a> {
    /// `None` leaves the title as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<&'a str>,
    /// `None` leaves it, `Some(None)` removes it, `Some(Some("ann"))` sets it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignee: Option<Option<&'a str>>,
}

#[api_client]
pub trait Tracker {
    #[patch("/issues/{id}")]
    async fn change(
        &self,
        id: u64,
        #[json("application/merge-patch+json")] change: &IssueChange<'_>,
    ) -> Result<Issue>;
}

#[tokio::test]
async fn a_field_is_left_removed_or_set() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(TrackerClient::ENDPOINTS);
    stub.endpoint("change").once(Reply::json(&json!({}))).reply(Reply::json(&json!({ "assignee": null })));
    let transport = ServiceTransport::new(stub.clone());
    let tracker = TrackerClient::builder("http://localhost").bearer("token").transport(transport).build()?;
    let unassigned = IssueChange { assignee: Some(None), ..IssueChange::default() };
    tracker.change(7, &unassigned).await?; // sends {"assignee":null}
    let ann = IssueChange { assignee: Some(Some("ann")), ..IssueChange::default() };
    tracker.change(7, &ann).await?; // sends {"assignee":"ann"}
    let title = IssueChange { title: Some("Leak"), ..IssueChange::default() };
    tracker.change(7, &title).await?; // sends {"title":"Leak"}
    assert_eq!(tracker.change(7, &title).await?.assignee, None);

    let sent = stub.endpoint("change").calls();
    let bodies: Vec<_> = sent.iter().take(3).map(|request| request.text().into_owned()).collect();
    assert_eq!(bodies, [r#"{"assignee":null}"#, r#"{"assignee":"ann"}"#, r#"{"title":"Leak"}"#]);
    assert_eq!(sent[0].header("content-type"), Some("application/merge-patch+json"));
    Ok(())
}
