//! Dispatch by type: how an argument is encoded or a response decoded. Method lookup decides it in generated
//! code, where the type is known.
//!
//! Each probe is one method name on several links of a chain. Method lookup takes the first link whose type
//! has a method of that name for this `T`, and otherwise follows [`Deref`] to the next link. The last link
//! has a method for every type. Its bound carries the message for a type that fits nowhere.

macro_rules! never {
    ($(#[$on:meta])* $name:ident) => {
        $(#[$on])*
        pub trait $name {}
    };
}

mod address;
mod decode;
mod fields;
mod given;
mod header;
mod issued;
mod json;
mod pages;
mod part;
mod path;
mod query;
mod query_shape;
mod returns;
mod with;

pub use decode::Decode;
pub(super) use decode::Field;
pub use given::Given;
pub use pages::{PageOf, by_offset, by_offset_in_body, in_body, numbered, numbered_in_body};
pub use returns::Return;

use std::ops::Deref;

/// Wraps an argument of the type `T`.
pub fn arg<T: ?Sized>(value: &T) -> Arg<'_, T> {
    Arg(Arg1(Arg2(Arg3(Arg4(value)))))
}

macro_rules! chain {
    ($($link:ident -> $next:ident),*) => {$(
        /// A link of the chain.
        pub struct $link<'a, T: ?Sized>($next<'a, T>);

        impl<'a, T: ?Sized> Deref for $link<'a, T> {
            type Target = $next<'a, T>;

            fn deref(&self) -> &$next<'a, T> {
                &self.0
            }
        }
    )*};
}

chain!(Arg -> Arg1, Arg1 -> Arg2, Arg2 -> Arg3, Arg3 -> Arg4);

/// The last link: the argument itself.
pub struct Arg4<'a, T: ?Sized>(&'a T);

impl<'a, T: ?Sized> Arg4<'a, T> {
    fn value(&self) -> &'a T {
        self.0
    }
}
