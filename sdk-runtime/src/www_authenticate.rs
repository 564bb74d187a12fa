//! `WWW-Authenticate` and its challenges (RFC 9110, 11.6.1).
//!
//! Servers write them in many ways, some of them wrong. The parser reads what it can and skips the rest, in
//! one pass.

use std::fmt;

use crate::text;

/// One challenge of a `WWW-Authenticate` header, such as `Bearer realm="issues", error="invalid_token"` (RFC
/// 9110, 11.3).
///
/// `Debug` shows the scheme and the names of the parameters. The values may be data.
#[derive(Clone, PartialEq, Eq)]
pub struct Challenge {
    scheme: String,
    params: Vec<(String, String)>,
    token68: Option<String>,
}

impl Challenge {
    /// Returns the scheme as the server wrote it. Schemes are case-insensitive: compare them with
    /// [`is`](Self::is).
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// Whether it is a challenge of `scheme`, case-insensitively.
    #[must_use]
    pub fn is(&self, scheme: &str) -> bool {
        self.scheme.eq_ignore_ascii_case(scheme)
    }

    /// Returns the first parameter called `name`, case-insensitively, without its quotes and escapes.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params().find(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Returns all parameters in their order, with the names that the server wrote. A name may occur twice.
    pub fn params(&self) -> impl Iterator<Item = (&str, &str)> {
        self.params.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Returns the text in place of parameters, as in `Negotiate oYG2MIGz…` (RFC 9110, 11.2).
    #[must_use]
    pub fn token68(&self) -> Option<&str> {
        self.token68.as_deref()
    }

    /// Returns the protected part of the server (RFC 9110, 11.5).
    #[must_use]
    pub fn realm(&self) -> Option<&str> {
        self.param("realm")
    }

    /// Returns the scopes that are needed, separated by spaces (RFC 6750, section 3).
    #[must_use]
    pub fn scope(&self) -> Option<&str> {
        self.param("scope")
    }

    /// Returns the error code, such as `invalid_token` (RFC 6750, section 3.1).
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        self.param("error")
    }

    /// Returns the description of the error for a developer (RFC 6750, section 3).
    #[must_use]
    pub fn error_description(&self) -> Option<&str> {
        self.param("error_description")
    }
}

impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.params().map(|(name, _)| name).collect();
        f.debug_struct("Challenge")
            .field("scheme", &self.scheme)
            .field("params", &names)
            .finish_non_exhaustive()
    }
}

/// Parses the challenges in `lines`, which are one list (RFC 9110, 5.3). A parameter belongs to the last
/// scheme, on any line.
pub(crate) fn parse<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> Vec<Challenge> {
    let mut challenges = Challenges::default();
    for line in lines {
        challenges.read(&mut Line(line));
    }
    challenges.read
}

/// A character of a token (RFC 9110, 5.6.2).
pub(crate) fn is_tchar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

#[derive(Default)]
struct Challenges {
    read: Vec<Challenge>,
    /// Whether the last scheme was unreadable, so that the next parameters do not belong to the scheme before
    /// it.
    orphaned: bool,
}

impl Challenges {
    fn read(&mut self, line: &mut Line<'_>) {
        loop {
            line.take(|byte| is_blank(byte) || byte == b',');
            if line.0.is_empty() {
                return;
            }
            if self.element(line).is_none() {
                line.skip_element();
            }
        }
    }

    /// Reads one element of the list: a scheme with its text up to the next comma, or a parameter. Returns
    /// `None` if the line goes on with anything else.
    fn element(&mut self, line: &mut Line<'_>) -> Option<()> {
        let name = line.token()?;
        let blank = line.blank();
        if line.0.starts_with(b"=") {
            self.param(name, line)?;
        } else if blank || line.is_at_end() {
            self.orphaned = false;
            self.read.push(Challenge { scheme: name, params: Vec::new(), token68: line.token68() });
        } else {
            self.orphaned = true;
            return None;
        }
        // A comma may be missing between parameters. Any other text there, such as words without quotes, is
        // skipped.
        while !line.is_at_end() {
            let name = line.token()?;
            line.blank();
            self.param(name, line)?;
        }
        Some(())
    }

    fn param(&mut self, name: String, line: &mut Line<'_>) -> Option<()> {
        let value = line.value()?;
        if let Some(challenge) = self.read.last_mut().filter(|_| !self.orphaned) {
            challenge.params.push((name, value));
        }
        Some(())
    }
}

/// The rest of a line.
struct Line<'a>(&'a [u8]);

impl<'a> Line<'a> {
    fn take(&mut self, belongs: impl Fn(u8) -> bool) -> &'a [u8] {
        let end = self.0.iter().position(|byte| !belongs(*byte)).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at(end);
        self.0 = rest;
        taken
    }

    /// Skips blanks, and returns whether there were any.
    fn blank(&mut self) -> bool {
        !self.take(is_blank).is_empty()
    }

    fn token(&mut self) -> Option<String> {
        let token = self.take(is_tchar);
        (!token.is_empty()).then(|| text::of_header(token).into_owned())
    }

    /// Whether this is the end of an element.
    fn is_at_end(&self) -> bool {
        matches!(self.0.first(), None | Some(b','))
    }

    /// Returns the `token68` if the text up to the next comma is one, and takes nothing otherwise.
    fn token68(&mut self) -> Option<String> {
        let mut ahead = Line(self.0);
        let letters = ahead.take(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte));
        let padding = ahead.take(|byte| byte == b'=');
        ahead.blank();
        if letters.is_empty() || !ahead.is_at_end() {
            return None;
        }
        let token = &self.0[..letters.len() + padding.len()];
        self.0 = ahead.0;
        Some(text::of_header(token).into_owned())
    }

    /// Reads `= value` and the blanks after it. A value without quotes should be a token, but servers write
    /// addresses too.
    fn value(&mut self) -> Option<String> {
        self.0 = self.0.strip_prefix(b"=")?;
        self.blank();
        let value = if self.0.starts_with(b"\"") {
            self.quoted()?
        } else {
            let value = self.take(|byte| !is_blank(byte) && !matches!(byte, b',' | b'"'));
            (!value.is_empty()).then(|| value.to_vec())?
        };
        (self.blank() || self.is_at_end()).then(|| text::of_header(&value).into_owned())
    }

    /// A quoted string without its quotes and escapes (RFC 9110, 5.6.4). One that does not end takes the rest
    /// of the line with it.
    fn quoted(&mut self) -> Option<Vec<u8>> {
        let mut bytes = std::mem::take(&mut self.0).iter();
        bytes.next();
        let mut value = Vec::new();
        loop {
            match bytes.next()? {
                b'"' => break,
                b'\\' => value.push(*bytes.next()?),
                byte => value.push(*byte),
            }
        }
        self.0 = bytes.as_slice();
        Some(value)
    }

    /// Skips all up to the next comma that is not in quotes.
    fn skip_element(&mut self) {
        loop {
            self.take(|byte| !matches!(byte, b',' | b'"'));
            if !self.0.starts_with(b"\"") || self.quoted().is_none() {
                return;
            }
        }
    }
}
