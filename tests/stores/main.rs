//! Where logins are kept: what every store must do, and what one on a disk must survive. Knows nothing of sessions.

mod contract;
mod place;

#[cfg(unix)]
mod file;
#[cfg(unix)]
mod processes;
