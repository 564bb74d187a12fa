//! Tokens: the traits and values that users implement and build, how a token is placed on a request, and
//! when it expires.

mod classify;
mod expiry;
mod moves;
mod placement;
mod provided;
mod tokens;
mod traits;

pub use classify::Verdict;
pub use placement::Attach;
pub use provided::Needs;
pub use tokens::{Grant, Tokens};
pub use traits::{RefreshBearer, Refusal, TokenRequest, TokenResponse};

pub(crate) use classify::Judge;
pub(crate) use moves::{AcceptsOrigin, Moves};
pub(crate) use placement::{Attachment, Credential};
pub(crate) use provided::Provided;
pub(crate) use tokens::{Binding, Expiry, non_empty};
