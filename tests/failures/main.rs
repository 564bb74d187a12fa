//! What has gone wrong elsewhere when tokens are refreshed, retold here to show that it cannot. `README.md`
//! next to this file is the index: whose failure it was, and which test holds it.

mod api;
#[path = "../session/tracker.rs"]
#[expect(dead_code, reason = "not everything there has a story here")]
mod tracker;

mod alamofire;
mod axios;
mod failed;
mod identity;
mod index;
mod kept;
mod ktor;
mod lifetimes;
mod ours;
mod sent;
mod single_flight;
