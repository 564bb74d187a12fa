//! Answers that travel compressed, by each coding there is: what is asked for, what is decoded, and what
//! becomes of one that is not what it says it is.

#[path = "../requests/broken.rs"]
#[expect(dead_code, reason = "its ends are for other tests")]
mod broken;
mod coded;

mod asked;
mod faults;
mod login;
mod read;
mod streams;
