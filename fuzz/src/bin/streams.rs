//! Server-sent events and JSON lines: no input breaks the reader, and no cut changes what is read.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use sdk_runtime::stream::{ByteStream, JsonLines, ServerEvents};
use serde_json::Value;

fn events(pieces: Vec<Bytes>) -> (Vec<(String, String, String)>, String) {
    sdk_fuzz::run(async {
        let mut events: ServerEvents = ByteStream::from_iter(pieces).into();
        let mut read = Vec::new();
        while let Some(Ok(event)) = events.next().await {
            read.push((event.event().to_owned(), event.id().to_owned(), event.data().to_owned()));
        }
        (read, events.last_event_id().to_owned())
    })
}

fn lines(pieces: Vec<Bytes>) -> Vec<Option<Value>> {
    sdk_fuzz::run(async {
        let mut lines: JsonLines<Value> = ByteStream::from_iter(pieces).into();
        let mut read = Vec::new();
        while let Some(line) = lines.next().await {
            read.push(line.ok());
        }
        read
    })
}

fuzz_target!(|data: (u8, u8, Vec<u8>)| {
    let (first, second, body) = data;
    let body = Bytes::from(body);
    let at = |cut: u8| usize::from(cut) * (body.len() + 1) / 256;
    let (first, second) = (at(first.min(second)), at(first.max(second)));
    let whole = vec![body.clone()];
    let cut = vec![body.slice(..first), body.slice(first..second), body.slice(second..)];
    let bytes: Vec<_> = (0..body.len()).map(|at| body.slice(at..at + 1)).collect();
    let read = events(whole.clone());
    assert_eq!(events(cut.clone()), read);
    assert_eq!(events(bytes.clone()), read);
    let read = lines(whole);
    assert_eq!(lines(cut), read);
    assert_eq!(lines(bytes), read);
});
