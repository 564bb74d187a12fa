//! Whether the outcome of an earlier refresh with the same refresh token is unknown.

use super::undecodable::Undecodable;

/// What is known of the outcome of earlier refreshes with this refresh token.
#[derive(Debug, Clone, Default)]
pub(crate) enum OutcomeUnknown {
    #[default]
    No,
    /// A response was lost.
    ResponseLost,
    /// A response was a success that could not be decoded: the refresh token is most likely spent.
    ResponseUndecodable(Undecodable),
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
        *self = Self::ResponseUndecodable(match self {
            Self::ResponseUndecodable(first) => first.again_at(undecodable.at),
            Self::No | Self::ResponseLost => undecodable,
        });
    }

    /// Returns the response that could not be decoded.
    pub(crate) fn undecodable(&self) -> Option<&Undecodable> {
        match self {
            Self::ResponseUndecodable(undecodable) => Some(undecodable),
            Self::No | Self::ResponseLost => None,
        }
    }
}
