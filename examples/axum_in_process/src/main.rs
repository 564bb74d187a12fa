//! A client calls a router of axum in the same process, without a socket:
//!
//! ```console
//! $ cargo run -p axum_in_process
//! ```

use axum_in_process::{Issue, TrackerClient, app};
use sdk_runtime::ServiceTransport;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let transport = ServiceTransport::new(app());
    let tracker = TrackerClient::builder("http://localhost").transport(transport).build()?;
    let leak = Issue { id: 7, title: "Leak".to_owned() };
    assert_eq!(tracker.issue(7).await?, Some(leak.clone()));
    assert_eq!(tracker.issue(8).await?, None);
    assert_eq!(tracker.create(&leak).await?, leak);
    println!("ok: three calls of an axum router, and no socket");
    Ok(())
}
