//! Parameters of a query that are not `name=value`: pipes and spaces between elements, flags, and values that
//! are encoded already.

use sdk_runtime::{Call, Result, api_client};
use sdk_testkit::Backend;
use serde::Serialize;

use crate::wire::{accepting, memory, refused, sent};

#[api_client(auth = none)]
trait Search {
    #[get("/s?x=1")]
    async fn pipes<T: Serialize>(&self, #[query("a b", style = pipes)] list: T) -> Result<()>;

    #[get("/s?x=1")]
    async fn spaces<T: Serialize>(&self, #[query("a b", style = spaces)] list: T) -> Result<()>;

    #[get("/s")]
    async fn flags(
        &self,
        #[query(flag)] verbose: bool,
        #[query("a b", flag)] named: Option<bool>,
        #[query(flag)] deep: &bool,
    ) -> Result<()>;

    #[get("/s?x=1")]
    async fn encoded<T: Serialize>(&self, #[query("a b", encoded)] q: T) -> Result<()>;
}

fn client() -> (Backend, SearchClient) {
    let backend = accepting();
    let client = SearchClient::builder("http://localhost").transport(memory(&backend)).build().unwrap();
    (backend, client)
}

async fn check(backend: &Backend, table: impl IntoIterator<Item = (Call<()>, Option<&str>)>) {
    for (call, query) in table {
        assert_eq!(sent(backend, call).await.query(), query);
    }
}

#[tokio::test]
async fn pipes_and_spaces_stand_between_the_elements_of_a_list() {
    let (backend, c) = client();
    check(
        &backend,
        [
            (c.pipes(["a", "b"]), Some("x=1&a%20b=a%7Cb")),
            (c.pipes(["a|b", "c,d"]), Some("x=1&a%20b=a%7Cb%7Cc%2Cd")),
            (c.pipes([1]), Some("x=1&a%20b=1")),
            (c.pipes([""; 0]), Some("x=1")),
            (c.pipes(Some([Some(1), None, Some(2)])), Some("x=1&a%20b=1%7C2")),
            (c.spaces(vec!["a", "b"]), Some("x=1&a%20b=a%20b")),
            (c.spaces(None::<[u8; 2]>), Some("x=1")),
        ],
    )
    .await;
    assert_eq!(refused(&backend, c.pipes([[1], [2]])).await, "a b");
}

#[tokio::test]
async fn a_flag_is_a_name_alone() {
    let (backend, c) = client();
    check(
        &backend,
        [
            (c.flags(true, None, &false), Some("verbose")),
            (c.flags(false, Some(true), &true), Some("a%20b&deep")),
            (c.flags(false, Some(false), &false), None),
        ],
    )
    .await;
}

#[tokio::test]
async fn an_encoded_value_is_sent_as_it_is_and_cannot_leave_its_parameter() {
    let (backend, c) = client();
    check(
        &backend,
        [
            (c.encoded("a%20b%2F%e2"), Some("x=1&a%20b=a%20b%2F%e2")),
            (c.encoded("a=b/c?d:e@f;g,h+i"), Some("x=1&a%20b=a=b/c?d:e@f;g,h+i")),
            (c.encoded(["%41", "%42"]), Some("x=1&a%20b=%41&a%20b=%42")),
            (c.encoded(None::<&str>), Some("x=1")),
            (c.encoded(7), Some("x=1&a%20b=7")),
        ],
    )
    .await;
    for value in ["a&b=1", "a#b", "a b", "100%", "%zz", "ü", "\r\nhost: x", "'", "\\", "|", "[0]"] {
        assert_eq!(refused(&backend, c.encoded(value)).await, "a b", "{value}");
    }
}
