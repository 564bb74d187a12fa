//! Multipart bodies (`multipart/form-data`, RFC 7578), with names escaped as browsers do.

use std::borrow::Cow;

use bytes::{BufMut, BytesMut};
use http::HeaderValue;

use super::part::Part;
use crate::body::{Content, Payload};
use crate::error::InvalidRequest;

const MEDIA_TYPE: &str = "multipart/form-data; boundary=";

/// Encodes the parts in order, and returns the media type with the boundary. The boundary is chosen once, so
/// that every send has the same bytes.
///
/// # Errors
///
/// Returns [`InvalidRequest`] if the system has no randomness.
pub(super) fn encode(
    parts: Vec<(Cow<'static, str>, Part)>,
) -> Result<(Payload, Option<HeaderValue>), InvalidRequest> {
    let boundary = boundary()?;
    let mut contents = Vec::new();
    let mut text = BytesMut::new();
    for (name, part) in parts {
        text.put_slice(b"--");
        text.put_slice(boundary.as_bytes());
        text.put_slice(b"\r\nContent-Disposition: form-data; name=\"");
        text.put_slice(escaped(&name).as_bytes());
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
    Ok((payload, HeaderValue::try_from(format!("{MEDIA_TYPE}{boundary}")).ok()))
}

/// Whether this is the media type of a body of parts.
pub(super) fn is_ours(media_type: &HeaderValue) -> bool {
    media_type.as_bytes().starts_with(MEDIA_TYPE.as_bytes())
}

/// Returns 128 random bits of the system. A sender of a part cannot guess them, so no part is searched for
/// them.
fn boundary() -> Result<String, InvalidRequest> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)
        .map_err(|_| InvalidRequest::new("#[part]", "needs randomness, and the system gives none"))?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

/// Escapes a name or a file name between quotes (WHATWG HTML, "multipart/form-data encoding algorithm").
fn escaped(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http_body_util::BodyExt;

    use super::*;
    use crate::body::{Body, BodyStream};

    /// The text that is sent, twice, with `B` for the boundary.
    async fn sent(parts: Vec<(&'static str, Part)>) -> String {
        let (payload, media_type) =
            encode(parts.into_iter().map(|(name, part)| (name.into(), part)).collect()).unwrap();
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
                "--B\r\nContent-Disposition: form-data; name=\"é%22%0D%0A%22\"; filename=\"ü \
                 %22\\%0D%0A.png\"\r\n\
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

    /// 128 bits that no generator in this process can repeat need not be looked for in the parts.
    #[test]
    fn a_boundary_is_of_the_systems_randomness() {
        let drawn: Vec<String> = (0..2)
            .map(|_| {
                fastrand::seed(7);
                boundary().unwrap()
            })
            .collect();
        assert_ne!(drawn[0], drawn[1]);
        assert!(drawn.iter().all(|it| it.len() == 32 && it.bytes().all(|byte| byte.is_ascii_hexdigit())));
    }
}
