//! Compressed answers: cut at each byte, and bombs. What else can be wrong with one is in `tests/encodings`.

use crate::answers::{Answer, Framing, JSON};
use crate::api::Asks;
use crate::case::Case;
use crate::cut;
use crate::plan::Step;
use crate::role::{self, Fault, Hostile};
use crate::run::Form;
use crate::table::Group;

/// Carried out with the feature `encodings`.
pub(crate) const GROUP: Group = Group { name: "Compressed answers", cases };

/// The document (RFC 1952).
const GZIP: &[u8] =
    b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\xca\x4c\x51\xb2\x32\xd7\x51\x2a\x49\xad\
    \x28\x51\xb2\x52\x2a\xc8\x49\xcc\x2b\x49\x4d\x51\xaa\x05\x00\x50\xa3\xe6\x1e\x19\x00\x00\x00";

/// Begins a bomb that never ends, and goes on with it: 13 bytes for 2,064 spaces (RFC 1951, 3.2.6).
fn bomb() -> (Vec<u8>, Vec<u8>) {
    // No last block, of fixed codes; a space; a match of 258 bytes at a distance of 1, again and again.
    let (begin, space, again) = ("010", "01010000", "1100010100000");
    let bits: Vec<bool> = [begin, space, &again.repeat(16)].concat().chars().map(|bit| bit == '1').collect();
    let bytes: Vec<u8> = bits
        .chunks_exact(8)
        .map(|bits| bits.iter().rev().fold(0, |byte, bit| byte << 1 | u8::from(*bit)))
        .collect();
    ([&GZIP[..10], &bytes[..2]].concat(), bytes[2..15].to_vec())
}

fn cases(_: Form) -> Vec<Case> {
    let mut cases = Vec::new();
    for framing in [Framing::Length, Framing::Chunked] {
        let fields = format!("{JSON}content-encoding: gzip\r\n");
        let answer = Answer::new("200 OK", &fields, framing, &[&GZIP[..20], &GZIP[20..]]);
        cases.extend(cut::of("gzip", Asks::Json, framing, &answer, ""));
    }
    let (begins, goes_on) = bomb();
    cases.extend(role::cases(vec![Hostile::new("a bomb without end", Fault::TooLarge, move |content| {
        let head = content.with("content-encoding: gzip\r\nconnection: close\r\n", &begins);
        vec![Step::Send(head.into()), Step::Endless(goes_on.repeat(8).into(), 5)]
    })]));
    cases
}

#[cfg(feature = "encodings")]
#[test]
fn a_compressed_answer_is_bounded_by_what_it_becomes() {
    crate::run::run(&GROUP);
}
