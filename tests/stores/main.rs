//! Stores of logins: the contract of every store, and the failures that one on a disk must survive.

mod contract;
mod file;
mod golden;
mod place;
mod processes;
#[path = "../../examples/sqlite_store/src/main.rs"]
#[expect(dead_code, reason = "what it shows when it is run is not run here")]
mod sqlite_store;

#[cfg(feature = "keyring")]
mod keyring;
#[cfg(unix)]
mod private;
#[cfg(windows)]
mod windows;
