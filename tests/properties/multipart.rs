//! Forms with files. The reference is `multer`, which reads them.

use bytes::Bytes;
use http_body_util::{BodyDataStream, Full};
use proptest::prelude::*;
use sdk_runtime::{Part, Result, api_client};

use crate::check::{check, run, texts};

const PIECES: &[&str] =
    &["a", "b", "\"", "\r\n", "\n", "\r", "--", ";", "; name=x", "=", "%22", "é", "🦁", " ", "\0", "'", "[]"];

#[api_client(auth = none)]
trait Forms {
    #[post("/f")]
    async fn send(&self, #[parts] parts: &[(String, Part)]) -> Result<()>;
}

#[derive(Debug, Clone, PartialEq)]
struct Sent {
    name: String,
    file_name: Option<String>,
    media_type: Option<String>,
    content: Vec<u8>,
}

fn parts() -> impl Strategy<Value = Vec<Sent>> {
    let content = prop_oneof![
        texts(PIECES).prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 0..40),
    ];
    let media_type = proptest::sample::select(&["text/plain", "image/png", "application/octet-stream"][..]);
    // `multer` reads no name with another control character, and takes `\\` for the beginning of an escape.
    // Browsers and this crate send both as they are.
    let name = || {
        let is_other = |it: char| it == '\\' || it.is_ascii_control() && !matches!(it, '\r' | '\n');
        texts(PIECES).prop_map(move |it| it.replace(is_other, "?"))
    };
    let part = (
        name(),
        proptest::option::of(name()),
        proptest::option::of(media_type.prop_map(str::to_owned)),
        content,
    );
    let part =
        part.prop_map(|(name, file_name, media_type, content)| Sent { name, file_name, media_type, content });
    proptest::collection::vec(part, 1..5)
}

/// As browsers write a name (HTML standard, 4.10.21.8).
fn escaped(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

#[test]
fn parts_are_read_as_they_were_given() {
    let client = FormsClient::new("https://a.test").unwrap();
    check("parts", &parts(), |parts| {
        let given: Vec<_> = parts
            .iter()
            .map(|it| {
                let mut part = Part::new(Bytes::from(it.content.clone()));
                if let Some(name) = &it.file_name {
                    part = part.file_name(name);
                }
                if let Some(media_type) = &it.media_type {
                    part = part.content_type(media_type.as_str());
                }
                (it.name.clone(), part)
            })
            .collect();
        let request = client.send(&given).request().unwrap();
        let boundary = multer::parse_boundary(request.headers()["content-type"].to_str().unwrap()).unwrap();
        let body = BodyDataStream::new(Full::new(request.body().unwrap().clone()));
        let read = run(async {
            let (mut form, mut read) = (multer::Multipart::new(body, boundary), Vec::new());
            while let Some(field) = form.next_field().await.unwrap() {
                read.push(Sent {
                    name: field.name().unwrap_or("(none)").to_owned(),
                    file_name: field.file_name().map(str::to_owned),
                    media_type: field.content_type().map(ToString::to_string),
                    content: field.bytes().await.unwrap().to_vec(),
                });
            }
            read
        });
        let expected: Vec<_> = parts
            .into_iter()
            .map(|it| Sent {
                name: escaped(&it.name),
                file_name: it.file_name.as_deref().map(escaped),
                // Bytes of which nothing is said.
                media_type: it.media_type.or_else(|| Some("application/octet-stream".to_owned())),
                ..it
            })
            .collect();
        prop_assert_eq!(read, expected);
        Ok(())
    });
}
