//! The implementations of a trait that have the same methods: for a client, for a reference to it, and for an
//! `Arc` of it.

/// Writes one `impl` for each target. The head is everything in front of `for`.
#[doc(hidden)]
#[macro_export]
macro_rules! __implement {
    ({ $($head:tt)* } $methods:tt) => {};
    ({ $($head:tt)* } $methods:tt { $($target:tt)* } $($more:tt)*) => {
        $($head)* $($target)* $methods
        $crate::__implement!({ $($head)* } $methods $($more)*);
    };
}
