//! Fields in fields, in a query and in a form; and fields that are `None`.

use std::collections::BTreeMap;

use sdk_runtime::{Call, Result, api_client};
use sdk_testkit::Backend;
use serde::Serialize;
use serde_json::{Value, json};

use crate::wire::{accepting, memory, refused, sent};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Filter<'a> {
    states: &'a [&'a str],
    created_at: Option<Range>,
    #[serde(flatten)]
    more: BTreeMap<&'a str, u8>,
}

#[derive(Serialize, Clone, Copy)]
pub struct Range {
    gte: u32,
    lt: Option<u32>,
}

#[derive(Serialize)]
pub struct Order {
    items: Vec<Item>,
    address: Option<Address>,
    note: Option<&'static str>,
}

#[derive(Serialize)]
pub struct Item {
    price: &'static str,
    tags: [u8; 2],
}

#[derive(Serialize)]
pub struct Address {
    city: &'static str,
}

#[api_client(auth = none)]
pub trait Orders {
    #[get("/o?x=1")]
    async fn dots(&self, #[queries(nested = dots)] filter: &Filter<'_>) -> Result<()>;

    #[get("/o?x=1")]
    async fn brackets(&self, #[queries(nested = brackets)] filter: &Filter<'_>) -> Result<()>;

    #[get("/o")]
    async fn deep_object(
        &self,
        #[queries("filter", nested = brackets)] filter: &Filter<'_>,
        #[queries("page.of", nested = dots)] page: &Range,
    ) -> Result<()>;

    #[get("/o")]
    async fn any(&self, #[queries(nested = brackets, null = "null")] value: Value) -> Result<()>;

    #[get("/o")]
    async fn pairs(&self, #[queries(nested = brackets)] pairs: &[(&str, Range)]) -> Result<()>;

    #[post("/o")]
    async fn create(&self, #[form(nested = brackets)] order: &Order) -> Result<()>;

    #[post("/o")]
    async fn create_with_dots(&self, #[form(nested = dots)] order: &Order) -> Result<()>;

    #[post("/o")]
    async fn clear(&self, #[form(null = "")] fields: &[(&str, Option<u8>)]) -> Result<()>;

    #[post("/o")]
    async fn plain(&self, #[form] fields: &Value) -> Result<()>;

    #[get("/o")]
    async fn plain_query(&self, #[queries] fields: &Value) -> Result<()>;
}

fn client() -> (Backend, OrdersClient) {
    let backend = accepting();
    let client = OrdersClient::builder("http://localhost").transport(memory(&backend)).build().unwrap();
    (backend, client)
}

fn decoded(encoded: &str) -> String {
    let pairs = form_urlencoded::parse(encoded.as_bytes());
    pairs.map(|(name, text)| format!("{name}={text}")).collect::<Vec<_>>().join("&")
}

fn order() -> Order {
    Order {
        items: vec![Item { price: "a b", tags: [1, 2] }, Item { price: "&", tags: [3, 4] }],
        address: Some(Address { city: "Zürich" }),
        note: None,
    }
}

#[tokio::test]
async fn fields_in_fields_have_the_names_of_their_place() {
    let (backend, c) = client();
    let created_at = Some(Range { gte: 1, lt: Some(2) });
    let filter = Filter { states: &["open", "a b"], created_at, more: BTreeMap::from([("k", 7)]) };
    let calls: [(Call<()>, &str); 4] = [
        (c.dots(&filter), "x=1&states=open&states=a b&createdAt.gte=1&createdAt.lt=2&k=7"),
        (c.brackets(&filter), "x=1&states[]=open&states[]=a b&createdAt[gte]=1&createdAt[lt]=2&k=7"),
        (
            c.deep_object(&Filter { states: &["x"], ..filter }, &Range { gte: 3, lt: None }),
            "filter[states][]=x&filter[createdAt][gte]=1&filter[createdAt][lt]=2&filter[k]=7&page.of.gte=3",
        ),
        (c.pairs(&[("a[0]", Range { gte: 1, lt: None })]), "a[0][gte]=1"),
    ];
    for (call, query) in calls {
        let request = sent(&backend, call).await;
        assert_eq!(decoded(request.query().unwrap()), query);
    }
    let request = sent(&backend, c.any(json!({ "a": { "b c": "d e" } }))).await;
    assert_eq!(request.query(), Some("a%5Bb%20c%5D=d%20e"));
}

#[tokio::test]
async fn a_form_has_fields_in_fields() {
    let (backend, c) = client();
    let request = sent(&backend, c.create(&order())).await;
    assert_eq!(request.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(
        decoded(&request.text()),
        "items[0][price]=a b&items[0][tags][]=1&items[0][tags][]=2&items[1][price]=&&items[1][tags][]=3\
         &items[1][tags][]=4&address[city]=Zürich"
    );
    let request = sent(&backend, c.create_with_dots(&order())).await;
    assert_eq!(
        decoded(&request.text()),
        "items[0].price=a b&items[0].tags=1&items[0].tags=2&items[1].price=&&items[1].tags=3\
         &items[1].tags=4&address.city=Zürich"
    );
    assert!(request.text().contains("items%5B1%5D.price=%26&"), "nothing in a value begins another field");
}

/// A map may have keys of other people.
#[tokio::test]
async fn a_key_is_no_other_field() {
    let (backend, c) = client();
    for key in ["b][admin", "b]", "[b", "b.c"] {
        assert_eq!(refused(&backend, c.any(json!({ "a": { key: 1 } }))).await, "value", "{key}");
        let filter = Filter { states: &[], created_at: None, more: BTreeMap::from([(key, 1)]) };
        let call = c.deep_object(&filter, &Range { gte: 3, lt: None });
        assert_eq!(refused(&backend, call).await, "filter", "{key}");
    }
}

#[tokio::test]
async fn none_is_left_out_or_sent_as_the_declared_text() {
    let (backend, c) = client();
    let fields = [("a", Some(1)), ("b", None)];
    assert_eq!(sent(&backend, c.clear(&fields)).await.text(), "a=1&b=");
    let request = sent(&backend, c.any(json!({ "a": { "b": null } }))).await;
    assert_eq!(decoded(request.query().unwrap()), "a[b]=null");
    let nothing = json!({ "a": null, "b": 1, "c": [null, 2] });
    assert_eq!(sent(&backend, c.plain(&nothing)).await.text(), "b=1&c=2");
    assert_eq!(sent(&backend, c.plain_query(&nothing)).await.query(), Some("b=1&c=2"));
    for value in [json!({ "a": { "b": 1 } }), json!([1]), json!("a")] {
        assert_eq!(refused(&backend, c.plain(&value)).await, "#[form]");
        assert_eq!(refused(&backend, c.plain_query(&value)).await, "fields");
    }
}
