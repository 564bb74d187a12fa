//! What the processes that share a store agree on, pure: the stored login, the lease, and which write may
//! replace what is there.

mod lease;
mod login_name;
pub(super) mod outcome_unknown;
mod pending_write;
mod restore;
pub(super) mod schema;

pub(super) use lease::{Claim, DeniedRefresh, LeaseTerm, NotClaimed, OtherLease, RefreshInput, RefreshLease};
pub(super) use login_name::LoginName;
pub(super) use outcome_unknown::{OutcomeUnknown, Undecodable};
pub(super) use pending_write::{Logins, PendingWrite, Replaces};
pub(super) use restore::{StoredCredential, restore};
pub(super) use schema::{Record, StoreState, TokenId};
