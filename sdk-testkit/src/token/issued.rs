//! New tokens, and whose they are.

use std::fmt;
use std::time::Duration;

/// Whose token it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct User {
    pub(crate) name: String,
    pub(crate) login: usize,
}

impl User {
    /// The name given at the login.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Which login of the server this is, counted from zero: two logins of one user differ here.
    pub fn login(&self) -> usize {
        self.login
    }
}

/// New tokens.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Issued {
    /// The access token.
    pub access_token: String,
    /// The refresh token; `None` after the refresh of a server that does not rotate.
    pub refresh_token: Option<String>,
    /// How long the access token lives, whether or not the server tells.
    pub lifetime: Duration,
    /// Whose tokens these are.
    pub user: User,
}

/// Shows whose tokens these are, not the tokens.
impl fmt::Debug for Issued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Issued(to {}, login {})", self.user.name, self.user.login)
    }
}
