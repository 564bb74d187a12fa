//! `docs/cookbook/dates.md`.

use std::error::Error as StdError;

use sdk_runtime::{Result, ServiceTransport, api_client};
use sdk_testkit::{Reply, StubRouter};
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::format_description::well_known::Rfc3339;
use time::{Date, Month, OffsetDateTime};

/// `2026-03-01T09:30:00Z`
fn rfc3339(at: &OffsetDateTime) -> Option<String> {
    at.format(&Rfc3339).ok()
}

/// `20260301`
fn compact(date: &Date) -> String {
    format!("{:04}{:02}{:02}", date.year(), u8::from(date.month()), date.day())
}

#[api_client]
pub trait Calendar {
    #[get("/days/{day}")]
    async fn day(&self, #[path(with = compact)] day: Date) -> Result<Vec<Event>>;

    #[get("/events")]
    async fn events(
        &self,
        #[query(with = rfc3339)] since: Option<OffsetDateTime>,
        #[query("skip", style = csv, with = compact)] skipped: &[Date],
        #[header("x-as-of", with = rfc3339)] as_of: OffsetDateTime,
    ) -> Result<Vec<Event>>;

    #[post("/events")]
    async fn create(&self, #[json] event: &Event) -> Result<()>;
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Event {
    pub title: String,
    #[serde(with = "seconds")]
    pub begins: OffsetDateTime,
}

/// Seconds since 1970, as this server has them. `time::serde::rfc3339` is one for text.
mod seconds {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use time::OffsetDateTime;

    pub fn serialize<S: Serializer>(at: &OffsetDateTime, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(at.unix_timestamp())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<OffsetDateTime, D::Error> {
        OffsetDateTime::from_unix_timestamp(i64::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

#[tokio::test]
async fn a_date_is_sent_as_the_server_reads_it() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(CalendarClient::ENDPOINTS);
    let events = json!([{ "title": "Leak", "begins": 1_772_323_200 }]);
    stub.endpoint("day").reply(Reply::json(&events));
    stub.endpoint("events").reply(Reply::json(&events));
    stub.endpoint("create").reply(Reply::empty());
    let transport = ServiceTransport::new(stub.clone());
    let calendar =
        CalendarClient::builder("http://localhost").bearer("token").transport(transport).build()?;

    let since = Date::from_calendar_date(2026, Month::March, 1)?.midnight().assume_utc();
    calendar.day(since.date()).await?; // GET /days/20260301
    calendar.events(Some(since), &[since.date()], since).await?;
    // GET /events?since=2026-03-01T00%3A00%3A00Z&skip=20260301

    let days = stub.endpoint("day").calls();
    assert_eq!(days[0].target(), "/days/20260301");
    let listed = stub.endpoint("events").calls();
    assert_eq!(listed[0].target(), "/events?since=2026-03-01T00%3A00%3A00Z&skip=20260301");
    assert_eq!(listed[0].header("x-as-of"), Some("2026-03-01T00:00:00Z"));

    let [event] = &calendar.day(since.date()).await?[..] else { panic!("the stub has one event") };
    assert_eq!((event.title.as_str(), event.begins), ("Leak", since));
    calendar.create(event).await?;
    assert_eq!(stub.endpoint("create").calls()[0].text(), r#"{"title":"Leak","begins":1772323200}"#);
    Ok(())
}
