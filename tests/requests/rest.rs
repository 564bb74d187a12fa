//! `{*rest}`: the keys of an object store and the paths of WebDAV, as they are. And addresses without a path.

use sdk_runtime::{Error, Result, ServiceTransport, api_client};
use sdk_testkit::{Backend, Reply, StubRouter};

use crate::wire::{accepting, memory, refused, sent};

#[api_client(base = "/bucket", auth = none)]
trait Objects {
    #[get("")]
    async fn list(&self) -> Result<String>;

    #[get("?list-type=2")]
    async fn list_again(&self, #[query] prefix: &str) -> Result<String>;

    #[get("/{*key}")]
    async fn object(&self, key: &str) -> Result<String>;

    #[get("/{*key}/versions/{id}")]
    async fn version(&self, key: &str, id: &str) -> Result<String>;

    #[get("/{*from}/to/{*to}/")]
    async fn copy(&self, from: &str, to: &str) -> Result<String>;
}

fn client(base: &str) -> (Backend, ObjectsClient) {
    let backend = accepting();
    let client = ObjectsClient::builder(base).transport(memory(&backend)).build().unwrap();
    (backend, client)
}

#[tokio::test]
async fn a_rest_is_sent_with_all_its_segments() {
    let (backend, client) = client("http://localhost");
    for (key, target) in [
        ("a/b", "/bucket/a/b"),
        ("a/", "/bucket/a/"),
        ("/a", "/bucket//a"),
        ("a//b", "/bucket/a//b"),
        ("//a//", "/bucket///a//"),
        ("/", "/bucket//"),
        ("a b/ü", "/bucket/a%20b/%C3%BC"),
        ("...", "/bucket/..."),
        ("a/...", "/bucket/a/..."),
        // Text that looks encoded is text.
        ("%2e%2e/a", "/bucket/%252e%252e/a"),
        ("a/%2F/b", "/bucket/a/%252F/b"),
        ("..\\a", "/bucket/..%5Ca"),
    ] {
        assert_eq!(sent(&backend, client.object(key)).await.target(), target, "{key}");
    }
}

#[tokio::test]
async fn no_rest_climbs_out_of_its_place() {
    let (backend, client) = client("http://localhost");
    for key in ["", ".", "..", "../a", "a/..", "a/../b", "/..", "a//../b", "./", "a/./b", "../../other/"] {
        assert_eq!(refused(&backend, client.object(key)).await, "key", "{key}");
        assert_eq!(refused(&backend, client.version(key, "7")).await, "key", "{key}");
        assert_eq!(refused(&backend, client.copy("a", key)).await, "to", "{key}");
    }
    for id in ["", ".", ".."] {
        assert_eq!(refused(&backend, client.version("a", id)).await, "id", "{id}");
    }
}

#[tokio::test]
async fn further_segments_stand_behind_a_rest() {
    let (backend, client) = client("http://localhost/v1/");
    let version = sent(&backend, client.version("a/b", "7/8")).await;
    assert_eq!(version.target(), "/v1/bucket/a/b/versions/7%2F8");
    let version = sent(&backend, client.version("a/", "7")).await;
    assert_eq!(version.target(), "/v1/bucket/a//versions/7");
    let copied = sent(&backend, client.copy("a/b", "c//d")).await;
    assert_eq!(copied.target(), "/v1/bucket/a/b/to/c//d/");
}

#[tokio::test]
async fn an_empty_path_is_the_base_without_a_slash() {
    for (base, target) in [("http://localhost", "/bucket"), ("http://localhost/v1/", "/v1/bucket")] {
        let (backend, client) = client(base);
        assert_eq!(sent(&backend, client.list()).await.target(), target);
        let again = sent(&backend, client.list_again("a/")).await;
        assert_eq!(again.target(), format!("{target}?list-type=2&prefix=a%2F"));
    }
}

#[api_client(auth = none)]
trait Root {
    #[get("")]
    async fn root(&self, #[query] q: Option<u8>) -> Result<String>;
}

#[tokio::test]
async fn an_empty_path_without_a_base_is_the_address_of_the_client() {
    for (base, targets) in [
        ("http://localhost", ["/", "/?q=1"]),
        ("http://localhost/", ["/", "/?q=1"]),
        ("http://localhost/users", ["/users", "/users?q=1"]),
        ("http://localhost/users/", ["/users", "/users?q=1"]),
    ] {
        let backend = accepting();
        let client = RootClient::builder(base).transport(memory(&backend)).build().unwrap();
        for (q, target) in [None, Some(1)].into_iter().zip(targets) {
            assert_eq!(sent(&backend, client.root(q)).await.target(), target, "{base}");
        }
    }
}

#[tokio::test]
async fn a_stub_finds_the_endpoint_of_a_rest() -> std::result::Result<(), Error> {
    let stub = StubRouter::new(ObjectsClient::ENDPOINTS);
    for name in ["list", "object", "version"] {
        stub.endpoint(name).reply(Reply::text(name));
    }
    let client =
        ObjectsClient::builder("http://localhost").transport(ServiceTransport::new(stub.clone())).build()?;
    assert_eq!(client.list().await?, "list");
    assert_eq!(client.object("a//b/").await?, "object");
    assert_eq!(client.version("a/versions/b", "7").await?, "version");
    assert_eq!(stub.endpoint("version").calls()[0].param("key"), "a/versions/b");
    Ok(())
}
