//! JSON lines: any cuts give the same values, and a line that is no JSON is an error in its place.

use proptest::prelude::*;
use sdk_runtime::Error;
use sdk_runtime::stream::{ByteStream, JsonLines};
use serde_json::Value;

use crate::check::{check, cut, cuts, run};

const PIECES: &[&[u8]] = &[
    b"{}",
    b"{",
    b"}",
    b"[1,2]",
    b"null",
    b"7",
    b"\"a\"",
    b"\"",
    b"\\n",
    b" ",
    b"\t",
    b"\n",
    b"\n",
    b"\r\n",
    b"\r",
    b"\n\n",
    "\"é\"".as_bytes(),
    b"\xff",
    b"\xef\xbb\xbf",
    b"true",
    b",",
    b":",
];

/// The byte order mark, which the body may begin with, and each document.
const MARK: &[u8] = b"\xef\xbb\xbf";

fn read(pieces: Vec<bytes::Bytes>) -> Vec<Option<Value>> {
    run(async {
        let mut lines: JsonLines<Value> = ByteStream::from_iter(pieces).into();
        let mut read = Vec::new();
        while let Some(line) = lines.next().await {
            read.push(match line {
                Ok(value) => Some(value),
                Err(Error::Decode(_)) => None,
                Err(error) => panic!("{error:?}"),
            });
        }
        read
    })
}

fn reference(bytes: &[u8]) -> Vec<Option<Value>> {
    let bytes = bytes.strip_prefix(MARK).unwrap_or(bytes);
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let read = |line: &[u8]| serde_json::from_slice(line.strip_prefix(MARK).unwrap_or(line)).ok();
    lines.map(read).collect()
}

#[test]
fn lines_are_the_same_in_any_pieces() {
    let text = proptest::collection::vec(proptest::sample::select(PIECES), 0..24).prop_map(|it| it.concat());
    check("JSON lines", &(text, cuts()), |(text, at)| {
        let whole = read(cut(&text, &[]));
        prop_assert_eq!(&whole, &reference(&text));
        prop_assert_eq!(read(cut(&text, &at)), whole);
        Ok(())
    });
}
