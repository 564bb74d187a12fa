//! Compressed answers, which httpbin sends whether they are asked for or not: with the feature `encodings`,
//! and without it.

use sdk_runtime::Error;

use crate::api::client;

const IS_ON: bool = cfg!(feature = "encodings");

#[tokio::test]
#[ignore = "needs python3"]
async fn codings_are_asked_for_where_they_are_understood() {
    let echo = client().get("it", &[]).await.unwrap();
    let asked = echo.headers.get("Accept-Encoding").map_or("", String::as_str);
    for coding in ["gzip", "deflate", "br"] {
        let is_asked = asked.split(',').any(|it| it.trim().split(';').next() == Some(coding));
        assert_eq!(is_asked, IS_ON, "{coding} in {asked:?}");
    }
}

#[tokio::test]
#[ignore = "needs python3"]
async fn compressed_answers_are_decoded_or_reported() {
    let client = client();
    for (page, coding) in [("gzip", "gzip"), ("deflate", "deflate"), ("brotli", "br")] {
        let answer = client.compressed(page).await;
        if IS_ON {
            let answer = answer.unwrap_or_else(|error| panic!("{page}: {error:#}"));
            assert_eq!(
                (answer.gzipped, answer.deflated, answer.brotli),
                (page == "gzip", page == "deflate", page == "brotli")
            );
            assert!(answer.headers.contains_key("Host"));
        } else {
            let error = answer.unwrap_err();
            let Error::Decode(error) = &error else { panic!("{page}: {error:?}") };
            assert_eq!(error.content_encoding(), Some(coding));
        }
    }
}

#[tokio::test]
#[ignore = "needs python3"]
async fn bytes_are_decoded_or_as_they_were_sent() {
    let client = client();
    for (page, coding) in [("gzip", "gzip"), ("deflate", "deflate"), ("brotli", "br")] {
        let answer = client.compressed_bytes(page).await.unwrap();
        let named = answer.headers().get("content-encoding").map(|it| it.to_str().unwrap());
        assert_eq!(named, (!IS_ON).then_some(coding), "{page}");
        let is_json = serde_json::from_slice::<serde_json::Value>(answer.value()).is_ok();
        assert_eq!(is_json, IS_ON, "{page}");
    }
}
