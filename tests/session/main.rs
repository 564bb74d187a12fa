//! The session as callers see it: storms, races and endings, counted at the server.

#[path = "../requests/broken.rs"]
mod broken;
mod shelf;
mod tracker;

mod ahead;
mod answers;
mod cancel;
mod clocks;
mod closed;
mod closing;
mod cookied;
mod drops;
mod edges;
mod events;
mod failure;
mod forbids;
mod frail;
mod identity;
mod judged;
mod kept;
mod lease;
mod limits;
mod lost;
mod many;
mod mixed;
mod odd;
mod ownership;
mod pool;
mod removed;
mod revoked;
mod runtimes;
mod scale;
mod secrets;
mod several;
mod shared;
mod slow_reads;
mod socket;
mod store_down;
mod store_time;
mod storm;
mod unclaimed;
mod unread;
mod unsigned;
mod windows;
mod words;
