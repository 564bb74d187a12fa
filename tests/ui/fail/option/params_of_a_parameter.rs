//! Query parameters are listed in the verb.

use sdk_runtime::{Result, api_client};
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize)]
pub struct Note {
    pub id: u64,
    pub text: String,
}

#[derive(Serialize)]
pub struct NewNote<'a> {
    pub text: &'a str,
}

#[api_client(auth = none)]
pub trait Notes {
    #[get("/notes", params("page", "size"))]
    async fn notes(&self, page: u32, size: u32) -> Result<Vec<Note>>;

    #[get("/notes/{id}")]
    async fn note(&self, id: u64) -> Result<Note>;
}

async fn run(notes: &impl Notes) -> Result<()> {
    println!("{:?}", notes.notes(1, 2).await);
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let api = NotesClient::new(std::env::var("SERVER")?)?;
    println!("{:?}", api.notes(1, 2).await);
    println!("{:?}", run(&api).await);
    Ok(())
}
