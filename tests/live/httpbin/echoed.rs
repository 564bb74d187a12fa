//! Methods, paths, queries and headers, as the server has received them.

use serde_json::json;

use crate::api::{NOTE, client, served};

#[tokio::test]
#[ignore = "needs python3"]
async fn each_method_arrives() {
    let client = client();
    let sent = json!({ "title": NOTE.title, "tags": [] });
    for (method, echo) in [
        ("GET", client.get("it", &[]).await),
        ("POST", client.post(&NOTE).await),
        ("PUT", client.put(&NOTE).await),
        ("PATCH", client.patch(&NOTE).await),
        ("DELETE", client.delete().await),
        ("TRACE", client.trace().await),
    ] {
        let echo = echo.unwrap_or_else(|error| panic!("{method}: {error:#}"));
        assert_eq!(echo.method, method);
        let has_body = matches!(method, "POST" | "PUT" | "PATCH");
        assert_eq!(echo.json, if has_body { sent.clone() } else { json!(null) }, "{method}");
        let length = echo.headers.get("Content-Length").map(String::as_str);
        assert_eq!(length.is_some_and(|it| it != "0"), has_body, "{method}: {length:?}");
    }
    let patched = client.patch(&NOTE).await.unwrap();
    assert_eq!(patched.headers["Content-Type"], "application/merge-patch+json");

    let head = client.head().await.unwrap();
    assert_ne!(head.headers()["content-length"], "0", "that of the answer to a GET");
    let options = client.options().await.unwrap();
    assert!(options.headers()["allow"].to_str().unwrap().contains("GET"));
}

#[tokio::test]
#[ignore = "needs python3"]
async fn paths_arrive_as_they_were_given() {
    let client = client();
    for path in ["a", "a/b/c", "a b", "é/ü", "ライオン", "100%", "a?b", "a#b", "a;b=c,d", "a&b=c", "~!$'()*+"]
    {
        let echo = client.get(path, &[]).await.unwrap();
        let arrived = echo.url.strip_prefix(&format!("{}/anything/", served().url())).unwrap();
        // The server shows an address in which it has decoded what is not reserved.
        let decoded = percent_decoded(arrived);
        assert_eq!(decoded, path, "{}", echo.url);
    }
}

fn percent_decoded(text: &str) -> String {
    let escaped = text.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    form_urlencoded::parse(escaped.as_bytes()).next().unwrap().0.into_owned()
}

#[tokio::test]
#[ignore = "needs python3"]
async fn queries_arrive_as_they_were_given() {
    let query = [
        ("q", "a b+c&d=e#f%20"),
        ("é", "ライオン 🦁"),
        ("empty", ""),
        ("line", "a\r\nb\tc"),
        ("list[]", "1"),
        ("list[]", "2"),
        ("a.b", "'\"<>\\^`{|}"),
    ];
    let echo = client().get("it", &query).await.unwrap();
    let mut expected = json!({});
    for (name, value) in query.into_iter().filter(|(name, _)| *name != "list[]") {
        expected[name] = json!(value);
    }
    expected["list[]"] = json!(["1", "2"]);
    assert_eq!(json!(echo.args), expected);
}

#[tokio::test]
#[ignore = "needs python3"]
async fn headers_arrive_as_they_were_given() {
    let echo = client().with_headers("a, b; c=\"d\"", &["1", "2"]).header("x-call", "call").await.unwrap();
    let headers = echo.headers;
    assert_eq!(headers["X-Fixed"], "one");
    assert_eq!(headers["X-One"], "a, b; c=\"d\"");
    assert_eq!(headers["X-Many"].replace(' ', ""), "1,2");
    assert_eq!(headers["X-Call"], "call");
    assert_eq!(headers["Accept"], "application/json;q=0.9");
    assert_eq!(headers["Host"], served().url().strip_prefix("http://").unwrap());
    assert!(!headers.contains_key("Authorization") && !headers.contains_key("Cookie"), "{headers:?}");
}

#[tokio::test]
#[ignore = "needs python3"]
async fn headers_of_an_answer_are_read() {
    let given = [("x-one", "1"), ("x-many", "a"), ("x-many", "b"), ("x-text", "a, \"b\"; c")];
    let answer = client().answered_with(&given).await.unwrap();
    let values =
        |name| answer.headers().get_all(name).iter().map(|it| it.to_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(values("x-one"), ["1"]);
    assert_eq!(values("x-many"), ["a", "b"]);
    assert_eq!(values("x-text"), ["a, \"b\"; c"]);
}
