//! Short programs: each opens a store, makes a call while the token is refreshed in advance, and ends without
//! `shutdown()`. Real processes, a real socket and a real file.
//!
//! - **I37** Such a program does not lose its login to a refresh that was answered in time.
//!
//! The parent of each test has the server. A program is this binary again.

mod child;
mod program;
mod rounds;
mod variants;
