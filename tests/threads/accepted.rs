//! `Snapshot::accept` and `Snapshot::was_accepted_by` (`session/state/snapshot.rs`): each endpoint that has
//! accepted a token is told, in every order in which the first answers come.

use std::num::NonZeroU64;

use loom::sync::Arc;

use crate::sync::GrowingSet;
use crate::{in_every_order, together};

fn number(number: u64) -> NonZeroU64 {
    NonZeroU64::new(number).unwrap()
}

/// Fails when a place is written without a comparison with what was read: of two endpoints, one is in none.
#[test]
fn each_endpoint_that_accepts_is_a_member() {
    in_every_order(|| {
        let set = Arc::new(GrowingSet::default());
        // Alike in their last bits, so that all three are in line for the same places.
        let add = |numbers: &'static [u64]| {
            let set = set.clone();
            Box::new(move || {
                for added in numbers {
                    set.add(number(*added));
                    assert!(set.has_any() && set.has(number(*added)));
                }
            }) as Box<dyn FnOnce() + Send>
        };
        together([add(&[1, 5]), add(&[9, 1])]);
        assert!([1, 5, 9].iter().all(|added| set.has(number(*added))));
        assert!(![2, 13, 17].iter().any(|other| set.has(number(*other))));
    });
}
