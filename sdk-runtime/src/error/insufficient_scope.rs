//! A login that may not do what was asked for (RFC 6749, section 3.3).

use std::fmt;
use std::sync::Arc;

/// The endpoint needs scopes that the login was not granted. A renewal grants no more than there was: who needs them signs in
/// again and asks for them.
#[derive(Clone)]
pub struct InsufficientScope(Arc<Inner>);

struct Inner {
    required: Vec<String>,
    granted: Arc<[String]>,
}

impl InsufficientScope {
    pub(crate) fn new<S: Into<String>>(
        required: impl IntoIterator<Item = S>,
        granted: Arc<[String]>,
    ) -> Self {
        Self(Arc::new(Inner { required: required.into_iter().map(Into::into).collect(), granted }))
    }

    /// The scopes that are needed: those of `auth = scopes("…")`.
    #[must_use]
    pub fn required(&self) -> &[String] {
        &self.0.required
    }

    /// The scopes of the login.
    #[must_use]
    pub fn granted(&self) -> &[String] {
        &self.0.granted
    }

    /// The scopes to ask for besides those there are.
    pub fn missing(&self) -> impl Iterator<Item = &str> {
        let granted = &self.0.granted;
        self.0.required.iter().filter(|scope| !granted.contains(scope)).map(String::as_str)
    }
}

impl fmt::Display for InsufficientScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the login was not granted what the endpoint needs:")?;
        for (index, scope) in self.missing().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            write!(f, "{comma} `{}`", scope.escape_debug())?;
        }
        Ok(())
    }
}

impl fmt::Debug for InsufficientScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InsufficientScope")
            .field("required", &self.0.required)
            .field("granted", &self.0.granted)
            .finish()
    }
}

impl std::error::Error for InsufficientScope {}
