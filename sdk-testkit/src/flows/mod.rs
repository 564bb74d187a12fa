//! The backends of five token refreshes that people write by hand, each with its own habits.
//!
//! Status codes, bodies, envelopes, cookies and header names are those of real services. Each backend counts
//! what it sees, and each is meant to be called by a client that has nothing but configuration for it.

pub mod jwt_expired;
pub mod raw_token;
pub mod shared_promise;
pub mod subscriber_queue;
pub mod ten_steps;
