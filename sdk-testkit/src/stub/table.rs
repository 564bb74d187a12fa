//! The endpoints of a stub: who has which name, and which of them a stray request was probably meant for.

use http::Method;
use strsim::osa_distance;

use crate::request::Request;
use crate::stub::difference::{Difference, is_near};
use crate::stub::slot::Slot;
use crate::template::{Template, base_path};

/// The endpoints below one base path.
pub(crate) struct Table {
    base: String,
    pub(crate) slots: Vec<Slot>,
    /// Names and methods of those that go wherever their caller says.
    left_out: Vec<(String, String)>,
}

/// As many as a reader still reads.
const NEAREST: usize = 3;

impl Table {
    /// An empty table; of a base that is a URL, the path counts.
    #[track_caller]
    pub(crate) fn below(base: &str) -> Self {
        Self { base: base_path(base), slots: Vec::new(), left_out: Vec::new() }
    }

    /// Adds an endpoint, or another name of one that takes the same requests.
    #[track_caller]
    #[expect(clippy::panic, reason = "a malformed endpoint is a mistake in the test")]
    pub(crate) fn add(&mut self, name: &str, method: &str, template: &str) {
        let Ok(method) = Method::from_bytes(method.as_bytes()) else {
            panic!("`{method}`, the method of `{name}`, is no HTTP method");
        };
        // The template as declared comes first, since an error about the base in front would be no text of
        // the user's mistake.
        let whole =
            Template::parse(template).and_then(|_| Template::parse(&format!("{}{template}", self.base)));
        let template = match whole {
            Ok(template) => template,
            Err(error) => panic!("`{name}`: {error}"),
        };
        let is_same = |slot: &Slot| slot.method == method && slot.template.is_like(&template);
        if let Some(named) = self.slots.iter().find(|slot| slot.is_called(name)) {
            // Once more the same is no mistake: clients that are stubbed together may share an endpoint.
            if !is_same(named) {
                panic!("two endpoints are called `{name}`: {named}, and {method} {template}");
            }
        } else if let Some(same) = self.slots.iter().position(is_same) {
            self.slots[same].names.push(name.to_owned());
        } else {
            self.slots.push(Slot::new(name, method, template));
        }
    }

    /// Remembers an endpoint that has no path of its own, for callers that ask for it.
    pub(crate) fn leave_out(&mut self, name: &str, method: &str) {
        self.left_out.push((name.to_owned(), method.to_owned()));
    }

    /// Which endpoint was probably meant, and what keeps the request from being of it.
    pub(crate) fn mismatch(&self, request: &Request) -> String {
        // Without the query, which plays no part and may carry what should not be shown.
        let mut text = format!("no endpoint matches {} {}; ", request.method(), request.path());
        let differences = self.slots.iter().map(|slot| {
            let came = (request.method(), request.path());
            (slot, Difference::between(came, (&slot.method, &slot.template), &self.base))
        });
        let mut nearest: Vec<_> = differences.collect();
        let Some(least) = nearest.iter().map(|(_, difference)| difference.weight()).min() else {
            text.push_str("the stub has none");
            return text;
        };
        nearest.retain(|(_, difference)| difference.weight() == least);
        text.push_str("nearest:");
        for (slot, difference) in nearest.iter().take(NEAREST) {
            text.push_str(&format!("\n  {slot}: {}", difference.text()));
        }
        if nearest.len() > NEAREST {
            text.push_str(&format!("\n  and {} more that are as near", nearest.len() - NEAREST));
        }
        text
    }

    /// The message about a name that no endpoint has.
    pub(crate) fn missing(&self, name: &str) -> String {
        if let Some((_, method)) = self.left_out.iter().find(|(known, _)| known == name) {
            return format!(
                "the address of `{name}` is an argument (`#[url]`), so it is not in the stub; say what is \
                 where it goes: \
                 `stub.backend().reply(\"{method}\", \"/path\", …)`"
            );
        }
        let names: Vec<&str> = self.slots.iter().flat_map(|slot| &slot.names).map(String::as_str).collect();
        if names.is_empty() {
            return format!("there is no endpoint `{name}`; the stub has none");
        }
        let near = names.iter().filter(|known| is_near(name, known));
        let meant = near.min_by_key(|known| osa_distance(name, known));
        let meant = meant.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        format!("there is no endpoint `{name}` among `{}`{meant}", names.join("`, `"))
    }
}
