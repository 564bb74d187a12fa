//! `Interaction`: tells the user what to do, so that a terminal, a window or a test can.

use std::future::Future;
use std::io;
use std::time::Duration;

use url::Url;

/// Tells the user what to do for a sign-in.
pub trait Interaction: Send + Sync {
    /// Opens the page where the user signs in, or shows its address.
    ///
    /// # Errors
    ///
    /// An error ends the sign-in. A program that can also show the address should do that instead.
    fn open(&self, url: &Url) -> impl Future<Output = io::Result<()>> + Send;

    /// Shows the address and the code for another device. Default: [`opens`](Self::open) the address with the
    /// code in it, or else the one without.
    ///
    /// # Errors
    ///
    /// An error ends the sign-in.
    fn show_code(&self, code: &UserCode) -> impl Future<Output = io::Result<()>> + Send {
        self.open(code.complete.as_ref().unwrap_or(&code.url))
    }
}

impl<T: Interaction + ?Sized> Interaction for &T {
    fn open(&self, url: &Url) -> impl Future<Output = io::Result<()>> + Send {
        (**self).open(url)
    }

    fn show_code(&self, code: &UserCode) -> impl Future<Output = io::Result<()>> + Send {
        (**self).show_code(code)
    }
}

/// What a user types on another device (RFC 8628, 3.2).
///
/// It can be shown on a terminal: the code has no control characters, and the addresses none but ASCII. They
/// are `https`, or on this machine. A sign-in whose server names others fails.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct UserCode {
    /// The code, as it is to be shown.
    pub code: String,
    /// Where it is typed.
    pub url: Url,
    /// The address with the code in it, for a link or a QR code, if the server has one.
    pub complete: Option<Url>,
    /// How long the code can be used.
    pub expires_in: Duration,
}
