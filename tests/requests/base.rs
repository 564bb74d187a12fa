//! The base URL, the trait's base and the path: one after the other, with one slash at each seam.

use sdk_runtime::{Result, api_client};

use crate::wire::{accepting, memory, sent};

mod bare {
    use super::*;

    #[api_client(auth = none)]
    pub trait Bare {
        #[get("/users/{id}")]
        async fn user(&self, id: &str) -> Result<()>;
        #[get("/")]
        async fn root(&self) -> Result<()>;
        #[get("/users/")]
        async fn slash(&self) -> Result<()>;
    }
}

mod based {
    use super::*;

    #[api_client(auth = none, base = "/v1/deep/")]
    pub trait Based {
        #[get("/users/{id}")]
        async fn user(&self, id: &str) -> Result<()>;
        #[get("/")]
        async fn root(&self) -> Result<()>;
    }

    #[api_client(auth = none, base = "/")]
    pub trait Rooted {
        #[get("/users")]
        async fn users(&self) -> Result<()>;
    }
}

use bare::BareClient;
use based::{BasedClient, RootedClient};

#[tokio::test]
async fn a_base_stands_before_every_path() {
    for (base, host, prefix) in [
        ("http://localhost", "localhost", ""),
        ("http://localhost/", "localhost", ""),
        ("http://localhost:80", "localhost", ""),
        ("http://localhost:8080/", "localhost:8080", ""),
        ("http://localhost/api", "localhost", "/api"),
        ("http://localhost/api/", "localhost", "/api"),
        ("http://localhost/api/v1//", "localhost", "/api/v1"),
        ("http://localhost/api//v1", "localhost", "/api//v1"),
        ("HTTP://LocalHost/API", "localhost", "/API"),
        ("http://localhost/a b/é", "localhost", "/a%20b/%C3%A9"),
        ("http://localhost/a%2Fb", "localhost", "/a%2Fb"),
        ("http://localhost/a/../b", "localhost", "/b"),
        ("https://bücher.test/x", "xn--bcher-kva.test", "/x"),
        ("http://[::1]:9/x", "[::1]:9", "/x"),
    ] {
        let backend = accepting();
        let client = BareClient::builder(base).transport(memory(&backend)).build().unwrap();
        let based = BasedClient::builder(base).transport(memory(&backend)).build().unwrap();
        let rooted = RootedClient::builder(base).transport(memory(&backend)).build().unwrap();
        for (call, path) in [
            (client.user("7"), "/users/7"),
            (client.user("//evil.test"), "/users/%2F%2Fevil.test"),
            (client.user("https://evil.test/"), "/users/https%3A%2F%2Fevil.test%2F"),
            (client.root(), "/"),
            (client.slash(), "/users/"),
            (based.user("7"), "/v1/deep/users/7"),
            (based.root(), "/v1/deep/"),
            (rooted.users(), "/users"),
        ] {
            let request = sent(&backend, call).await;
            assert_eq!(request.target(), format!("{prefix}{path}"), "{base}");
            assert_eq!(request.host(), Some(host), "{base}");
        }
    }
}

#[tokio::test]
async fn a_base_that_is_none_is_refused_when_the_client_is_built() {
    for (base, says) in [
        ("", "absolute"),
        (" ", "absolute"),
        ("/api", "absolute"),
        ("api.test", "absolute"),
        ("//api.test", "absolute"),
        ("https://", "absolute"),
        ("https://a b.test", "absolute"),
        ("https://api.test:99999", "absolute"),
        ("localhost:8080", "https://"),
        ("ftp://api.test", "https://"),
        ("file:///etc/passwd", "https://"),
        ("data:text/plain,x", "https://"),
        ("https://api.test/?x=1", "#[query]"),
        ("https://api.test?", "#[query]"),
        ("https://api.test/#x", "fragment"),
        ("https://api.test#", "fragment"),
        ("https://user@api.test", "password"),
        ("https://user:secret@api.test", "password"),
        ("https://:secret@api.test", "password"),
    ] {
        let error = BareClient::new(base).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("base URL") && text.contains(says), "{base}: {text}");
        assert!(!format!("{text} {error:?}").contains("secret"), "{base}: {text}");
    }
}
