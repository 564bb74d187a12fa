//! What threads share without the session's lock, in pieces that are small enough to be tried in every order.
//! `tests/threads` runs these files with loom's atomics and locks (except `broadcast`, whose queues have one
//! lock each).

mod broadcast;
mod due_claim;
mod flag;
mod growing_set;
mod handles;
mod ordered_queue;
mod primitives;
mod turn;

pub(crate) use broadcast::{Broadcast, Received, Subscription};
pub(crate) use due_claim::DueClaim;
pub(crate) use flag::Flag;
pub(crate) use growing_set::GrowingSet;
pub(crate) use handles::Handles;
pub(crate) use ordered_queue::OrderedQueue;
pub(crate) use turn::Turn;

#[cfg(test)]
mod tests {
    use std::num::NonZeroU64;

    use super::*;

    fn number(number: u64) -> NonZeroU64 {
        NonZeroU64::new(number).unwrap()
    }

    #[test]
    fn a_growing_set_has_what_was_added_and_nothing_else() {
        // Far apart, one after the other, alike in their last bits, and alike in all but the first.
        for distance in [0x9e37_79b9_7f4a_7c15, 1, 1 << 16, 1 << 54] {
            let set = GrowingSet::default();
            assert!(!set.has_any() && !set.has(number(distance)));
            for added in 1..=500 {
                set.add(number(distance.wrapping_mul(added)));
                set.add(number(distance));
                assert!(set.has_any() && set.has(number(distance)));
                for other in [1, added / 2 + 1, added, added + 1, 1001] {
                    let is_member = other <= added;
                    assert_eq!(
                        set.has(number(distance.wrapping_mul(other))),
                        is_member,
                        "{distance} {other}"
                    );
                }
            }
        }
    }
}
