//! What is known of earlier refreshes with the same refresh token: a response was lost, or could not be
//! decoded.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::error::DecodeError;
use crate::runtime::since_1970;

/// What is known of the outcome of earlier refreshes with this refresh token.
#[derive(Debug, Clone, Default)]
pub(crate) enum OutcomeUnknown {
    #[default]
    No,
    ResponseLost,
    /// A response was a success that could not be decoded: the refresh token is most likely spent.
    ResponseUndecodable(Box<Undecodable>),
}

impl OutcomeUnknown {
    /// Adds a lost response. One that could not be decoded says more.
    pub(crate) fn add_lost(&mut self) {
        if let Self::No = self {
            *self = Self::ResponseLost;
        }
    }

    /// Adds a response that could not be decoded. The first error is kept.
    pub(crate) fn add_undecodable(&mut self, undecodable: Undecodable) {
        *self = Self::ResponseUndecodable(Box::new(match self {
            Self::ResponseUndecodable(first) => first.again_at(undecodable.at),
            Self::No | Self::ResponseLost => undecodable,
        }));
    }

    /// Returns the response that could not be decoded.
    pub(crate) fn undecodable(&self) -> Option<&Undecodable> {
        match self {
            Self::ResponseUndecodable(undecodable) => Some(undecodable),
            Self::No | Self::ResponseLost => None,
        }
    }
}

/// How long the refresh token is not sent again after such a response, because it is most likely spent.
pub(crate) const COOL_DOWN: Duration = Duration::from_secs(300);

/// The first such response for a refresh token, and when the last one arrived.
#[derive(Debug, Clone)]
pub(crate) struct Undecodable {
    pub(crate) at: SystemTime,
    pub(crate) error: DecodeError,
}

impl Undecodable {
    /// How long the refresh token is still not sent. A wrong clock makes it no longer than [`COOL_DOWN`].
    pub(crate) fn rest(&self, wall: SystemTime) -> Duration {
        let passed = wall.duration_since(self.at).unwrap_or_default();
        COOL_DOWN.saturating_sub(passed)
    }

    /// The same error, of a later response.
    pub(crate) fn again_at(&self, at: SystemTime) -> Self {
        Self { at, error: self.error.clone() }
    }
}

/// Its form in the stored text. It has no value of the response.
#[derive(Serialize, Deserialize)]
pub(crate) struct UndecodableJson {
    /// Milliseconds since 1970.
    at: u64,
    expected: String,
    status: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content_encoding: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    detail: String,
}

impl UndecodableJson {
    pub(crate) fn of(undecodable: &Undecodable) -> Self {
        let Undecodable { at, error } = undecodable;
        let error = error.without_values();
        Self {
            at: since_1970(*at),
            expected: error.expected().to_owned(),
            status: error.status().as_u16(),
            content_type: error.content_type().map(str::to_owned),
            content_encoding: error.content_encoding().map(str::to_owned),
            path: error.path().map(str::to_owned),
            detail: error.detail().to_owned(),
        }
    }

    pub(crate) fn read(self) -> Option<Undecodable> {
        let Self { at, expected, status, content_type, content_encoding, path, detail } = self;
        let status = http::StatusCode::from_u16(status).ok()?;
        let error = DecodeError::kept(expected, status, (content_type, content_encoding), path, detail);
        Some(Undecodable { at: SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(at))?, error })
    }
}
