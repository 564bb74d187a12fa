//! Frames of HTTP/2 (RFC 9113, 4.1) with any contents.

pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const RST_STREAM: u8 = 3;
pub(crate) const SETTINGS: u8 = 4;
pub(crate) const PUSH_PROMISE: u8 = 5;
pub(crate) const PING: u8 = 6;
pub(crate) const GOAWAY: u8 = 7;
pub(crate) const WINDOW_UPDATE: u8 = 8;
pub(crate) const CONTINUATION: u8 = 9;

/// Flags.
pub(crate) const ACK: u8 = 1;
pub(crate) const END_STREAM: u8 = 1;
pub(crate) const END_HEADERS: u8 = 4;
pub(crate) const PADDED: u8 = 8;

/// Stands for the stream of the request in what a plan sends.
pub(crate) const STREAM: u32 = 0x00AB_CDEF;

/// What a client says first.
pub(crate) const PREFACE: usize = 24;

pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: impl AsRef<[u8]>) -> Vec<u8> {
    let payload = payload.as_ref();
    let mut frame = (payload.len() as u32).to_be_bytes()[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// A block of headers, nothing indexed but the status 200 (RFC 7541, 6.2.2). Names and values are short.
pub(crate) fn block(status: u8, headers: &[(&str, &str)]) -> Vec<u8> {
    let mut block = vec![status];
    for (name, value) in headers {
        block.push(0);
        for text in [name, value] {
            block.push(text.len() as u8);
            block.extend(text.as_bytes());
        }
    }
    block
}

/// `:status: 200` in the table of all.
pub(crate) const OK: u8 = 0x88;

/// The first frame of `bytes`: its kind, its flags, its stream, its payload and its whole length.
pub(crate) fn first(bytes: &[u8]) -> Option<(u8, u8, u32, &[u8], usize)> {
    let head = bytes.first_chunk::<9>()?;
    let end = 9 + u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
    let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
    Some((head[3], head[4], stream, bytes.get(9..end)?, end))
}

/// `bytes` with `stream` for the one that stands for it.
pub(crate) fn addressed(bytes: &[u8], stream: u32) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let places: Vec<usize> =
        (0..bytes.len()).filter(|at| bytes[*at..].starts_with(&STREAM.to_be_bytes())).collect();
    for at in places {
        bytes[at..at + 4].copy_from_slice(&stream.to_be_bytes());
    }
    bytes
}
