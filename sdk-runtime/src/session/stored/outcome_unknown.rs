//! Whether the outcome of an earlier refresh with the same refresh token is unknown.

use super::undecodable::Undecodable;

/// Whether a server may have spent the refresh token before.
#[derive(Debug, Clone, Default)]
pub(crate) enum Doubt {
    #[default]
    None,
    /// Its answer was lost.
    AnswerLost,
    /// Its answer was a success that could not be decoded.
    AnswerUndecodable(Undecodable),
}

impl Doubt {
    /// Adds that an answer was lost, which says less than one that could not be decoded.
    pub(crate) fn and_lost(&mut self) {
        if let Self::None = self {
            *self = Self::AnswerLost;
        }
    }

    /// Adds that an answer could not be decoded. The first error is kept.
    pub(crate) fn and_undecodable(&mut self, undecodable: Undecodable) {
        *self = Self::AnswerUndecodable(match self {
            Self::AnswerUndecodable(first) => first.again_at(undecodable.at),
            Self::None | Self::AnswerLost => undecodable,
        });
    }

    /// The answer that could not be decoded.
    pub(crate) fn undecodable(&self) -> Option<&Undecodable> {
        match self {
            Self::AnswerUndecodable(undecodable) => Some(undecodable),
            Self::None | Self::AnswerLost => None,
        }
    }
}
