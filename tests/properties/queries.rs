//! Queries and forms. The reference is `form_urlencoded`, which reads them.

use proptest::prelude::*;
use sdk_runtime::{Result, api_client};

use crate::check::{check, texts};

const PIECES: &[&str] =
    &["a", "b", "=", "&", "+", " ", "%", "%20", "%2", "#", "?", "/", "[", "]", ";", "é", "\r\n", "\0", "🦁"];

#[api_client(auth = none)]
trait Fields {
    #[get("/q")]
    async fn query(&self, #[queries] pairs: &[(String, String)]) -> Result<()>;

    #[get("/q?fixed=1")]
    async fn list(&self, #[query] it: &[String], #[query("last one")] last: Option<&str>) -> Result<()>;

    #[post("/f")]
    async fn form(&self, #[form] pairs: &[(String, String)]) -> Result<()>;
}

fn read(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).into_owned().collect()
}

#[test]
fn fields_arrive_as_they_were_given() {
    let client = FieldsClient::new("https://a.test").unwrap();
    let pairs = proptest::collection::vec((texts(PIECES), texts(PIECES)), 0..5);
    check("fields of queries and forms", &pairs, |pairs| {
        let request = client.query(&pairs).request().unwrap();
        let query = request.url().query().unwrap_or_default();
        prop_assert_eq!(read(query.as_bytes()), pairs.clone(), "{}", query);
        prop_assert_eq!(request.url().path(), "/q");
        prop_assert_eq!(request.url().fragment(), None);
        let request = client.form(&pairs).request().unwrap();
        let body = request.body().cloned().unwrap_or_default();
        prop_assert_eq!(read(&body), pairs, "{:?}", body);
        Ok(())
    });
}

#[test]
fn lists_arrive_in_their_order() {
    let client = FieldsClient::new("https://a.test").unwrap();
    let values = (proptest::collection::vec(texts(PIECES), 0..5), proptest::option::of(texts(PIECES)));
    check("lists in queries", &values, |(values, last)| {
        let request = client.list(&values, last.as_deref()).request().unwrap();
        let mut expected = vec![("fixed".to_owned(), "1".to_owned())];
        expected.extend(values.into_iter().map(|it| ("it".to_owned(), it)));
        expected.extend(last.map(|it| ("last one".to_owned(), it)));
        prop_assert_eq!(read(request.url().query().unwrap().as_bytes()), expected);
        Ok(())
    });
}
