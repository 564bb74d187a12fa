//! A client is as visible as its trait.
#![deny(warnings, unreachable_pub, private_interfaces)]

use sdk_runtime::{Result, api_client};

#[derive(serde::Deserialize)]
struct Secret;

#[api_client]
trait Private {
    #[get("/secret")]
    async fn secret(&self) -> Result<Secret>;
}

mod inner {
    use sdk_runtime::{Result, api_client};

    #[derive(serde::Deserialize)]
    pub(super) struct Shared;

    #[api_client]
    pub(super) trait Restricted {
        #[get("/shared")]
        async fn shared(&self) -> Result<Shared>;
    }

    #[api_client]
    pub(crate) trait Crate {
        #[get("/text")]
        async fn text(&self) -> Result<String>;
    }
}

fn main() {
    let _ = PrivateClient::new("https://a.example").unwrap().secret();
    let _ = inner::RestrictedClient::new("https://a.example").unwrap().shared();
    let _ = inner::CrateClient::new("https://a.example").unwrap().text();
}
