//! What a jar had no room for, as an application is told.

/// How many cookies of a login its jar had no room for: the ones that were used least recently went first, where "used" is sent or
/// set. Holds no name and no value.
///
/// The limits are those of browsers (RFC 6265bis, sections 5.6 and 5.7, and RFC 6265, section 6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct CookiesDropped {
    /// Those whose name and value have more than 4,096 bytes together. They were not taken.
    pub too_large: u32,
    /// Those beyond 50 of one domain.
    pub of_one_domain: u32,
    /// Those beyond 3,000 in all.
    pub in_all: u32,
    /// Those beyond 16 KiB that one request would have carried.
    pub of_one_request: u32,
}
