//! `#[parts]`: parts whose names the caller chooses, and the fields of a struct as parts.

use std::collections::{BTreeMap, HashMap};

use http::HeaderValue;
use sdk_runtime::{Body, Part, Result, api_client, request::PartsArg};
use sdk_testkit::{Backend, Request};
use serde::Serialize;
use serde_json::json;

use crate::wire::{accepting, memory, refused, sent};

#[derive(Serialize)]
struct About<'a> {
    title: &'a str,
    note: Option<&'a str>,
    #[serde(rename = "label[]")]
    labels: [u8; 2],
}

/// A struct with a file.
struct Upload {
    title: &'static str,
    picture: Option<Part>,
}

impl PartsArg for Upload {
    fn named_parts(&self, part: &mut dyn FnMut(&str, Part)) {
        part("title", Part::text(self.title));
        if let Some(picture) = &self.picture {
            part("picture", picture.clone());
        }
    }
}

#[api_client(auth = none)]
trait Form {
    #[post("/f")]
    async fn list(&self, #[parts] files: Vec<(String, Part)>) -> Result<()>;

    #[post("/f")]
    async fn map(&self, #[parts] files: &BTreeMap<&str, Option<Vec<&str>>>) -> Result<()>;

    #[post("/f")]
    async fn fields(&self, #[parts] about: &About<'_>, #[part] file: Option<&str>) -> Result<()>;

    #[post("/f")]
    async fn upload(
        &self,
        #[part] first: u8,
        #[parts] upload: Option<Upload>,
        #[part] last: u8,
    ) -> Result<()>;

    #[post("/f")]
    async fn any<T: Serialize>(&self, #[parts] value: &T) -> Result<()>;

    #[post("/f")]
    async fn typed(&self, #[headers] more: &[(&str, &str)], #[parts] texts: [(&str, u8); 1]) -> Result<()>;
}

fn client(backend: &Backend) -> FormClient {
    FormClient::builder("http://localhost").transport(memory(backend)).build().unwrap()
}

/// The head and the text of each part.
fn parts(request: &Request) -> Vec<String> {
    let media_type = request.header("content-type").unwrap();
    let boundary = media_type.strip_prefix("multipart/form-data; boundary=").unwrap();
    let text = request.text();
    let parts = text.strip_prefix(&format!("--{boundary}\r\n")).unwrap();
    let parts = parts.strip_suffix(&format!("\r\n--{boundary}--\r\n")).unwrap();
    let between = format!("\r\n--{boundary}\r\n");
    let shown =
        |it: &str| it.replacen("Content-Disposition: form-data; ", "", 1).replacen("\r\n\r\n", "|", 1);
    parts.split(&between).map(shown).collect()
}

#[tokio::test]
async fn the_caller_names_the_parts() {
    let backend = accepting();
    let c = client(&backend);
    let files = vec![
        ("b".to_owned(), Part::text("1").file_name("x.txt")),
        ("a".to_owned(), Part::new(Body::new("2")).content_type(HeaderValue::from_static("text/csv"))),
        ("b".to_owned(), Part::text("3")),
    ];
    assert_eq!(
        parts(&sent(&backend, c.list(files)).await),
        ["name=\"b\"; filename=\"x.txt\"|1", "name=\"a\"\r\nContent-Type: text/csv|2", "name=\"b\"|3",]
    );
    let map = BTreeMap::from([("x", Some(vec!["1", "2"])), ("n", None)]);
    assert_eq!(parts(&sent(&backend, c.map(&map)).await), ["name=\"x\"|1", "name=\"x\"|2"]);
    let map = HashMap::from([("x", 7)]);
    assert_eq!(parts(&sent(&backend, c.any(&map)).await), ["name=\"x\"|7"]);
}

#[tokio::test]
async fn the_fields_of_a_struct_are_parts() {
    let backend = accepting();
    let c = client(&backend);
    let about = About { title: "a b", note: None, labels: [1, 2] };
    let fields = ["name=\"title\"|a b", "name=\"label[]\"|1", "name=\"label[]\"|2"];
    assert_eq!(parts(&sent(&backend, c.fields(&about, None)).await), fields);
    let with_file = [&fields[..], &["name=\"file\"|f"]].concat();
    assert_eq!(parts(&sent(&backend, c.fields(&about, Some("f"))).await), with_file);
    let upload = Upload { title: "t", picture: Some(Part::text("p").file_name("p.png")) };
    assert_eq!(
        parts(&sent(&backend, c.upload(1, Some(upload), 2)).await),
        ["name=\"first\"|1", "name=\"title\"|t", "name=\"picture\"; filename=\"p.png\"|p", "name=\"last\"|2",]
    );
    let without = Upload { title: "t", picture: None };
    assert_eq!(parts(&sent(&backend, c.upload(1, Some(without), 2)).await).len(), 3);
    assert_eq!(parts(&sent(&backend, c.upload(1, None, 2)).await).len(), 2);
}

/// A name of another person's cannot begin another part, or another field of its head.
#[tokio::test]
async fn a_name_cannot_end_before_its_end() {
    let backend = accepting();
    let c = client(&backend);
    for (name, written) in [
        ("a\"; filename=\"b", "a%22; filename=%22b"),
        ("a\r\n\r\n--B--\r\n", "a%0D%0A%0D%0A--B--%0D%0A"),
        ("a\nContent-Type: x", "a%0AContent-Type: x"),
        ("ü[]", "ü[]"),
        ("", ""),
    ] {
        let expected = [format!("name=\"{written}\"|1")];
        assert_eq!(parts(&sent(&backend, c.list(vec![(name.to_owned(), Part::text("1"))])).await), expected);
        assert_eq!(parts(&sent(&backend, c.any(&BTreeMap::from([(name, "1")]))).await), expected);
    }
}

#[tokio::test]
async fn what_is_no_list_of_parts_is_refused() {
    let backend = accepting();
    let c = client(&backend);
    for value in [json!({ "a": { "b": 1 } }), json!([1]), json!("a")] {
        assert_eq!(refused(&backend, c.any(&value)).await, "value", "{value}");
    }
    assert_eq!(refused(&backend, c.list(vec![])).await, "#[part]", "no part at all");
    let call = c.typed(&[("content-type", "text/plain")], [("a", 1)]);
    assert_eq!(refused(&backend, call).await, "content-type");
}
