//! The session as callers see it: storms, races and endings, counted at the server.

mod frail;
mod shelf;
mod tracker;

mod ahead;
mod answers;
mod cancel;
mod clocks;
mod closing;
mod drops;
mod edges;
mod events;
mod failure;
mod forbids;
mod identity;
mod judged;
mod kept;
mod lease;
mod limits;
mod lost;
mod many;
mod odd;
mod ownership;
mod removed;
mod revoked;
mod runtimes;
mod scale;
mod secrets;
mod several;
mod shared;
mod socket;
mod store_down;
mod store_time;
mod storm;
mod windows;
mod words;
