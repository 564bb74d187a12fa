//! Valid answers, from which the groups make hostile ones. Text that must never be shown contains the word
//! `planted`.

use bytes::Bytes;

use crate::plan::Step;

pub(crate) const ACCESS: &str = "planted-access";
pub(crate) const REFRESH: &str = "planted-refresh";

/// How an answer says where its body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    Length,
    Chunked,
    ToClose,
}

impl Framing {
    pub(crate) const ALL: [Self; 3] = [Self::Length, Self::Chunked, Self::ToClose];
}

/// An answer, and where its body begins.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) bytes: Bytes,
    pub(crate) body_at: usize,
    pub(crate) framing: Framing,
}

impl Answer {
    /// `status` is one such as `200 OK`; `fields` end with CRLF each.
    pub(crate) fn new(status: &str, fields: &str, framing: Framing, pieces: &[&[u8]]) -> Self {
        let length = pieces.iter().map(|piece| piece.len()).sum::<usize>();
        let ends = match framing {
            Framing::Length => format!("content-length: {length}\r\n"),
            Framing::Chunked => "transfer-encoding: chunked\r\n".to_owned(),
            Framing::ToClose => "connection: close\r\n".to_owned(),
        };
        let mut bytes = format!("HTTP/1.1 {status}\r\nx-secret: planted\r\n{fields}{ends}\r\n").into_bytes();
        let body_at = bytes.len();
        for piece in pieces {
            match framing {
                Framing::Chunked => bytes.extend(chunk(piece)),
                Framing::Length | Framing::ToClose => bytes.extend_from_slice(piece),
            }
        }
        if framing == Framing::Chunked {
            bytes.extend_from_slice(b"0\r\n\r\n");
        }
        Self { bytes: bytes.into(), body_at, framing }
    }

    /// What a server does that gives this answer.
    pub(crate) fn steps(&self) -> Vec<Step> {
        let mut steps = vec![Step::Send(self.bytes.clone())];
        steps.extend((self.framing == Framing::ToClose).then_some(Step::Fin));
        steps
    }
}

pub(crate) fn chunk(piece: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat()
}

pub(crate) const JSON: &str = "content-type: application/json\r\n";

/// What [`Asks::Json`](crate::api::Asks::Json) is right with.
pub(crate) const DOCUMENT: &str = r#"{"id":7,"text":"planted"}"#;

pub(crate) fn json(framing: Framing) -> Answer {
    let (first, second) = DOCUMENT.as_bytes().split_at(9);
    Answer::new("200 OK", JSON, framing, &[first, second])
}

pub(crate) const REFUSED: &str =
    "content-type: application/json\r\nwww-authenticate: Bearer error=\"invalid_token\"\r\n";

/// A refusal of the access token.
pub(crate) fn refusal(framing: Framing) -> Answer {
    Answer::new("401 Unauthorized", REFUSED, framing, &[br#"{"message":"#, br#""planted"}"#])
}

pub(crate) const TOKENS: &str = r#"{"access_token":"planted-access-2","refresh_token":"planted-refresh-2"}"#;

/// The answer to a refresh or a sign-in.
pub(crate) fn tokens(framing: Framing) -> Answer {
    let (first, second) = TOKENS.as_bytes().split_at(20);
    Answer::new("200 OK", JSON, framing, &[first, second])
}

pub(crate) fn events(framing: Framing) -> Answer {
    let pieces: [&[u8]; 3] = [
        b"data: {\"id\":1,\"text\":\"planted\"}\n\n: planted\n\nid: 2\ndata: {\"id\":2,",
        b"\"text\":\"planted\"}\n\nretry: 3\n",
        b"data: {\"id\":3,\ndata: \"text\":\"planted\"}\n\n",
    ];
    Answer::new("200 OK", "content-type: text/event-stream\r\n", framing, &pieces)
}

pub(crate) fn lines(framing: Framing) -> Answer {
    let pieces: [&[u8]; 2] = [
        b"{\"id\":1,\"text\":\"planted\"}\n{\"id\":2,\"te",
        b"xt\":\"planted\"}\r\n{\"id\":3,\"text\":\"planted\"}\n",
    ];
    Answer::new("200 OK", "content-type: application/x-ndjson\r\n", framing, &pieces)
}
