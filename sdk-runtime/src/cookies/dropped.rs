//! `CookiesDropped`: the cookies that a jar had no room for.

/// How many cookies of a login its jar had no room for. The least recently used are dropped first, where
/// "used" means sent or set. Contains no name and no value.
///
/// The limits are those of browsers (RFC 6265bis, sections 5.6 and 5.7, and RFC 6265, section 6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct CookiesDropped {
    /// Cookies whose name and value have more than 4,096 bytes together. They were not stored.
    pub too_large: u32,
    /// Cookies beyond 50 of one domain.
    pub of_one_domain: u32,
    /// Cookies beyond 3,000 in all.
    pub in_all: u32,
    /// Cookies beyond 16 KiB in one request.
    pub of_one_request: u32,
}
