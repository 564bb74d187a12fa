//! Plain HTTP on this machine: it uses no proxy, even if the environment names one.

use std::process::Command;

use sdk_runtime::{Error, Result, api_client};
use sdk_testkit::{Backend, Reply};

#[api_client]
trait Local {
    #[get("/x")]
    async fn x(&self) -> Result<()>;
}

/// The environment is read once in a process, so the call is made by another one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_credential_for_this_machine_does_not_leave_it_through_a_proxy() {
    let seen = Backend::new().fallback(|_| async { Reply::empty() });
    let proxy = seen.serve().await.unwrap();
    let test = std::env::current_exe().unwrap();
    let output = tokio::task::spawn_blocking(move || {
        let mut child = Command::new(test);
        child.args(["--exact", "proxy::calls_this_machine", "--ignored"]);
        for name in ["http_proxy", "HTTP_PROXY", "all_proxy"] {
            child.env(name, proxy.url());
        }
        (child.env_remove("no_proxy").env_remove("NO_PROXY").output().unwrap(), proxy)
    });
    let (output, _proxy) = output.await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(seen.requests().is_empty(), "I22: {:?}", seen.requests());
}

#[tokio::test]
#[ignore = "needs the environment that the test above runs it in"]
async fn calls_this_machine() {
    // No program listens on the port for discarded data.
    let client = LocalClient::builder("http://localhost:9").bearer("s3cret").build().unwrap();
    assert!(matches!(client.x().await, Err(Error::Transport(_))));
}
