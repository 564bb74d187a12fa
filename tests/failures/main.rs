//! What has gone wrong elsewhere when tokens are refreshed, retold here to show that it cannot. `README.md` beside this file is
//! the index: whose failure it was, and which test holds it.

mod api;
#[path = "../session/tracker.rs"]
mod tracker;

mod failed;
mod identity;
mod single_flight;
