//! `None` of Python next to the type of an error.

use sdk_runtime::{ApiError, Error, Result, api_client};

#[derive(Debug, ApiError)]
pub enum ArchiveError {
    #[status(404)]
    Unknown,
    #[other]
    Other(Error),
}

#[api_client(base = "/notes")]
pub trait Notes {
    #[post("/{id}/archive")]
    async fn archive(&self, id: u64) -> Result<None, ArchiveError>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let notes = NotesClient::builder("https://notes.example").bearer("key").build()?;
    match notes.archive(1).await {
        Err(ArchiveError::Unknown) => println!("unknown"),
        Err(ArchiveError::Other(error)) => return Err(error),
        Ok(()) => {}
    }
    Ok(())
}
