//! Bodies on the wire.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use http::HeaderValue;
use sdk_runtime::{Body, Call, Result, ServiceTransport, Tokens, api_client, body::IntoBody};
use sdk_testkit::{Backend, Reply};
use serde::Serialize;

use crate::wire::{accepting, memory, raw, refused, sent};

#[derive(Serialize)]
struct Issue<'a> {
    title: &'a str,
    labels: &'a [&'a str],
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<u32>,
}

#[derive(Serialize)]
struct Fields {
    pair: Vec<u8>,
    none: Option<u8>,
    some: Option<&'static str>,
    list: Vec<u8>,
    flag: bool,
}

struct Csv([u32; 2]);

impl IntoBody for Csv {
    fn into_body(self) -> Body {
        Body::new(format!("{},{}", self.0[0], self.0[1])).content_type(HeaderValue::from_static("text/csv"))
    }
}

#[api_client(auth = none)]
trait Bodies {
    #[post("/b")]
    async fn post(&self) -> Result<()>;
    #[put("/b")]
    async fn put(&self) -> Result<()>;
    #[patch("/b")]
    async fn patch(&self) -> Result<()>;
    #[get("/b")]
    async fn get(&self) -> Result<()>;
    #[delete("/b")]
    async fn delete(&self) -> Result<()>;
    #[head("/b")]
    async fn head(&self) -> Result<()>;
    #[options("/b")]
    async fn options(&self) -> Result<()>;
    #[endpoint("REPORT", "/b")]
    async fn report(&self) -> Result<()>;

    #[post("/b")]
    async fn json<T: Serialize>(&self, #[json] value: &T) -> Result<()>;
    #[patch("/b")]
    async fn merge_patch(&self, #[json("application/merge-patch+json")] value: &Issue<'_>) -> Result<()>;
    #[post("/b")]
    async fn json_as(&self, #[header] content_type: &str, #[json] value: u8) -> Result<()>;
    #[delete("/b")]
    async fn delete_with(&self, #[json] value: &[u8]) -> Result<()>;
    #[post("/b")]
    async fn form<T: Serialize>(&self, #[form] fields: &T) -> Result<()>;
    #[post("/b")]
    async fn body<B: IntoBody>(&self, #[body] body: B) -> Result<()>;
    #[post("/b")]
    async fn body_as<B: IntoBody>(&self, #[body("application/xml")] body: B) -> Result<()>;
    #[endpoint("REPORT", "/b")]
    async fn report_with(&self, #[body("application/xml")] body: String) -> Result<()>;
    #[delete("/b")]
    async fn typed_without_a_body(&self, #[header] content_type: &str) -> Result<()>;
}

fn client() -> (Backend, BodiesClient) {
    let backend = accepting();
    let client = BodiesClient::builder("http://localhost").transport(memory(&backend)).build().unwrap();
    (backend, client)
}

async fn check(backend: &Backend, table: impl IntoIterator<Item = (Call<()>, &str)>) {
    for (call, expected) in table {
        assert_eq!(raw(&sent(backend, call).await), expected);
    }
}

#[tokio::test]
async fn json_is_json() {
    let (backend, c) = client();
    check(&backend, [
        (c.json(&Issue { title: "é\n\"", labels: &["a", "b"], due: None }),
            "POST /b\ncontent-type: application/json\n\n{\"title\":\"é\\n\\\"\",\"labels\":[\"a\",\"b\"]}"),
        (c.json(&"text"), "POST /b\ncontent-type: application/json\n\n\"text\""),
        (c.json(&None::<u8>), "POST /b\ncontent-type: application/json\n\nnull"),
        (c.json(&()), "POST /b\ncontent-type: application/json\n\nnull"),
        (c.merge_patch(&Issue { title: "", labels: &[], due: Some(1) }),
            "PATCH /b\ncontent-type: \
             application/merge-patch+json\n\n{\"title\":\"\",\"labels\":[],\"due\":1}"),
        (c.json_as("application/vnd.api+json", 7),
            "POST /b\ncontent-type: application/vnd.api+json\n\n7"),
        (c.json(&1).header("Content-Type", "text/x-one"), "POST /b\ncontent-type: text/x-one\n\n1"),
        // What a caller chooses is for the server to judge: there are names that are no media type.
        (c.json_as("json", 7), "POST /b\ncontent-type: json\n\n7"),
        (c.json(&[1.5, -0.0]), "POST /b\ncontent-type: application/json\n\n[1.5,-0.0]"),
        // JSON has no word for it.
        (c.json(&f64::NAN), "POST /b\ncontent-type: application/json\n\nnull"),
        (c.delete_with(&[1, 2]), "DELETE /b\ncontent-type: application/json\n\n[1,2]"),
    ])
    .await;
}

#[tokio::test]
async fn a_form_is_a_form() {
    let (backend, c) = client();
    check(
        &backend,
        [
            (
                c.form(&[("a b", "c&d=+é"), ("e", ""), ("a b", "2")]),
                "POST /b\ncontent-type: application/x-www-form-urlencoded\n\na+b=c%26d%3D%2B%C3%A9&e=&a+b=2",
            ),
            (
                c.form(&Issue { title: "x", labels: &["1", "2"], due: None }),
                "POST /b\ncontent-type: application/x-www-form-urlencoded\n\ntitle=x&labels=1&labels=2",
            ),
            (
                c.form(&BTreeMap::from([("k", None), ("l", Some(false))])),
                "POST /b\ncontent-type: application/x-www-form-urlencoded\n\nl=false",
            ),
            (
                c.form(&Fields {
                    pair: vec![1, 2],
                    none: None,
                    some: Some(
                        "a+b \
                    %",
                    ),
                    list: vec![],
                    flag: false,
                }),
                "POST /b\ncontent-type: \
                 application/x-www-form-urlencoded\n\npair=1&pair=2&some=a%2Bb+%25&flag=false",
            ),
            (
                c.form(&BTreeMap::from([("é&=", "\r\n")])),
                "POST /b\ncontent-type: application/x-www-form-urlencoded\n\n%C3%A9%26%3D=%0D%0A",
            ),
            (
                c.form(&[("a", 1)]).header(
                    "content-type",
                    "application/x-www-form-urlencoded; \
                    charset=utf-8",
                ),
                "POST /b\ncontent-type: application/x-www-form-urlencoded; charset=utf-8\n\na=1",
            ),
            (
                c.form(&BTreeMap::<u8, u8>::new()),
                "POST /b\ncontent-type: application/x-www-form-urlencoded\n\n",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_body_is_sent_as_it_is() {
    let (backend, c) = client();
    check(
        &backend,
        [
            (c.body("é\r\n"), "POST /b\ncontent-type: text/plain; charset=utf-8\n\né\r\n"),
            (c.body(String::from("s")), "POST /b\ncontent-type: text/plain; charset=utf-8\n\ns"),
            (c.body(vec![b'v']), "POST /b\ncontent-type: application/octet-stream\n\nv"),
            (c.body(Bytes::from_static(b"b")), "POST /b\ncontent-type: application/octet-stream\n\nb"),
            (c.body(Arc::<[u8]>::from([b'a'])), "POST /b\ncontent-type: application/octet-stream\n\na"),
            (c.body(Cow::from("é")), "POST /b\ncontent-type: text/plain; charset=utf-8\n\né"),
            (c.body(*b"xy"), "POST /b\ncontent-type: application/octet-stream\n\nxy"),
            (c.body(Csv([1, 2])), "POST /b\ncontent-type: text/csv\n\n1,2"),
            (c.body(Body::new("bare")), "POST /b\n\nbare"),
            (c.body_as(Csv([1, 2])), "POST /b\ncontent-type: application/xml\n\n1,2"),
            (c.body_as(Body::new("")), "POST /b\ncontent-type: application/xml\n\n"),
            (c.report_with("<r/>".into()), "REPORT /b\ncontent-type: application/xml\n\n<r/>"),
            (c.typed_without_a_body("text/plain"), "DELETE /b\ncontent-type: text/plain\n\n"),
        ],
    )
    .await;
}

#[tokio::test]
async fn what_is_not_there_is_no_body() {
    #[api_client(auth = none)]
    trait Optional {
        #[put("/b")]
        async fn json(&self, #[json] value: Option<&Issue<'_>>) -> Result<()>;
        #[delete("/b")]
        async fn body(&self, #[body] body: Option<String>) -> Result<()>;
    }
    let backend = accepting();
    let client = OptionalClient::builder("http://localhost").transport(memory(&backend)).build().unwrap();
    let issue = Issue { title: "x", labels: &[], due: None };
    for (call, request) in [
        (client.json(None), "PUT /b\n\n"),
        (
            client.json(Some(&issue)),
            "PUT /b\ncontent-type: application/json\n\n{\"title\":\"x\",\"labels\":[]}",
        ),
        (client.body(None), "DELETE /b\n\n"),
        (client.body(Some(String::new())), "DELETE /b\ncontent-type: text/plain; charset=utf-8\n\n"),
    ] {
        assert_eq!(raw(&sent(&backend, call).await), request);
    }
}

#[tokio::test]
async fn nothing_is_added_to_a_request_without_a_body() {
    let (backend, c) = client();
    check(
        &backend,
        [
            (c.post(), "POST /b\n\n"),
            (c.put(), "PUT /b\n\n"),
            (c.patch(), "PATCH /b\n\n"),
            (c.get(), "GET /b\n\n"),
            (c.delete(), "DELETE /b\n\n"),
            (c.head(), "HEAD /b\n\n"),
            (c.options(), "OPTIONS /b\n\n"),
            (c.report(), "REPORT /b\n\n"),
            // Where a media type says what an answer is to be, a server may want one of a request without a
            // body.
            (c.get().header("content-type", "text/plain"), "GET /b\ncontent-type: text/plain\n\n"),
        ],
    )
    .await;
}

#[tokio::test]
async fn bytes_are_not_touched() {
    let (backend, client) = client();
    let all: Vec<u8> = (0..=255).collect();
    assert_eq!(sent(&backend, client.body(all.clone())).await.body(), &all);
}

#[tokio::test]
async fn what_cannot_be_written_is_refused() {
    let (backend, client) = client();
    let no_json = BTreeMap::from([((1, 2), 3)]);
    assert_eq!(refused(&backend, client.json(&no_json)).await, "#[json]");
    assert_eq!(refused(&backend, client.form(&BTreeMap::from([("a", vec![vec![1]])]))).await, "#[form]");
    assert_eq!(refused(&backend, client.form(&BTreeMap::from([("a", [[1], [2]])]))).await, "#[form]");
    assert_eq!(refused(&backend, client.json_as("a\r\nb", 1)).await, "content-type");
    assert_eq!(refused(&backend, client.body(Body::invalid("is out of range"))).await, "#[body]");
}

/// The length is the transport's, so this is asked of a real one.
#[tokio::test]
async fn only_methods_that_carry_something_have_a_length() {
    let backend = accepting();
    let server = backend.serve().await.unwrap();
    let client = BodiesClient::new(server.url()).unwrap();
    let map = BTreeMap::from([(1, 2)]);
    for (call, method, length) in [
        (client.post(), "POST", Some("0")),
        (client.put(), "PUT", Some("0")),
        (client.patch(), "PATCH", Some("0")),
        (client.get(), "GET", None),
        (client.delete(), "DELETE", None),
        (client.head(), "HEAD", None),
        (client.options(), "OPTIONS", None),
        (client.report(), "REPORT", None),
        (client.json(&map), "POST", Some("7")),
        (client.delete_with(&[1, 2]), "DELETE", Some("5")),
        (client.report_with("é".into()), "REPORT", Some("2")),
    ] {
        let request = sent(&backend, call).await;
        assert_eq!(request.method(), method);
        assert_eq!(request.header("content-length"), length, "{method}");
        assert_eq!(request.header("transfer-encoding"), None, "{method}");
        assert_eq!(request.headers().get_all("host").iter().count(), 1, "{method}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_replay_sends_the_same_bytes() {
    #[api_client]
    trait Upload {
        #[put("/f")]
        async fn upload(&self, #[body] body: Vec<u8>) -> Result<()>;
        #[post("/refresh")]
        #[session(refresh)]
        async fn refresh(&self) -> Result<Refreshed>;
    }
    #[derive(serde::Deserialize)]
    struct Refreshed {}
    impl sdk_runtime::TokenResponse for Refreshed {
        fn tokens(&self, _: &sdk_runtime::Head) -> std::result::Result<Tokens, sdk_runtime::Refusal> {
            Ok(Tokens::new("new"))
        }
    }
    let backend = accepting();
    backend.reply("POST", "/refresh", Reply::json(&BTreeMap::<u8, u8>::new()));
    backend.route("PUT", "/f", |request| async move {
        Reply::empty().status(if request.bearer() == Some("new") { 204 } else { 401 })
    });
    let transport = ServiceTransport::new(backend.clone());
    let client = UploadClient::builder("http://localhost").transport(transport).build().unwrap();
    client.session().sign_in(Tokens::new("old").refresh_token("r")).unwrap();
    let body: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    client.upload(body.clone()).await.unwrap();
    let sends: Vec<_> = backend.requests().into_iter().filter(|request| request.path() == "/f").collect();
    assert_eq!(sends.len(), 2);
    assert!(sends.iter().all(|request| request.body() == &body));
}
