//! Idempotency: which requests may be sent more than once, and the keys that make others so.

use http::{HeaderMap, HeaderValue, Method};

use crate::endpoint::Endpoint;
use crate::error::InvalidRequest;
use crate::request::{Prepared, Request};

/// Whether a server processes `request` once, however often it arrives: by its method (RFC 9110, 9.2.2), or
/// by its key.
pub(super) fn is_idempotent(request: &Prepared) -> bool {
    matches!(
        request.method,
        Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE | Method::PUT | Method::DELETE
    ) || request.endpoint.idempotency.is_some_and(|header| has_key(&request.headers, header))
}

/// Prepares `request`, and gives it a key where its endpoint is declared `idempotent`.
#[inline]
pub(super) fn prepare(
    request: Request,
    accept: Option<&'static str>,
) -> Result<Box<Prepared>, InvalidRequest> {
    let mut prepared = request.prepare(accept)?;
    give_key(&mut prepared)?;
    Ok(prepared)
}

/// Whether there is exactly one key. A blank key is none, because every client might send it.
fn has_key(headers: &HeaderMap, header: &str) -> bool {
    let mut keys = headers.get_all(header).iter();
    keys.next().is_some_and(|key| !key.as_bytes().trim_ascii().is_empty()) && keys.next().is_none()
}

/// Gives `request` a random key if its endpoint is declared `idempotent` and the caller has set none. The key
/// stays on the request, so that every attempt and the replay carry the same one.
#[inline]
pub(super) fn give_key(request: &mut Prepared) -> Result<(), InvalidRequest> {
    match request.endpoint.idempotency {
        Some(header) if !request.headers.contains_key(header) => request.set_header(header, &key(header)?),
        _ => Ok(()),
    }
}

/// Returns the header for a key of the caller's, or the error of a key that cannot be sent.
pub(super) fn header(endpoint: &Endpoint, key: &str) -> Result<&'static str, InvalidRequest> {
    let reason = match endpoint.idempotency {
        Some(header) if !key.trim().is_empty() => return Ok(header),
        Some(_) => "is empty, and a server would know no request by it",
        None => "has no header to travel in: declare the endpoint `idempotent`",
    };
    Err(InvalidRequest::new("idempotency_key", reason))
}

/// Returns a random UUID (RFC 9562, 5.4). The randomness is the system's, because two clients with the same
/// key would each be taken for the other.
fn key(header: &'static str) -> Result<HeaderValue, InvalidRequest> {
    let impossible = || InvalidRequest::new(header, "needs randomness, and the system gives none");
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| impossible())?;
    let digits = format!("{:032x}", u128::from_be_bytes(bytes));
    let (a, b, c, d, e) = (&digits[..8], &digits[8..12], &digits[13..16], &digits[17..20], &digits[20..]);
    // Version 4, and the variant whose digit leaves two bits random.
    let variant = ["8", "9", "a", "b"][usize::from(bytes[8] / 0x40)];
    HeaderValue::try_from(format!("{a}-{b}-4{c}-{variant}{d}-{e}")).map_err(|_| impossible())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_key_is_a_random_uuid() {
        let keys: Vec<String> = (0..1_000).map(|_| key("x").unwrap().to_str().unwrap().to_owned()).collect();
        let digits = |at: usize| keys.iter().map(move |key| key.as_bytes()[at]).collect::<BTreeSet<u8>>();
        assert!(keys.iter().all(|key| key.len() == 36));
        for at in 0..36 {
            let expected: &[u8] = match at {
                8 | 13 | 18 | 23 => b"-",
                14 => b"4",
                19 => b"89ab",
                _ => b"0123456789abcdef",
            };
            assert_eq!(digits(at), expected.iter().copied().collect(), "at {at}");
        }
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), 1_000);
    }
}
