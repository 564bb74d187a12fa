//! `Result` without its import, in a trait with several endpoints and a method with a body.

use sdk_runtime::api_client;
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize, Serialize)]
pub struct Playlist {
    pub id: String,
    pub name: String,
}

#[derive(Serialize)]
pub struct Rename {
    pub name: String,
}

#[api_client(dyn, timeout = 15s)]
pub trait Music {
    #[get("/playlists/{id}")]
    async fn playlist(&self, id: &str) -> Result<Option<Playlist>>;

    #[patch("/playlists/{id}")]
    async fn rename(&self, id: &str, #[json] rename: &Rename) -> Result<Playlist>;

    #[put("/playlists/{id}/tracks/{track}")]
    async fn add(&self, id: &str, track: &str) -> Result<()>;

    async fn name(&self, id: &str) -> Result<String> {
        Ok(self.playlist(id).await?.map(|list| list.name).unwrap_or_default())
    }
}

struct Fake;

impl Music for Fake {
    async fn add(&self, _: &str, _: &str) -> sdk_runtime::Result<()> {
        Ok(())
    }
}

async fn names(music: &impl Music) -> sdk_runtime::Result<String> {
    music.add("p1", "t1").await?;
    music.name("p1").await
}

#[tokio::main]
async fn main() -> sdk_runtime::Result<()> {
    let music = MusicClient::builder("https://music.example").bearer("token").build()?;
    if let Some(list) = music.playlist("p1").await? {
        let renamed = music.rename(&list.id, &Rename { name: format!("{}!", list.name) }).await?;
        println!("{} {}", renamed.name, music.name(&list.id).await?);
    }
    println!("{} {}", names(&music).await?, names(&DynMusic::new(Fake)).await?);
    Ok(())
}
