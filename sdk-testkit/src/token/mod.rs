//! The token server: an authority that knows which tokens live, and the routes that ask it.

mod authority;
mod counts;
mod endpoints;
mod server;
mod settings;

pub use authority::{Authority, Issued, User};
pub use counts::{Counts, Event};
pub use endpoints::RefreshHold;
pub use server::TokenServer;
pub use settings::TokenServerBuilder;
