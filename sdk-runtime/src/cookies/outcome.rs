//! `SetCookies`: the outcome of the `Set-Cookie` headers of one response.

use std::fmt::Write;

/// The most bytes of name and value together.
pub(super) const LIMIT: usize = 4096;

/// Why a cookie was not stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CookieRefusal {
    PublicSuffix,
    OtherDomain,
    Insecure,
    Prefix,
    TooLarge,
    Expired,
    Malformed,
}

impl CookieRefusal {
    const ALL: [Self; 7] = [
        Self::PublicSuffix,
        Self::OtherDomain,
        Self::Insecure,
        Self::Prefix,
        Self::TooLarge,
        Self::Expired,
        Self::Malformed,
    ];

    fn reason(self) -> String {
        match self {
            Self::PublicSuffix => "names a public suffix as its `Domain`".to_owned(),
            Self::OtherDomain => "names a `Domain` that the server is not in".to_owned(),
            Self::Insecure => "came over http and is `Secure`, or would replace one that is".to_owned(),
            Self::Prefix => "does not keep what its prefix `__Host-` or `__Secure-` promises".to_owned(),
            Self::TooLarge => format!("has more than {LIMIT} bytes"),
            Self::Expired => "has expired".to_owned(),
            Self::Malformed => "is malformed".to_owned(),
        }
    }
}

/// How many cookies of a response were refused, by reason.
#[derive(Debug, Clone, Default)]
pub(crate) struct SetCookies {
    refused: [u32; CookieRefusal::ALL.len()],
}

impl SetCookies {
    pub(super) fn refuse(&mut self, why: CookieRefusal) {
        let count = &mut self.refused[why as usize];
        *count = count.saturating_add(1);
    }

    pub(super) fn too_large(&self) -> u32 {
        self.refused[CookieRefusal::TooLarge as usize]
    }

    /// Returns why no cookie of the response was stored, without a name or a value.
    pub(super) fn why_none(&self) -> String {
        let mut why = String::new();
        for (refused, count) in
            CookieRefusal::ALL.into_iter().zip(self.refused).filter(|(_, count)| *count > 0)
        {
            let sep = if why.is_empty() { "the answer set cookies that were refused: " } else { ", " };
            let _ = write!(why, "{sep}{count} that {}", refused.reason());
        }
        if why.is_empty() { "the answer set none".to_owned() } else { why }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_stands_in_its_place_and_is_told_with_its_count() {
        for (at, refused) in CookieRefusal::ALL.into_iter().enumerate() {
            assert_eq!(refused as usize, at);
            let mut received = SetCookies::default();
            received.refuse(refused);
            received.refuse(refused);
            let told = format!("the answer set cookies that were refused: 2 that {}", refused.reason());
            assert_eq!(received.why_none(), told);
        }
        assert_eq!(SetCookies::default().why_none(), "the answer set none");
    }
}
