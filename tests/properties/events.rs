//! Server-sent events: any cuts give the same events, and the events are those of the HTML standard, which a
//! second reader has here in its simplest form.

use proptest::prelude::*;
use sdk_runtime::stream::{ByteStream, ServerEvents};

use crate::check::{check, cut, cuts, run};

const PIECES: &[&[u8]] = &[
    b"data",
    b"data:",
    b"data: ",
    b"data: x",
    b"event:",
    b"event: y",
    b"id:",
    b"id: 7",
    b"id: \0",
    b"retry: 10",
    b"retry: x",
    b"retry",
    b": comment",
    b":",
    b" ",
    b"\n",
    b"\n",
    b"\r\n",
    b"\r",
    b"\n\n",
    b"\r\n\r\n",
    b"a",
    "é".as_bytes(),
    b"\xc3",
    b"\xa9",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\0",
];

/// Name, identifier, data.
type Event = (String, String, String);

fn read(pieces: Vec<bytes::Bytes>) -> (Vec<Event>, String, Option<u128>) {
    run(async {
        let mut events: ServerEvents = ByteStream::from_iter(pieces).into();
        let mut read = Vec::new();
        while let Some(event) = events.next().await {
            let event = event.unwrap();
            read.push((event.event().to_owned(), event.id().to_owned(), event.data().to_owned()));
        }
        (read, events.last_event_id().to_owned(), events.retry().map(|it| it.as_millis()))
    })
}

/// HTML standard, 9.2.6, word by word.
fn reference(bytes: &[u8]) -> (Vec<Event>, String, Option<u128>) {
    let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n").replace('\r', "\n");
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut lines: Vec<&str> = text.split('\n').collect();
    lines.pop(); // It is not ended.
    let (mut events, mut retry) = (Vec::new(), None);
    let (mut event, mut data, mut id, mut last) =
        (String::new(), String::new(), String::new(), String::new());
    for line in lines {
        if line.is_empty() {
            last.clone_from(&id);
            if !data.is_empty() {
                let name = if event.is_empty() { "message" } else { &event };
                events.push((
                    name.to_owned(),
                    last.clone(),
                    data.strip_suffix('\n').unwrap_or(&data).to_owned(),
                ));
            }
            event.clear();
            data.clear();
            continue;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut event),
            "data" => data = data + value + "\n",
            "id" if !value.contains('\0') => value.clone_into(&mut id),
            "retry" if !value.is_empty() && value.bytes().all(|it| it.is_ascii_digit()) => {
                retry = value.parse::<u64>().ok().map(u128::from).or(retry);
            }
            _ => {}
        }
    }
    (events, last, retry)
}

#[test]
fn events_are_the_same_in_any_pieces() {
    let text = proptest::collection::vec(proptest::sample::select(PIECES), 0..24).prop_map(|it| it.concat());
    check("events", &(text, cuts()), |(text, at)| {
        let whole = read(cut(&text, &[]));
        prop_assert_eq!(&whole, &reference(&text));
        prop_assert_eq!(read(cut(&text, &at)), whole);
        let bytes = text.iter().map(|byte| bytes::Bytes::copy_from_slice(&[*byte])).collect();
        prop_assert_eq!(read(bytes), reference(&text));
        Ok(())
    });
}
