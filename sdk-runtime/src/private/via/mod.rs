//! How an argument or an answer is read, decided by its type where the type is known: at the call in generated code.
//!
//! Each probe is one method name on several traits, implemented for more or fewer references to [`Arg`] or [`Decode`]; method
//! lookup takes the first that applies, from most references to none. The last is a method whose bound carries the message
//! for a type that fits nowhere.

macro_rules! never {
    ($(#[$on:meta])* $name:ident) => {
        $(#[$on])*
        pub trait $name {}
    };
}

mod decode;
mod fields;
mod header;
mod json;
mod path;
mod query;
mod returns;

pub use decode::*;
pub use fields::*;
pub use header::*;
pub use json::*;
pub use path::*;
pub use query::*;
pub use returns::*;

use super::{Arg, Decode, Return};
