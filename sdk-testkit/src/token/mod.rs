//! The token server: an authority that knows which tokens live, and the routes that ask it.

mod authority;
mod controls;
mod counts;
mod endpoints;
mod issued;
mod routes;
mod server;
mod settings;

pub use authority::Authority;
pub use controls::RefreshHold;
pub use counts::{Counts, Event};
pub use issued::{Issued, User};
pub use server::TokenServer;
pub use settings::TokenServerBuilder;
