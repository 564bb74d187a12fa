//! Whether the outcome of an earlier refresh with the same refresh token is unknown.

use super::undecodable::Undecodable;

/// Whether a server may have spent the refresh token before.
#[derive(Debug, Clone, Default)]
pub(crate) enum OutcomeUnknown {
    #[default]
    No,
    /// Its answer was lost.
    ResponseLost,
    /// Its answer was a success that could not be decoded.
    ResponseUndecodable(Undecodable),
}

impl OutcomeUnknown {
    /// Adds that an answer was lost, which says less than one that could not be decoded.
    pub(crate) fn add_lost(&mut self) {
        if let Self::No = self {
            *self = Self::ResponseLost;
        }
    }

    /// Adds that an answer could not be decoded. The first error is kept.
    pub(crate) fn add_undecodable(&mut self, undecodable: Undecodable) {
        *self = Self::ResponseUndecodable(match self {
            Self::ResponseUndecodable(first) => first.again_at(undecodable.at),
            Self::No | Self::ResponseLost => undecodable,
        });
    }

    /// The answer that could not be decoded.
    pub(crate) fn undecodable(&self) -> Option<&Undecodable> {
        match self {
            Self::ResponseUndecodable(undecodable) => Some(undecodable),
            Self::No | Self::ResponseLost => None,
        }
    }
}
