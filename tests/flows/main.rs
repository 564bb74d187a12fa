//! Token refreshes that people write by hand, as declarations: each works for many callers across several
//! expiries, each fault of the hand-written version is shown there and gone here, and each tells when the
//! login is lost.

mod habits;
mod jwt_expired;
mod raw_token;
mod shared_promise;
mod subscriber_queue;
mod support;
mod ten_steps;
