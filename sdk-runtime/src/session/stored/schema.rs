//! The stored login, format 1: its fields, and its text in a store.
//!
//! The text is one line of JSON with a format number. A later format or a foreign text is an error, never
//! an empty store, because an empty store may be overwritten.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::login_name::LoginName;
use super::outcome_unknown::{Undecodable, UndecodableJson};
use crate::cookies::Jar;
use crate::error::StoreError;
use crate::proof::ProofKey;
use crate::runtime::{millis, since_1970};
use crate::secret::{AccessToken, RefreshToken};
use crate::session::token::{Binding, Expiry, Tokens};
use crate::store::StoredLogin;

const FORMAT: u32 = 1;
/// The format of a login whose tokens are bound to a key. A version of this library that does not know the
/// key leaves the login as it is, and does not lose the key when it writes.
const FORMAT_WITH_KEY: u32 = 2;

/// Names tokens across processes: their login, and how often it was refreshed. The text of tokens is never
/// compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TokenId {
    pub(crate) login: LoginName,
    pub(crate) number: u64,
    /// Drawn with every refresh, to tell two apart that happened at once by mistake.
    pub(crate) nonce: u32,
}

impl TokenId {
    /// The id of the first tokens of a login, named by a random number.
    pub(crate) fn first(random: u64) -> Self {
        Self { login: LoginName::Number(random), number: 1, nonce: 0 }
    }

    /// The id of the tokens that replace these.
    pub(crate) fn next(&self, nonce: u32) -> Self {
        Self { login: self.login.clone(), number: self.number.saturating_add(1), nonce }
    }
}

#[derive(Debug, Clone, Default)]
pub(crate) struct StoreState {
    /// The version in the store, 0 if it is empty.
    pub(crate) version: u64,
    /// The login. `None` if there never was one, or if it has ended. The text is a tombstone without tokens
    /// then, so that the versions go on.
    pub(crate) record: Option<Record>,
}

#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) id: TokenId,
    pub(crate) tokens: Tokens,
    /// When its access token was issued, by the clock of the process that wrote it, and how long it lives.
    pub(crate) issued: SystemTime,
    pub(crate) lifetime: Option<Duration>,
    pub(crate) jar: Arc<Jar>,
    /// Whether a process is spending its refresh token, or has, and left no outcome.
    pub(crate) outcome_unknown: bool,
    /// The lease of the process that may refresh it, if the store has no lock.
    pub(crate) lease: Option<Lease>,
    /// The response that has most likely spent its refresh token, and could not be decoded.
    pub(crate) undecodable: Option<Undecodable>,
}

/// The right to refresh a login, for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Lease {
    pub(crate) holder: String,
    /// Milliseconds since 1970, by the clock of the holder.
    pub(crate) until: u64,
}

impl Record {
    pub(crate) fn age(&self, wall: SystemTime) -> Duration {
        wall.duration_since(self.issued).unwrap_or_default()
    }

    /// Whether its access token can sign, by its age.
    pub(crate) fn is_live(&self, wall: SystemTime, signs_by_cookies: bool) -> bool {
        let has_lapsed = self.lifetime.is_some_and(|lifetime| self.age(wall) >= lifetime);
        (signs_by_cookies || self.tokens.access.is_some()) && !has_lapsed
    }

    /// The same without a lease or an unknown outcome.
    pub(crate) fn at_rest(mut self) -> Self {
        self.outcome_unknown = false;
        self.lease = None;
        self.undecodable = None;
        self
    }
}

/// The text of a store.
#[derive(Serialize, Deserialize)]
struct Text {
    format: u32,
    /// `None` is the tombstone of a login that has ended. It is written, and so a text without it is damaged.
    #[serde(deserialize_with = "Option::deserialize")]
    login: Option<LoginJson>,
}

#[derive(Serialize, Deserialize)]
struct LoginJson {
    id: String,
    number: u64,
    #[serde(default, rename = "mark")]
    nonce: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    access: Option<Zeroizing<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh: Option<Zeroizing<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scopes: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    api_origin: Option<String>,
    /// The private key that the tokens are bound to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    proof_key: Option<Zeroizing<String>>,
    /// Milliseconds since 1970.
    issued: u64,
    /// Milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lifetime: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cookies: Option<serde_json::Value>,
    #[serde(default, rename = "intent", skip_serializing_if = "std::ops::Not::not")]
    outcome_unknown: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lease: Option<Lease>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    undecodable: Option<UndecodableJson>,
}

pub(crate) fn read(stored: Option<StoredLogin>) -> Result<StoreState, StoreError> {
    let Some(stored) = stored else { return Ok(StoreState::default()) };
    let foreign = |what: &str| {
        StoreError::foreign(format!(
            "what is kept (version {}) {what}; it is left as it is: sign in with another place to keep the \
             login in, or remove it",
            stored.version()
        ))
    };
    let format: Format =
        serde_json::from_str(stored.text()).map_err(|_| foreign("is no login of this library"))?;
    if format.format != FORMAT && format.format != FORMAT_WITH_KEY {
        return Err(foreign(&format!(
            "is of format {}, and this is a library of formats {FORMAT} and {FORMAT_WITH_KEY}",
            format.format
        )));
    }
    let text: Text = serde_json::from_str(stored.text()).map_err(|_| foreign("is damaged"))?;
    let has_key = text.login.as_ref().is_some_and(|login| login.proof_key.is_some());
    if has_key != (text.format == FORMAT_WITH_KEY) {
        return Err(foreign("is of another format than it says, by the key that it has or lacks"));
    }
    let record = match text.login {
        Some(written) => Some(written.read().ok_or_else(|| foreign("is damaged"))?),
        None => None,
    };
    Ok(StoreState { version: stored.version(), record })
}

/// The part that every format has.
#[derive(Deserialize)]
struct Format {
    format: u32,
}

/// Returns the text and version that follow `version`: `record`, or the tombstone of the login that was
/// there.
pub(crate) fn write(version: u64, record: Option<&Record>) -> Result<StoredLogin, StoreError> {
    let login = record.map(LoginJson::of);
    let format = match login.as_ref().is_some_and(|login| login.proof_key.is_some()) {
        true => FORMAT_WITH_KEY,
        false => FORMAT,
    };
    let text = Text { format, login };
    let text = serde_json::to_string(&text)
        .map_err(|error| StoreError::unavailable("the login cannot be written down", error))?;
    Ok(StoredLogin::new(next(version), text))
}

/// First versions are drawn up to this number: an `i64` and a number in JSON have room to count up from
/// there.
const FIRST_UP_TO: u64 = 1 << 52;

/// The version that follows `version`. The first one is drawn, so that a place that was emptied does not
/// get a version again that a process still expects there.
fn next(version: u64) -> u64 {
    match version {
        0 => fastrand::u64(1..=FIRST_UP_TO),
        version => version.saturating_add(1),
    }
}

/// Whether `version` was counted up from `first`, so that the place was not emptied since.
pub(crate) fn is_counted_from(first: u64, version: u64) -> bool {
    version.checked_sub(first).is_some_and(|changes| changes < COUNTED)
}

/// No place is written that often, and two first versions that are drawn lie further apart.
const COUNTED: u64 = 1 << 24;

impl LoginJson {
    fn of(record: &Record) -> Self {
        Self {
            id: record.id.login.to_string(),
            number: record.id.number,
            nonce: record.id.nonce,
            access: record.tokens.access.as_ref().map(|token| Zeroizing::new(token.expose().to_owned())),
            refresh: record.tokens.refresh.as_ref().map(|token| Zeroizing::new(token.expose().to_owned())),
            subject: record.tokens.subject.as_deref().map(str::to_owned),
            scopes: record.tokens.scopes.as_deref().map(<[String]>::to_vec),
            api_origin: record.tokens.api_origin.as_deref().map(str::to_owned),
            proof_key: record.tokens.binding.key().map(|key| key.written().clone()),
            issued: since_1970(record.issued),
            lifetime: record.lifetime.map(millis),
            cookies: record.jar.written(),
            outcome_unknown: record.outcome_unknown,
            lease: record.lease.clone(),
            undecodable: record.undecodable.as_ref().map(UndecodableJson::of),
        }
    }

    fn read(self) -> Option<Record> {
        Some(Record {
            id: TokenId { login: self.id.as_str().into(), number: self.number, nonce: self.nonce },
            tokens: Tokens {
                access: self.access.map(|token| AccessToken::new(token.as_str())),
                refresh: self.refresh.map(|token| RefreshToken::new(token.as_str())),
                expiry: self.lifetime.map(Duration::from_millis).map_or(Expiry::Untold, Expiry::In),
                subject: self.subject.map(Arc::from),
                scopes: self.scopes.map(Arc::from),
                api_origin: self.api_origin.map(Arc::from),
                binding: match self.proof_key {
                    Some(key) => Binding::To(Arc::new(ProofKey::read(key)?)),
                    None => Binding::None,
                },
            },
            issued: SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(self.issued))?,
            lifetime: self.lifetime.map(Duration::from_millis),
            jar: Arc::new(match self.cookies {
                Some(cookies) => Jar::read(cookies)?,
                None => Jar::default(),
            }),
            outcome_unknown: self.outcome_unknown,
            lease: self.lease,
            undecodable: self.undecodable.and_then(UndecodableJson::read),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::StoreErrorKind;

    impl Record {
        /// A record without tokens, issued in 1970.
        pub(crate) fn empty(id: TokenId) -> Self {
            Self {
                id,
                tokens: Tokens::none(),
                issued: SystemTime::UNIX_EPOCH,
                lifetime: None,
                jar: Arc::default(),
                outcome_unknown: false,
                lease: None,
                undecodable: None,
            }
        }
    }

    fn record() -> Record {
        Record {
            id: TokenId::first(7).next(42),
            tokens: Tokens::new("an access token")
                .refresh_token("a refresh token")
                .expires_in(Duration::from_secs(60))
                .subject("ann")
                .scopes(["read"]),
            issued: SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_123),
            lifetime: Some(Duration::from_secs(60)),
            jar: Arc::default(),
            outcome_unknown: true,
            lease: Some(Lease { holder: "me".to_owned(), until: 5 }),
            undecodable: None,
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let stored = write(6, Some(&record())).unwrap();
        assert_eq!(stored.version(), 7);
        assert!(!stored.text().contains('\n'), "a store may keep it in a line");
        let found = read(Some(stored)).unwrap();
        assert_eq!(found.version, 7);
        let (read, wrote) = (found.record.unwrap(), record());
        assert_eq!(format!("{read:?}"), format!("{wrote:?}"));
        assert_eq!(read.tokens.access.unwrap().expose(), "an access token");
        assert_eq!(read.tokens.refresh.unwrap().expose(), "a refresh token");
        assert!(read_back(None).record.is_none());
        assert_eq!(super::read(None).unwrap().version, 0);
    }

    #[test]
    fn i15_a_place_that_was_emptied_never_has_the_same_versions_again() {
        let first = || write(0, None).unwrap().version();
        let mut firsts: Vec<u64> = (0..1000).map(|_| first()).collect();
        assert!(firsts.iter().all(|first| (1..=FIRST_UP_TO).contains(first)));
        for first in &firsts {
            assert_eq!(write(*first, None).unwrap().version(), first + 1, "it counts up");
            assert!(is_counted_from(*first, first + 1) && is_counted_from(*first, *first));
            assert!(!is_counted_from(*first, first - 1) && !is_counted_from(*first, first + COUNTED));
        }
        firsts.sort_unstable();
        firsts.dedup();
        assert_eq!(firsts.len(), 1000);
    }

    #[test]
    fn i14_an_answer_that_could_not_be_decoded_is_told_to_other_processes() {
        let headers = http::HeaderMap::from_iter([
            (http::header::CONTENT_TYPE, http::HeaderValue::from_static("application/json")),
            (http::header::CONTENT_ENCODING, http::HeaderValue::from_static("br")),
        ]);
        let head = (http::StatusCode::CREATED, &headers);
        let detail = "invalid type: string \"secret\", expected u64".to_owned();
        let body = "secret".into();
        let error = crate::error::DecodeError::new("Tokens", head, Some("a.b".to_owned()), detail, &body);
        let at = SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_123);
        let undecodable = Some(Undecodable { at, error: error.clone() });
        let kept = Record { undecodable, ..record() };
        assert!(!write(0, Some(&kept)).unwrap().text().contains("secret"), "I27");
        let found = read_back(Some(&kept)).record.unwrap().undecodable.unwrap();
        assert_eq!(found.at, at);
        assert_eq!(found.error.to_string(), error.without_values().to_string(), "I14");
        assert!(kept.at_rest().undecodable.is_none());
    }

    fn read_back(record: Option<&Record>) -> StoreState {
        read(Some(write(0, record).unwrap())).unwrap()
    }

    #[cfg(feature = "cookies")]
    #[test]
    fn cookies_come_back_those_of_the_browser_session_included() {
        let (jar, clock) = (Jar::default(), crate::runtime::Clock::default());
        let url = "https://a.example/login".parse().unwrap();
        let cookie = http::HeaderValue::from_static("refresh=1; Path=/auth; HttpOnly");
        jar.store(&http::HeaderMap::from_iter([(http::header::SET_COOKIE, cookie)]), &url, &clock);
        let found = read_back(Some(&Record { jar: Arc::new(jar), ..record() }));
        let header = found.record.unwrap().jar.header(&"https://a.example/auth/x".parse().unwrap(), &clock);
        assert_eq!(header.unwrap().to_str().unwrap(), "refresh=1");
    }

    #[test]
    fn i24_what_is_not_ours_is_an_error_that_shows_none_of_it() {
        for text in [
            "",
            "secret",
            "{}",
            "[]",
            "{\"format\":2,\"login\":{\"secret\":1}}",
            "{\"format\":2,\"login\":{\"id\":\"secret\",\"number\":1,\"issued\":1}}",
            "{\"format\":2,\"login\":null,\"secret\":1}",
            "{\"format\":3,\"login\":{\"secret\":1}}",
            "{\"format\":1,\"login\":{\"id\":\"secret\",\"number\":1,\"issued\":1,\"proof_key\":\"secret\"}}",
            "{\"format\":1}",
            "{\"format\":1,\"#ogin\":{\"id\":\"secret\",\"number\":1,\"issued\":1}}",
            "{\"format\":1,\"login\":{\"id\":\"secret\"}}",
            "{\"format\":1,\"login\":{\"id\":\"secret\",\"number\":1,\"issued\":1,\"cookies\":7}}",
        ] {
            let error = read(Some(StoredLogin::new(3, text))).unwrap_err();
            assert_eq!(error.kind(), StoreErrorKind::Foreign, "{text}");
            let shown = format!("{error} {error:?}");
            assert!(shown.contains("version 3") && !shown.contains("secret"), "{shown}");
        }
    }

    #[test]
    fn a_record_is_live_while_its_access_token_is() {
        let wall = |seconds| record().issued + Duration::from_secs(seconds);
        for (seconds, access, cookies, live) in [
            (0, true, false, true),
            (59, true, false, true),
            (60, true, false, false),
            (0, false, false, false),
            (0, false, true, true),
            (60, false, true, false),
        ] {
            let mut record = record();
            record.tokens.access.take_if(|_| !access);
            assert_eq!(record.is_live(wall(seconds), cookies), live, "{seconds} {access} {cookies}");
        }
        assert!(Record { lifetime: None, ..record() }.is_live(wall(u32::MAX.into()), false));
        assert!(record().is_live(SystemTime::UNIX_EPOCH, false), "a clock that was set back");
    }
}
