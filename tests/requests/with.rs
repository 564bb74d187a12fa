//! `with = function`: what is sent of a value whose `Display` is for people, or that has none.

use sdk_runtime::{Call, Part, Result, api_client};
use sdk_testkit::Backend;

use crate::wire::{accepting, memory, refused, sent};

/// A date, which implements neither `Display` nor `Serialize`.
#[derive(Clone, Copy)]
pub struct Day {
    year: u16,
    month: u8,
    day: u8,
}

const FIRST: Day = Day { year: 2026, month: 3, day: 1 };
const LAST: Day = Day { year: 2026, month: 12, day: 31 };

mod form {
    use super::Day;

    pub fn iso(day: &Day) -> String {
        format!("{:04}-{:02}-{:02}", day.year, day.month, day.day)
    }

    pub fn number(day: &Day) -> u32 {
        u32::from(day.year) * 10_000 + u32::from(day.month) * 100 + u32::from(day.day)
    }

    /// Nothing is sent of a day without a year.
    pub fn known(day: &Day) -> Option<String> {
        (day.year > 0).then(|| iso(day))
    }
}

use form::iso;

impl Day {
    fn is_first(&self) -> bool {
        self.day == 1
    }
}

fn upper(text: &str) -> String {
    text.to_uppercase()
}

fn part(day: &Day) -> Part {
    Part::text(iso(day)).file_name("day")
}

#[api_client(auth = none)]
pub trait Days {
    #[get("/days/{day}")]
    async fn day(&self, #[path(with = iso)] day: Day) -> Result<()>;

    #[get("/days/{on}/{*rest}")]
    async fn renamed(
        &self,
        #[path("on", with = form::number)] day: &Day,
        #[path(with = upper)] rest: &str,
    ) -> Result<()>;

    #[get("/days")]
    async fn list(
        &self,
        #[query(with = iso)] from: Option<Day>,
        #[query("to", with = form::number)] until: Option<&Day>,
        #[query(style = csv, with = iso)] skip: &[Day],
        #[query(with = form::known)] known: Vec<Day>,
        #[query(flag, with = Day::is_first)] first: Day,
        #[query(with = upper, encoded)] sort: &str,
    ) -> Result<()>;

    #[get("/days")]
    async fn header(
        &self,
        #[header("x-day", with = iso)] days: &[&Day],
        #[header(with = form::number)] if_day: Option<Day>,
    ) -> Result<()>;

    #[post("/days")]
    async fn parts(
        &self,
        #[part(with = iso)] day: Day,
        #[part("at", with = part)] days: [Day; 2],
        #[part(json, with = form::number)] number: &Day,
    ) -> Result<()>;
}

fn client() -> (Backend, DaysClient) {
    let backend = accepting();
    let client = DaysClient::builder("http://localhost").transport(memory(&backend)).build().unwrap();
    (backend, client)
}

#[tokio::test]
async fn a_function_makes_what_is_sent() {
    let (backend, c) = client();
    let unknown = Day { year: 0, ..FIRST };
    let calls: [(Call<()>, &str); 4] = [
        (c.day(FIRST), "/days/2026-03-01"),
        (c.renamed(&LAST, "a/b"), "/days/20261231/A/B"),
        (
            c.list(Some(FIRST), Some(&LAST), &[FIRST, LAST], vec![unknown, LAST], FIRST, "%2ba"),
            "/days?from=2026-03-01&to=20261231&skip=2026-03-01,2026-12-31&known=2026-12-31&first&sort=%2BA",
        ),
        (c.list(None, None, &[], vec![], LAST, "a"), "/days?sort=A"),
    ];
    for (call, target) in calls {
        assert_eq!(sent(&backend, call).await.target(), target);
    }
    let request = sent(&backend, c.header(&[&FIRST, &LAST], None)).await;
    let lines: Vec<_> = request.headers().get_all("x-day").iter().collect();
    assert_eq!(lines, ["2026-03-01", "2026-12-31"]);
    assert!(request.header("if-day").is_none());
    let request = sent(&backend, c.parts(FIRST, [FIRST, LAST], &LAST)).await;
    let text = request.text().replace("\r\n", " ");
    for part in [
        "name=\"day\"  2026-03-01 ",
        "name=\"at\"; filename=\"day\"  2026-03-01 ",
        "name=\"at\"; filename=\"day\"  2026-12-31 ",
        "name=\"number\" Content-Type: application/json  20261231 ",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

/// What a function returns is an argument as any other.
#[tokio::test]
async fn a_function_cannot_leave_the_place_of_its_value() {
    let (backend, c) = client();
    assert_eq!(sent(&backend, c.renamed(&FIRST, "ß ?#%")).await.target(), "/days/20260301/SS%20%3F%23%25");
    assert_eq!(refused(&backend, c.renamed(&FIRST, "a/../b")).await, "rest");
    for value in ["a&b", "a b", "a#b"] {
        assert_eq!(refused(&backend, c.list(None, None, &[], vec![], LAST, value)).await, "sort");
    }
}
