//! Sign-ins at an authorization server: what is sent to it, and what is believed of its answers.

mod bound;
mod browser;
mod by_device;
mod discovery;
mod machine;
mod page;
mod redirect;
mod restart;
mod signed;
mod step_up;
mod user;
mod world;
