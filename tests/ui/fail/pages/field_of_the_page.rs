//! The field of the page in the place of the parameter.

use sdk_runtime::{Page, Pages, Result, api_client};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub struct Event {
    kind: String,
}

#[derive(Deserialize, Page)]
pub struct Events {
    #[page(items)]
    results: Vec<Event>,
    #[page(next)]
    next: Option<String>,
}

#[api_client]
pub trait Audit {
    #[get("/events", paginate = cursor(next))]
    fn events(&self, #[query] kind: Option<&str>, #[query] cursor: Option<&str>) -> Pages<Events>;

    #[get("/events/{id}")]
    async fn event(&self, id: u64) -> Result<Event>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let audit = AuditClient::builder("https://audit.example").bearer("key").build()?;
    let mut pages = audit.events(None, None);
    while let Some(page) = pages.next().await {
        for event in page?.results {
            println!("{}", event.kind);
        }
    }
    println!("{}", audit.event(1).await?.kind);
    Ok(())
}
