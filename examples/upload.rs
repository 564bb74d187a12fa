//! An upload and a download with their progress: `cargo run --example upload`, offline.
//!
//! The token expires while the file is sent, so that the client sends it once more.

use std::error::Error;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{env, fs, process};

use sdk_runtime::body::Body;
use sdk_runtime::oauth::{RefreshRequest, TokenAnswer};
use sdk_runtime::{ByteStream, Result, Tokens, api_client};
use sdk_testkit::{Backend, Reply};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

#[api_client]
trait Files {
    /// A large file takes longer than the 30 s of other calls.
    #[put("/files/{name}", timeout = 1h)]
    async fn upload(&self, name: &str, #[body] file: Body) -> Result<()>;

    #[get("/files/{name}")]
    async fn download(&self, name: &str) -> Result<ByteStream>;

    #[post("/oauth/token")]
    #[session(refresh)]
    async fn refresh(&self, #[form] request: RefreshRequest) -> Result<TokenAnswer>;
}

/// Keeps one file. It takes the token `new` alone, which a refresh gives.
fn server() -> Backend {
    let file = Arc::new(Mutex::new(Vec::new()));
    let kept = file.clone();
    Backend::new()
        .reply("POST", "/oauth/token", Reply::json(&json!({ "access_token": "new" })))
        .route("PUT", "/files/{name}", move |request| {
            let is_known = request.bearer() == Some("new");
            if is_known {
                *file.lock().unwrap() = request.body().to_vec();
            }
            async move { Reply::empty().status(if is_known { 204 } else { 401 }) }
        })
        .route("GET", "/files/{name}", move |_| {
            let file = kept.lock().unwrap().clone();
            async move { Reply::bytes(file) }
        })
}

/// A server that sends the beginning of a file and falls silent.
async fn silent_server() -> std::io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await?;
        let mut request = [0; 4096];
        assert!(connection.read(&mut request).await? > 0);
        connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nthe beginning").await?;
        // Until the client closes the connection.
        connection.read(&mut request).await
    });
    Ok(format!("http://{address}"))
}

/// Returns a progress bar: it prints each quarter, and keeps how often it has begun.
fn bar(what: &'static str, begun: Arc<Mutex<u32>>) -> impl FnMut(u64, Option<u64>) + Send {
    let mut shown = 0;
    move |done, total| {
        let per_cent = 100 * done / total.unwrap_or(done).max(1);
        if done == 0 {
            *begun.lock().unwrap() += 1;
            shown = 0;
            println!("{what}: begins");
        } else if per_cent >= shown + 25 {
            shown = per_cent - per_cent % 25;
            println!("{what}: {shown} %");
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::temp_dir().join(format!("sdk-runtime-upload-{}", process::id()));
    fs::create_dir_all(&folder)?;
    let (source, target) = (folder.join("source"), folder.join("target"));
    let content: Vec<u8> = (0..=255).cycle().take(4 << 20).collect();
    fs::write(&source, &content)?;

    let server = server().serve().await?;
    let files = FilesClient::builder(server.url()).idle_timeout(Duration::from_secs(30)).build()?;
    files.session().sign_in(Tokens::new("old").refresh_token("r1"))?;

    let sends = Arc::default();
    files.upload("a", Body::file(&source)).on_upload(bar("upload", Arc::clone(&sends))).await?;
    assert_eq!(*sends.lock().unwrap(), 2, "with the old token, and with the new one");

    let begun = Arc::default();
    let mut download = files.download("a").on_download(bar("download", Arc::clone(&begun))).await?;
    let mut written = tokio::fs::File::create(&target).await?;
    while let Some(piece) = download.next().await {
        written.write_all(&piece?).await?;
    }
    written.flush().await?;
    assert!(fs::read(&target)? == content, "the file is the same");
    assert_eq!(*begun.lock().unwrap(), 1);
    fs::remove_dir_all(&folder)?;

    // A server that falls silent ends the download, and not the program.
    let builder = FilesClient::builder(silent_server().await?).idle_timeout(Duration::from_millis(200));
    let silent = builder.bearer("new").build()?;
    let mut download = silent.download("a").await?;
    assert_eq!(download.next().await.transpose()?.as_deref(), Some(&b"the beginning"[..]));
    let Some(Err(error)) = download.next().await else { panic!("the server is silent") };
    println!("{error}");
    assert_eq!(error.code(), "timeout.idle");
    println!("ok: the file came back as it was sent, with one replay");
    Ok(())
}
