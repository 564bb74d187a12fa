//! The steps of a server, as plain data.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use bytes::Bytes;

use crate::socket::Secure;

/// A server that is reached by a proxy alone.
pub(crate) const FAR: &str = "far.invalid:443";

/// One thing that a server does.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Send(Bytes),
    /// Sends these again and again with so many milliseconds between, until the client has closed.
    Endless(Bytes, u64),
    /// The same, one by one.
    EndlessDrip(Bytes),
    /// Reads nothing before the case is over, and waits for the client to close.
    Silence,
    /// Reads, until the client has closed.
    Reads,
    /// Closes in order, and waits for the client to close.
    Fin,
    /// The same without the end that TLS has for it.
    Truncate,
    /// Closes by a reset.
    Rst,
}

/// How much of a request is read before it is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Reads {
    #[default]
    Whole,
    Head,
}

/// The answers to the requests of one path, in their order; the last is given from then on.
#[derive(Clone, Debug, Default)]
struct Route {
    reads: Reads,
    answers: Vec<Vec<Step>>,
    given: usize,
}

/// What a server does.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    /// What it does on its first connections, before it has read anything.
    greetings: Vec<Vec<Step>>,
    secure: Option<Secure>,
    is_proxy: bool,
    routes: BTreeMap<&'static str, Route>,
}

impl Plan {
    pub(crate) fn on(path: &'static str, answers: impl Into<Vec<Vec<Step>>>) -> Self {
        Self::default().and(path, answers)
    }

    pub(crate) fn and(mut self, path: &'static str, answers: impl Into<Vec<Vec<Step>>>) -> Self {
        self.routes.entry(path).or_default().answers = answers.into();
        self
    }

    pub(crate) fn secure(mut self, secure: Secure) -> Self {
        self.secure = Some(secure);
        self
    }

    /// Whether its answers are frames, which are given in the order of the requests.
    pub(crate) fn is_framed(&self) -> bool {
        self.secure == Some(Secure::Http2)
    }

    pub(crate) fn is_secure(&self) -> bool {
        self.secure.is_some()
    }

    pub(crate) fn reads(mut self, path: &'static str, reads: Reads) -> Self {
        self.routes.entry(path).or_default().reads = reads;
        self
    }

    /// What it says on connection `number` before all else.
    pub(crate) fn greeting(&self, number: usize) -> Option<Vec<Step>> {
        self.greetings.get(number).cloned()
    }

    pub(crate) fn secured(&self) -> Option<Secure> {
        self.secure
    }

    /// How much it reads of a request to `path`.
    pub(crate) fn reads_of(&self, path: &str) -> Reads {
        self.routes.get(path).map(|route| route.reads).unwrap_or_default()
    }

    /// What it answers the next request to `path`.
    pub(crate) fn next(&mut self, path: &str) -> Option<Vec<Step>> {
        let route = self.routes.get_mut(path)?;
        let at = route.given.min(route.answers.len() - 1);
        route.given += 1;
        Some(route.answers[at].clone())
    }

    /// The same, with `address` in place of `word` in what it sends.
    pub(crate) fn leads(mut self, word: &str, address: SocketAddr) -> Self {
        let answers = self.routes.values_mut().flat_map(|route| &mut route.answers);
        for step in answers.flatten() {
            if let Step::Send(bytes) = step
                && let Some(at) = bytes.windows(word.len()).position(|window| window == word.as_bytes())
            {
                let address = address.to_string();
                *bytes = [&bytes[..at], address.as_bytes(), &bytes[at + word.len()..]].concat().into();
            }
        }
        self
    }

    /// That of a proxy, for each that asks it for a tunnel to [`FAR`].
    pub(crate) fn proxies(steps: Vec<Step>) -> Self {
        Self { is_proxy: true, ..Self::on(FAR, [steps]) }
    }

    pub(crate) fn is_proxy(&self) -> bool {
        self.is_proxy
    }

    pub(crate) fn greets(greetings: impl Into<Vec<Vec<Step>>>) -> Self {
        Self { greetings: greetings.into(), ..Self::default() }
    }
}
