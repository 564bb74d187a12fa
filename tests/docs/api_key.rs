//! `docs/cookbook/api_key.md`.

use sdk_runtime::{Result, api_client};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub struct Reading {
    pub celsius: f32,
}

#[api_client]
pub trait Weather {
    /// The weather in a city, or `None` if the server does not know the city.
    #[get("/current")]
    async fn current(&self, #[query] city: &str) -> Result<Option<Reading>>;
}

use std::error::Error as StdError;

use sdk_runtime::{Error, ServiceTransport};
use sdk_testkit::{Reply, StubRouter};
use serde_json::json;

use sdk_runtime::{Attach, error::BuildError};

fn weather(base: &str, key: &str) -> Result<WeatherClient, BuildError> {
    WeatherClient::builder(base)
        .attach(Attach::raw("x-api-key")) // `x-api-key: <key>`
        .bearer(key)
        .header("user-agent", concat!("my-app/", env!("CARGO_PKG_VERSION")))
        .build()
}

fn with_an_application(base: &str, key: &str, app: &str) -> Result<WeatherClient, BuildError> {
    WeatherClient::builder(base).bearer(key).header("x-app-id", app).build()
}

#[api_client]
pub trait Maps {
    #[get("/geocode")]
    async fn geocode(&self, #[query] address: &str) -> Result<String>;
}

fn maps(base: &str, key: &str) -> Result<MapsClient, BuildError> {
    MapsClient::builder(base).attach(Attach::query("key")).bearer(key).build() // `?address=Bern&key=<key>`
}

use sdk_runtime::Tokens;

fn replace_key(weather: &WeatherClient, key: &str) -> Result<()> {
    weather.session().sign_in(Tokens::new(key))
}

fn stub() -> StubRouter {
    let stub = StubRouter::new(WeatherClient::ENDPOINTS);
    stub.endpoint("current").reply(Reply::json(&json!({ "celsius": 21.5 })));
    stub
}

#[tokio::test]
async fn the_key_goes_with_each_request() -> Result<(), Box<dyn StdError>> {
    let server = stub().serve().await?;
    let client = weather(&server.url(), "k3y")?;
    assert_eq!(client.current("Bern").await?.map(|it| it.celsius), Some(21.5));
    assert!(!format!("{client:?}").contains("k3y"));
    let clone = with_an_application(&server.url(), "k3y", "7")?;
    assert!(clone.current("Bern").await?.is_some());
    Ok(())
}

#[tokio::test]
async fn a_key_is_where_the_server_looks_for_it() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(WeatherClient::ENDPOINTS);
    stub.endpoint("current").reply_with(|request| async move {
        match (request.header("x-api-key"), request.header("user-agent")) {
            (Some("k3y"), Some(agent)) if agent.starts_with("my-app/") => {
                Reply::json(&json!({ "celsius": 0 }))
            }
            _ => Reply::empty().status(401),
        }
    });
    let server = stub.serve().await?;
    assert!(weather(&server.url(), "k3y")?.current("Bern").await.is_ok());
    let rejected = weather(&server.url(), "other")?.current("Bern").await;
    assert!(matches!(rejected, Err(Error::Status(answer)) if answer.status() == 401));

    let apps = with_an_application(&server.url(), "k3y", "7")?;
    assert!(apps.current("Bern").await.is_err());
    let request = stub.endpoint("current").calls().pop().unwrap();
    assert_eq!((request.bearer(), request.header("x-app-id")), (Some("k3y"), Some("7")));

    let stub = StubRouter::new(MapsClient::ENDPOINTS);
    stub.endpoint("geocode").reply(Reply::text("46.9,7.4"));
    let server = stub.serve().await?;
    let call = maps(&server.url(), "k3y")?.geocode("Bern");
    assert_eq!(call.request()?.url().query(), Some("address=Bern"));
    call.await?;
    assert_eq!(stub.endpoint("geocode").calls()[0].query(), Some("address=Bern&key=k3y"));
    Ok(())
}

#[tokio::test]
async fn a_key_is_replaced() -> Result<(), Box<dyn StdError>> {
    let stub = stub();
    let builder = WeatherClient::builder("http://localhost");
    let client = builder.transport(ServiceTransport::new(stub.clone())).build()?;
    for key in ["one", "two"] {
        replace_key(&client, key)?;
        client.clone().current("Bern").await?;
        assert_eq!(stub.endpoint("current").calls().pop().unwrap().bearer(), Some(key));
    }
    Ok(())
}
