//! Answers that say in the wrong way where their bodies end: lengths, both framings, and chunks.

use crate::answers::chunk;
use crate::case::Case;
use crate::plan::Step;
use crate::role::{self, Content, Fault, Hostile};
use crate::run::{Form, run};
use crate::table::Group;

pub(crate) const LENGTHS: Group = Group { name: "Wrong lengths, both framings", cases: lengths };
pub(crate) const CHUNKS: Group = Group { name: "Bad chunks", cases: chunks };

/// `{}` in the fields stands for the right length.
fn fields(row: &'static str, fault: Fault, fields: &'static str) -> Hostile {
    Hostile::new(row, fault, move |content| {
        let fields = fields.replace("{}", &content.body.len().to_string());
        vec![Step::Send(content.with(&fields, content.body).into()), Step::Fin]
    })
}

/// The same, with a body in one chunk.
fn chunked(row: &'static str, fault: Fault, fields: &'static str) -> Hostile {
    Hostile::new(row, fault, move |content| {
        let fields = fields.replace("{}", &content.body.len().to_string());
        let body = [chunk(content.body.as_bytes()), b"0\r\n\r\n".to_vec()].concat();
        vec![Step::Send(content.with(&fields, body).into()), Step::Fin]
    })
}

/// An answer, and behind it at once another one that no request has asked for.
fn two(content: &Content) -> Vec<Step> {
    let length = format!("content-length: {}\r\n", content.body.len());
    let first = content.with(&length, content.body);
    let second = b"HTTP/1.1 200 OK\r\ncontent-length: 26\r\n\r\n{\"id\":666,\"text\":\"forged\"}";
    vec![Step::Send([&first[..], &second[..]].concat().into()), Step::Silence]
}

fn lengths(_: Form) -> Vec<Case> {
    role::cases(vec![
        fields("a length", Fault::Not, "content-length: {}\r\n"),
        fields("a length that is too short", Fault::Content, "content-length: 9\r\n"),
        fields("a length of 0", Fault::Content, "content-length: 0\r\n"),
        fields("a length that is too long", Fault::Body, "content-length: 1{}\r\n"),
        fields("a length of 2^63, and a close", Fault::Body, "content-length: 9223372036854775808\r\n"),
        fields("a length of 2^64", Fault::NotHttp, "content-length: 18446744073709551616\r\n"),
        fields("a length below 0", Fault::NotHttp, "content-length: -{}\r\n"),
        fields("a length with a sign", Fault::NotHttp, "content-length: +{}\r\n"),
        fields("a length in hexadecimal digits", Fault::NotHttp, "content-length: 0x{}\r\n"),
        fields("a length with a fraction", Fault::NotHttp, "content-length: {}.0\r\n"),
        fields("a length that is empty", Fault::NotHttp, "content-length:\r\n"),
        fields("a length that is no number", Fault::NotHttp, "content-length: many\r\n"),
        fields("lengths that differ", Fault::NotHttp, "content-length: {}\r\ncontent-length: 3\r\n"),
        fields("lengths that differ, in one field", Fault::NotHttp, "content-length: {}, 3\r\n"),
        chunked("a length and chunks", Fault::Not, "content-length: 3\r\ntransfer-encoding: chunked\r\n"),
        chunked("chunks and a length", Fault::Not, "transfer-encoding: chunked\r\ncontent-length: 3\r\n"),
        chunked("chunks that are encoded once more", Fault::Content, "transfer-encoding: chunked, gzip\r\n"),
        chunked("chunks that are not declared", Fault::Content, "connection: close\r\n"),
        Hostile::new("two answers to one request", Fault::Not, two),
    ])
}

/// A chunked answer whose body is `raw`, in which `{size}` and `{body}` are those of the right one.
fn raw(row: &'static str, fault: Fault, raw: &'static str) -> Hostile {
    Hostile::new(row, fault, move |content| {
        let raw = raw.replace("{size}", &format!("{:x}", content.body.len())).replace("{body}", content.body);
        vec![Step::Send(content.with("transfer-encoding: chunked\r\n", raw).into()), Step::Fin]
    })
}

fn chunks(_: Form) -> Vec<Case> {
    role::cases(vec![
        raw("a chunk", Fault::Not, "{size}\r\n{body}\r\n0\r\n\r\n"),
        raw("a chunk with an extension", Fault::Not, "{size};a=\"b\"\r\n{body}\r\n0;a\r\n\r\n"),
        raw("a size with zeros in front", Fault::Not, "0000{size}\r\n{body}\r\n0000\r\n\r\n"),
        raw("a trailer", Fault::Not, "{size}\r\n{body}\r\n0\r\nx-secret: planted\r\n\r\n"),
        raw("a size that is none", Fault::Body, "g\r\n{body}\r\n0\r\n\r\n"),
        raw("a size that is empty", Fault::Body, "\r\n{body}\r\n0\r\n\r\n"),
        raw("a size below 0", Fault::Body, "-{size}\r\n{body}\r\n0\r\n\r\n"),
        raw("a size with a sign", Fault::Body, "+{size}\r\n{body}\r\n0\r\n\r\n"),
        raw("a size with 0x", Fault::Body, "0x{size}\r\n{body}\r\n0\r\n\r\n"),
        raw("a size over 2^64", Fault::Body, "10000000000000000{size}\r\n{body}\r\n0\r\n\r\n"),
        raw("a size of 2^64 - 1", Fault::Body, "ffffffffffffffff\r\n{body}\r\n0\r\n\r\n"),
        raw("a size that is too small", Fault::Body, "1\r\n{body}\r\n0\r\n\r\n"),
        raw("a size that is too large", Fault::Body, "{size}0\r\n{body}\r\n0\r\n\r\n"),
        raw("a chunk without its end", Fault::Body, "{size}\r\n{body}0\r\n\r\n"),
        raw("a chunk that ends with CR", Fault::Body, "{size}\r\n{body}\r0\r\n\r\n"),
        raw("a size that ends with CR", Fault::Body, "{size}\r{body}\r\n0\r\n\r\n"),
        raw("no last chunk", Fault::Body, "{size}\r\n{body}\r\n"),
        raw("a trailer that is none", Fault::Body, "{size}\r\n{body}\r\n0\r\nno trailer"),
    ])
}

#[test]
fn a_wrong_length_is_no_value() {
    run(&LENGTHS);
}

#[test]
fn a_bad_chunk_is_no_value() {
    run(&CHUNKS);
}
