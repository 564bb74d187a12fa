//! The format of the body stands in the verb.

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
    #[post("/notes", json)]
    async fn create(&self, note: &NewNote<'_>) -> Result<Note>;

    #[get("/notes/{id}")]
    async fn note(&self, id: u64) -> Result<Note>;
}

async fn run(notes: &impl Notes) -> Result<()> {
    println!("{:?}", notes.create(&NewNote { text: "a" }).await);
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let api = NotesClient::new(std::env::var("SERVER")?)?;
    println!("{:?}", api.create(&NewNote { text: "a" }).await);
    println!("{:?}", run(&api).await);
    Ok(())
}
