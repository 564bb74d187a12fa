//! `Provided`: the values that the program gives to its client at run time, one of each type. `Needs`: those
//! that the requests of the session are built from.

use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// The values of [`ClientBuilder::provide`](crate::client::ClientBuilder::provide), by their types. `Debug`
/// shows none of them, because they may be secrets.
#[derive(Clone, Default)]
pub(crate) struct Provided(Arc<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>);

impl Provided {
    /// Adds a value, in place of another one of its type.
    pub(crate) fn insert<T: Send + Sync + 'static>(&mut self, value: T) {
        Arc::make_mut(&mut self.0).insert(TypeId::of::<T>(), Arc::new(value));
    }

    pub(crate) fn get<T: 'static>(&self) -> Option<&T> {
        self.0.get(&TypeId::of::<T>())?.downcast_ref()
    }
}

impl fmt::Debug for Provided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Provided(..)")
    }
}

/// The values that the requests of a session are built from, in
/// [`TokenRequest::needs`](crate::TokenRequest::needs).
pub struct Needs<'a> {
    provided: &'a Provided,
    missing: Option<&'static str>,
}

impl<'a> Needs<'a> {
    pub(crate) fn new(provided: &'a Provided) -> Self {
        Self { provided, missing: None }
    }

    /// Asks for a value of the type `T`. Without one, no client is built.
    pub fn value<T: 'static>(&mut self) {
        self.value_where(type_name::<T>(), |_: &T| true);
    }

    /// Asks for a value of the type `T` that has what `name` says.
    pub(crate) fn value_where<T: 'static>(&mut self, name: &'static str, has_it: fn(&T) -> bool) {
        if !self.provided.get().is_some_and(has_it) {
            self.missing.get_or_insert(name);
        }
    }

    /// Returns the first value that is missing.
    pub(crate) fn missing(self) -> Option<&'static str> {
        self.missing
    }
}

impl fmt::Debug for Needs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Needs").field("missing", &self.missing).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_by_its_type_and_the_last_one_counts() {
        let mut provided = Provided::default();
        assert_eq!(provided.get::<u8>(), None);
        let before = provided.clone();
        provided.insert(1_u8);
        provided.insert("hunter2");
        provided.insert(2_u8);
        assert_eq!((provided.get(), provided.get()), (Some(&2_u8), Some(&"hunter2")));
        assert_eq!((provided.get::<u16>(), before.get::<u8>()), (None, None));
        assert_eq!(format!("{provided:?}"), "Provided(..)", "I27");
    }

    #[test]
    fn the_first_value_that_is_missing_is_named() {
        let mut provided = Provided::default();
        provided.insert(1_u8);
        let missing = |ask: fn(&mut Needs<'_>)| {
            let mut needs = Needs::new(&provided);
            ask(&mut needs);
            needs.missing()
        };
        assert_eq!(missing(|_| ()), None);
        assert_eq!(missing(|needs| needs.value::<u8>()), None);
        assert_eq!(missing(|needs| (needs.value::<u8>(), needs.value::<u16>()).0), Some("u16"));
        assert_eq!(missing(|needs| (needs.value::<u32>(), needs.value::<u16>()).0), Some("u32"));
        assert_eq!(
            missing(|needs| needs.value_where("an even number", |it: &u8| *it == 2)),
            Some("an even number")
        );
    }
}
