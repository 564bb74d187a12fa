//! The stored form of a login as bytes: one line with the format and the version, and one line of the
//! session's text.

use zeroize::Zeroizing;

use super::interface::StoredLogin;
use crate::error::StoreError;

/// The text that every stored login starts with.
const BEGINNING: &str = "sdk-runtime login, format ";
const FORMAT: &str = "1";
const VERSION: &str = ", version ";

/// The largest stored login, in bytes. A login has a few kilobytes. Larger files are not read into memory.
pub(super) const LONGEST: usize = 1 << 20;

/// Encodes `login`.
pub(super) fn encode(login: &StoredLogin) -> Result<Zeroizing<String>, StoreError> {
    let refused = |reason: &str| StoreError::unavailable("the login cannot be written down", reason);
    let (version, text) = (login.version(), login.text());
    if version == 0 {
        return Err(refused("its version is 0, which stands for nothing kept"));
    }
    if text.contains('\n') {
        return Err(refused("its text has several lines"));
    }
    let head = format!("{BEGINNING}{FORMAT}{VERSION}{version}\n");
    let length = head.len() + text.len() + 1;
    if length > LONGEST {
        return Err(refused("it is longer than 1 MiB"));
    }
    // The capacity is exact, because a reallocation would leave a copy of the tokens that is not wiped.
    let mut kept = Zeroizing::new(String::with_capacity(length));
    kept.push_str(&head);
    kept.push_str(text);
    kept.push('\n');
    Ok(kept)
}

/// Decodes the bytes that are stored at `place`.
pub(super) fn decode(kept: &[u8], place: impl std::fmt::Display) -> Result<StoredLogin, StoreError> {
    read(kept).map_err(|what| {
        StoreError::foreign(format!(
            "{place} {what}; it is left as it is: remove it to sign in again, or keep the login elsewhere"
        ))
    })
}

fn read(kept: &[u8]) -> Result<StoredLogin, &'static str> {
    const DAMAGED: &str = "is a login that was damaged or cut off";
    if kept.is_empty() {
        return Err("is empty");
    }
    if kept.len() > LONGEST {
        return Err("is larger than any login");
    }
    let Some(kept) = kept.strip_prefix(BEGINNING.as_bytes()) else {
        return Err("was not written by this library");
    };
    let kept = std::str::from_utf8(kept).map_err(|_| DAMAGED)?;
    let (head, text) = kept.split_once('\n').ok_or(DAMAGED)?;
    let format = head.split(',').next().unwrap_or_default();
    if format != FORMAT && number(format).is_some() {
        return Err("is a login in the format of a later version of this library");
    }
    let version =
        head.strip_prefix(FORMAT).and_then(|head| number(head.strip_prefix(VERSION)?)).ok_or(DAMAGED)?;
    match text.strip_suffix('\n') {
        Some(text) if !text.contains('\n') => Ok(StoredLogin::new(version, text)),
        _ => Err(DAMAGED),
    }
}

/// Reads a number from 1 on, as this library writes it.
fn number(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number: &u64| *number > 0 && number.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::StoreErrorKind;

    #[test]
    fn what_was_written_is_read_as_it_was() {
        for (version, text) in [(1, ""), (7, "{\"a\":\"s3cret\"}"), (u64::MAX, "\r\u{0}ä, version 3")] {
            let login = StoredLogin::new(version, text);
            assert_eq!(decode(encode(&login).unwrap().as_bytes(), "it").unwrap(), login);
        }
        let kept = encode(&StoredLogin::new(7, "{}")).unwrap();
        assert_eq!(*kept, "sdk-runtime login, format 1, version 7\n{}\n", "the format is for good");
    }

    #[test]
    fn what_could_not_be_read_is_not_written() {
        let long = "x".repeat(LONGEST);
        for login in [StoredLogin::new(0, "a"), StoredLogin::new(1, "a\nb"), StoredLogin::new(1, long)] {
            assert_eq!(encode(&login).unwrap_err().kind(), StoreErrorKind::Unavailable);
        }
    }

    #[test]
    fn a_login_of_1_mib_is_kept_and_none_that_is_longer() {
        for version in [1, u64::MAX] {
            let head = BEGINNING.len() + FORMAT.len() + VERSION.len() + version.to_string().len() + 1;
            let of = |length: usize| StoredLogin::new(version, "x".repeat(length - head - 1));
            let kept = encode(&of(LONGEST)).unwrap();
            assert_eq!(kept.len(), LONGEST);
            assert_eq!(decode(kept.as_bytes(), "it").unwrap(), of(LONGEST));
            assert_eq!(encode(&of(LONGEST + 1)).unwrap_err().kind(), StoreErrorKind::Unavailable);
        }
    }

    #[test]
    fn a_text_that_is_cut_off_is_no_login() {
        let kept = encode(&StoredLogin::new(12, "s3cret")).unwrap();
        for length in 0..kept.len() {
            let error = decode(&kept.as_bytes()[..length], "it").unwrap_err();
            assert_eq!(error.kind(), StoreErrorKind::Foreign, "{length}");
        }
    }

    #[test]
    fn what_is_no_login_says_what_it_is() {
        let table: &[(&[u8], &str)] = &[
            (b"", "is empty"),
            (b"[default]\ntoken = s3cret\n", "not written by this library"),
            (b"\0\0\0\0", "not written by this library"),
            (b"sdk-runtime login, format 1, version 7\n\xffs3cret\n", "damaged"),
            (b"sdk-runtime login, format 1, version 7\ns3cret\nmore\n", "damaged"),
            (b"sdk-runtime login, format 1, version 7\r\ns3cret\r\n", "damaged"),
            (b"sdk-runtime login, format 1, version 0\ns3cret\n", "damaged"),
            (b"sdk-runtime login, format 1, version +7\ns3cret\n", "damaged"),
            (b"sdk-runtime login, format 1, version 99999999999999999999\ns3cret\n", "damaged"),
            (b"sdk-runtime login, format x, version 7\ns3cret\n", "damaged"),
            (b"sdk-runtime login, format 2, version 7\ns3cret\n", "a later version"),
            (b"sdk-runtime login, format 10\nanything\nelse", "a later version"),
        ];
        for (kept, what) in table {
            let error = decode(kept, "`the place`").unwrap_err();
            assert_eq!(error.kind(), StoreErrorKind::Foreign);
            let (shown, debug) = (error.to_string(), format!("{error:?}"));
            assert!(shown.contains("`the place`") && shown.contains(what), "{shown}");
            assert!(!shown.contains("s3cret") && !debug.contains("s3cret"), "I27: {shown}");
        }
        let long = vec![b'x'; LONGEST + 1];
        assert!(decode(&long, "it").unwrap_err().to_string().contains("larger than any login"));
    }
}
