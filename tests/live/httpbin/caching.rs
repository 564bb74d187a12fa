//! Entity tags, conditions, and parts of a body.

use sdk_runtime::Error;

use crate::api::client;

#[tokio::test]
#[ignore = "needs python3"]
async fn conditions_are_answered() {
    let client = client();
    let first = client.cached(None).await.unwrap();
    let etag = first.headers()["etag"].to_str().unwrap().to_owned();
    assert!(first.headers().contains_key("last-modified"));
    let Err(Error::Status(answer)) = client.cached(Some(&etag)).await else { panic!() };
    assert_eq!((answer.status().as_u16(), answer.body().len()), (304, 0));
    let lasting = client.cached_for(60).await.unwrap();
    assert_eq!(lasting.headers()["cache-control"], "public, max-age=60");

    let status = |answer: Result<_, Error>| match answer {
        Ok(answer) => sdk_runtime::Response::status(&answer).as_u16(),
        Err(Error::Status(answer)) => answer.status().as_u16(),
        Err(error) => panic!("{error:?}"),
    };
    assert_eq!(status(client.etag("one", None, None).await), 200);
    assert_eq!(status(client.etag("one", Some("\"two\""), None).await), 200);
    assert_eq!(status(client.etag("one", Some("\"two\", W/\"one\""), None).await), 304);
    assert_eq!(status(client.etag("one", None, Some("\"two\"")).await), 412);
    assert_eq!(status(client.etag("one", None, Some("*")).await), 200);
}

#[tokio::test]
#[ignore = "needs python3"]
async fn ranges_are_answered() {
    let client = client();
    let whole = client.range(52, None).await.unwrap();
    assert_eq!((whole.status().as_u16(), &**whole.value()), (200, &*"abcdefghijklmnopqrstuvwxyz".repeat(2)));
    for (range, part, named) in [
        ("bytes=10-12", "klm", "bytes 10-12/52"),
        ("bytes=50-", "yz", "bytes 50-51/52"),
        ("bytes=-1", "z", "bytes 51-51/52"),
    ] {
        let answer = client.range(52, Some(range)).await.unwrap();
        assert_eq!((answer.status().as_u16(), &**answer.value()), (206, part), "{range}");
        assert_eq!(answer.headers()["content-range"], named);
    }
    let Err(Error::Status(answer)) = client.range(52, Some("bytes=60-")).await else { panic!() };
    assert_eq!(
        (answer.status().as_u16(), answer.headers()["content-range"].as_bytes()),
        (416, &b"bytes */52"[..])
    );
}
