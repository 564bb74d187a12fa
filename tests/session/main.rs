//! The session as callers see it: storms, races and endings, counted at the server.

mod tracker;

mod cancel;
mod edges;
mod failure;
mod identity;
mod judged;
mod limits;
mod ownership;
mod secrets;
mod socket;
mod storm;
mod windows;
