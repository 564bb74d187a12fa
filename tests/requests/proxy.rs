//! Plain HTTP on this machine: it uses no proxy, even if the environment names one. Calls elsewhere do.

use std::process::Command;

use sdk_runtime::{Error, Result, api_client};
use sdk_testkit::{Backend, Reply};

#[api_client]
trait Local {
    #[get("/x")]
    async fn x(&self) -> Result<()>;

    #[get("/open", auth = none)]
    async fn open(&self) -> Result<()>;
}

/// Runs the test `name` in another process, whose environment names a proxy with a password: the environment
/// is read once in a process. Returns what the proxy has seen.
async fn with_a_proxy(name: &'static str) -> Backend {
    let seen = Backend::new().fallback(|_| async { Reply::empty() });
    let proxy = seen.serve().await.unwrap();
    let test = std::env::current_exe().unwrap();
    let output = tokio::task::spawn_blocking(move || {
        let mut child = Command::new(test);
        child.args(["--exact", name, "--ignored"]);
        let url = proxy.url().replace("http://", "http://ann:secret@");
        for name in ["http_proxy", "HTTP_PROXY", "all_proxy"] {
            child.env(name, &url);
        }
        (child.env_remove("no_proxy").env_remove("NO_PROXY").output().unwrap(), proxy)
    });
    let (output, _proxy) = output.await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    seen
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_credential_for_this_machine_does_not_leave_it_through_a_proxy() {
    let seen = with_a_proxy("proxy::calls_this_machine").await;
    assert!(seen.requests().is_empty(), "I22: {:?}", seen.requests());
}

#[tokio::test]
#[ignore = "needs the environment that the test above runs it in"]
async fn calls_this_machine() {
    // No program listens on the port for discarded data.
    let client = LocalClient::builder("http://localhost:9").bearer("s3cret").build().unwrap();
    assert!(matches!(client.x().await, Err(Error::Transport(_))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_elsewhere_goes_through_the_proxy_of_the_environment_with_its_password() {
    let seen = with_a_proxy("proxy::calls_elsewhere").await;
    let requests = seen.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].header("host"), Some("far.invalid"));
    assert_eq!(requests[0].header("proxy-authorization"), Some("Basic YW5uOnNlY3JldA=="));
}

#[tokio::test]
#[ignore = "needs the environment that the test above runs it in"]
async fn calls_elsewhere() {
    LocalClient::builder("http://far.invalid").build().unwrap().open().await.unwrap();
}
