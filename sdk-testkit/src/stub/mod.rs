//! The stub router: replies for the endpoints of a client by their names, and what was wrong with the
//! requests that miss.

mod difference;
mod endpoint;
mod router;
mod slot;
mod table;

pub use endpoint::StubEndpoint;
pub use router::StubRouter;
