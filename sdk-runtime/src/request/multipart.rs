//! Parts as one body (`multipart/form-data`, RFC 7578), with the names escaped as browsers do.

use bytes::{BufMut, Bytes, BytesMut};
use http::HeaderValue;

use super::part::Part;
use crate::body::{Content, Payload};

const MEDIA_TYPE: &str = "multipart/form-data; boundary=";

/// The parts under their names, in order, and the media type with the boundary. The boundary is chosen once, so that
/// whatever sends the body again sends the same bytes.
pub(super) fn encode(parts: Vec<(&'static str, Part)>) -> (Payload, Option<HeaderValue>) {
    let boundary = boundary(&parts);
    let mut contents = Vec::new();
    let mut text = BytesMut::new();
    for (name, part) in parts {
        text.put_slice(b"--");
        text.put_slice(boundary.as_bytes());
        text.put_slice(b"\r\nContent-Disposition: form-data; name=\"");
        text.put_slice(escaped(name).as_bytes());
        if let Some(file_name) = &part.file_name {
            text.put_slice(b"\"; filename=\"");
            text.put_slice(escaped(file_name).as_bytes());
        }
        text.put_slice(b"\"\r\n");
        if let Some(media_type) = &part.body.content_type {
            text.put_slice(b"Content-Type: ");
            text.put_slice(media_type.as_bytes());
            text.put_slice(b"\r\n");
        }
        text.put_slice(b"\r\n");
        match part.body.content {
            Content::Bytes(bytes) => text.put_slice(&bytes),
            streamed => {
                contents.push(Content::Bytes(text.split().freeze()));
                contents.push(streamed);
            }
        }
        text.put_slice(b"\r\n");
    }
    text.put_slice(b"--");
    text.put_slice(boundary.as_bytes());
    text.put_slice(b"--\r\n");
    let last = Content::Bytes(text.freeze());
    let payload = if contents.is_empty() {
        Payload::One(last)
    } else {
        contents.push(last);
        Payload::Pieces(contents.into())
    };
    (payload, HeaderValue::try_from(format!("{MEDIA_TYPE}{boundary}")).ok())
}

/// Whether this is the media type of a body made of parts.
pub(super) fn is_ours(media_type: &HeaderValue) -> bool {
    media_type.as_bytes().starts_with(MEDIA_TYPE.as_bytes())
}

/// A text that is in none of the parts that can be looked at, and too random to be in the others.
fn boundary(parts: &[(&'static str, Part)]) -> String {
    loop {
        let boundary = format!("{:032x}", fastrand::u128(..));
        let is_in = |bytes: &Bytes| bytes.windows(boundary.len()).any(|window| window == boundary.as_bytes());
        let is_taken = |(_, part): &(_, Part)| match &part.body.content {
            Content::Bytes(bytes) => is_in(bytes),
            _ => false,
        };
        if !parts.iter().any(is_taken) {
            return boundary;
        }
    }
}

/// A name or a file name between quotes (WHATWG HTML, "multipart/form-data encoding algorithm").
fn escaped(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;
    use crate::body::{Body, BodyStream};

    /// The text that is sent, twice, with `B` for the boundary.
    async fn sent(parts: Vec<(&'static str, Part)>) -> String {
        let (payload, media_type) = encode(parts);
        let media_type = media_type.unwrap();
        let boundary = media_type.to_str().unwrap().strip_prefix("multipart/form-data; boundary=").unwrap();
        let mut texts = Vec::new();
        for _ in 0..2 {
            let body = payload.open().await.unwrap();
            let size = http_body::Body::size_hint(&body).exact();
            let bytes = body.collect().await.unwrap().to_bytes();
            assert!(size.is_none_or(|size| size == bytes.len() as u64), "the length told is the length sent");
            texts.push(String::from_utf8(bytes.into()).unwrap());
        }
        assert_eq!(texts[0], texts[1]);
        texts[0].replace(boundary, "B")
    }

    #[tokio::test]
    async fn parts_are_written_in_order() {
        let streamed = Body::factory(|| BodyStream::new(http_body_util::Full::new(Bytes::from("streamed"))));
        for (parts, expected) in [
            (
                vec![("a", Part::text("x\r\n")), ("a", Part::text(""))],
                "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n\r\n\
                 --B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n--B--\r\n",
            ),
            (
                vec![("é\"\r\n%22", Part::new(vec![b'x']).file_name("ü \"\\\r\n.png"))],
                "--B\r\nContent-Disposition: form-data; name=\"é%22%0D%0A%22\"; filename=\"ü %22\\%0D%0A.png\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\nx\r\n--B--\r\n",
            ),
            (
                vec![("s", Part::new(streamed)), ("t", Part::text("t"))],
                "--B\r\nContent-Disposition: form-data; name=\"s\"\r\n\r\nstreamed\r\n\
                 --B\r\nContent-Disposition: form-data; name=\"t\"\r\n\r\nt\r\n--B--\r\n",
            ),
        ] {
            assert_eq!(sent(parts).await, expected);
        }
    }

    #[test]
    fn a_boundary_is_in_no_part() {
        fastrand::seed(7);
        let next = boundary(&[]);
        fastrand::seed(7);
        assert_ne!(boundary(&[("a", Part::text(format!("--{next}")))]), next);
    }
}
