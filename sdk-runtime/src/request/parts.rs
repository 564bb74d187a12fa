//! `PartsArg`: the arguments of `#[parts]`, whose parts have names of their own.

use std::collections::{BTreeMap, HashMap};

use super::part::{Part, PartArg};

/// The argument of `#[parts]`, in addition to each struct and map that implements `Serialize`: a map, or a
/// list of pairs, of names and what `#[part]` takes.
///
/// A struct with files implements it:
///
/// ```
/// use sdk_runtime::{Part, request::{PartArg, PartsArg}};
///
/// struct Upload {
///     title: String,
///     picture: Option<Part>,
/// }
///
/// impl PartsArg for Upload {
///     fn named_parts(&self, part: &mut dyn FnMut(&str, Part)) {
///         part("title", Part::text(self.title.as_str()));
///         self.picture.parts(&mut |picture| part("picture", picture));
///     }
/// }
///
/// let mut names = Vec::new();
/// let upload = Upload { title: "Leak".to_owned(), picture: None };
/// upload.named_parts(&mut |name, _| names.push(name.to_owned()));
/// assert_eq!(names, ["title"]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no parts with names",
    label = "neither `PartsArg` nor `serde::Serialize`",
    note = "help: take a list of pairs, such as `&[(String, Part)]`; or `#[part]` for one part; or, for a \
        struct of texts, `#[derive(serde::Serialize)]` on it"
)]
pub trait PartsArg {
    /// Calls `part` with the name of each part and the part, in order.
    fn named_parts(&self, part: &mut dyn FnMut(&str, Part));
}

fn pairs<'p, K: AsRef<str> + 'p, V: PartArg + 'p>(
    pairs: impl IntoIterator<Item = (&'p K, &'p V)>,
    part: &mut dyn FnMut(&str, Part),
) {
    for (name, value) in pairs {
        value.parts(&mut |it| part(name.as_ref(), it));
    }
}

impl<T: PartsArg + ?Sized> PartsArg for &T {
    fn named_parts(&self, part: &mut dyn FnMut(&str, Part)) {
        (**self).named_parts(part);
    }
}

impl<T: PartsArg> PartsArg for Option<T> {
    fn named_parts(&self, part: &mut dyn FnMut(&str, Part)) {
        self.iter().for_each(|parts| parts.named_parts(part));
    }
}

impl<K: AsRef<str>, V: PartArg> PartsArg for [(K, V)] {
    fn named_parts(&self, part: &mut dyn FnMut(&str, Part)) {
        pairs(self.iter().map(|(name, value)| (name, value)), part);
    }
}

impl<K: AsRef<str>, V: PartArg, const N: usize> PartsArg for [(K, V); N] {
    fn named_parts(&self, part: &mut dyn FnMut(&str, Part)) {
        self.as_slice().named_parts(part);
    }
}

impl<K: AsRef<str>, V: PartArg> PartsArg for Vec<(K, V)> {
    fn named_parts(&self, part: &mut dyn FnMut(&str, Part)) {
        self.as_slice().named_parts(part);
    }
}

impl<K: AsRef<str>, V: PartArg> PartsArg for BTreeMap<K, V> {
    fn named_parts(&self, part: &mut dyn FnMut(&str, Part)) {
        pairs(self, part);
    }
}

/// In the order of the map, which is random.
impl<K: AsRef<str>, V: PartArg, S> PartsArg for HashMap<K, V, S> {
    fn named_parts(&self, part: &mut dyn FnMut(&str, Part)) {
        pairs(self, part);
    }
}
