//! The shape of a value in a query, as far as its type says it. serde knows the shape of a user's own type
//! only at run time.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::{Range, RangeInclusive};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Types with several named values: maps and lists of pairs.
pub trait Entries {}

impl<K, V, S> Entries for HashMap<K, V, S> {}
impl<K, V> Entries for BTreeMap<K, V> {}
impl Entries for serde_json::Map<String, serde_json::Value> {}
impl<K, V> Entries for Vec<(K, V)> {}
impl<K, V> Entries for [(K, V)] {}
impl<K, V, const N: usize> Entries for [(K, V); N] {}

/// Types that are neither one value nor a list of values.
pub trait Composite {}

/// Types that are no element of a list of values.
pub trait NotAnElement {}

macro_rules! composites {
    ($([$($generic:ident),*] $type:ty;)*) => {$(
        impl<$($generic),*> Composite for $type {}
        impl<$($generic),*> NotAnElement for $type {}
    )*};
}

composites! {
    [] ();
    [A] (A,);
    [A, B] (A, B);
    [A, B, C] (A, B, C);
    [A, B, C, D] (A, B, C, D);
    [A, B, C, D, E] (A, B, C, D, E);
    [A, B, C, D, E, F] (A, B, C, D, E, F);
    [] Duration;
    [] SystemTime;
    [T] Range<T>;
    [T] RangeInclusive<T>;
    [T, E] Result<T, E>;
}

impl<K, V, S> NotAnElement for HashMap<K, V, S> {}
impl<K, V> NotAnElement for BTreeMap<K, V> {}
impl NotAnElement for serde_json::Map<String, serde_json::Value> {}
impl<T> NotAnElement for Vec<T> {}
impl<T> NotAnElement for [T] {}
impl<T, const N: usize> NotAnElement for [T; N] {}
impl<T, S> NotAnElement for HashSet<T, S> {}

impl<T: NotAnElement> Composite for Vec<T> {}
impl<T: NotAnElement> Composite for VecDeque<T> {}
impl<T: NotAnElement> Composite for [T] {}
impl<T: NotAnElement, const N: usize> Composite for [T; N] {}

/// Types that are one value.
pub trait OneValue {}

macro_rules! values {
    ($($type:ty),*) => {$(impl OneValue for $type {})*};
}

values!(
    str,
    String,
    Cow<'_, str>,
    char,
    bool,
    u8,
    u16,
    u32,
    u64,
    u128,
    usize,
    i8,
    i16,
    i32,
    i64,
    i128,
    isize,
    f32,
    f64,
    IpAddr,
    Ipv4Addr,
    Ipv6Addr,
    SocketAddr,
    url::Url
);

/// A pointer to a value, and an `Option` of it, have its shape.
macro_rules! inherited {
    ($($shape:ident),*) => {$(
        impl<T: $shape + ?Sized> $shape for &T {}
        impl<T: $shape + ?Sized> $shape for Box<T> {}
        impl<T: $shape + ?Sized> $shape for Arc<T> {}
        impl<T: $shape> $shape for Option<T> {}
    )*};
}

inherited!(Entries, Composite, NotAnElement, OneValue);
