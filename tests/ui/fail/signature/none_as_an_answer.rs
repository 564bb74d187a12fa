//! `None` of Python as an answer without content.

use sdk_runtime::{Result, api_client};

#[api_client(base = "/notes")]
pub trait Notes {
    #[post("/{id}/archive")]
    async fn archive(&self, id: u64) -> Result<None>;

    #[get("/count")]
    async fn count(&self) -> Result<u64>;
}

async fn archive_all(notes: &NotesClient) -> Result<()> {
    for id in 1..=notes.count().await? {
        notes.archive(id).await?;
    }
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let notes = NotesClient::builder("https://notes.example").bearer("key").build()?;
    archive_all(&notes).await
}
