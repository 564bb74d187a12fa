//! Arguments that are a struct or a map: `#[queries]`, `#[headers]`, `#[form]`.

use http::HeaderMap;
use serde::Serialize;

use super::{Arg, Arg1, Arg2, Arg3, Arg4};
use crate::request::{FieldStyle, Request};

/// Types of serde that are neither a struct nor a map.
pub trait Scalar {}

macro_rules! scalars {
    ($($type:ty),*) => {$(impl Scalar for $type {})*};
}

scalars!(
    str,
    String,
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
    ()
);

impl<T: Scalar + ?Sized> Scalar for &T {}
impl<T: Scalar> Scalar for Option<T> {}
impl<T: Scalar> Scalar for Vec<T> {}
impl<T: Scalar> Scalar for [T] {}

macro_rules! fields {
    (
        $method:ident ( $($arg:ident: $type:ty),* ), $bound:ident, $message:literal, $note:literal,
        |$value:ident, $request:ident| $push:expr
    ) => {
        never! {
            /// The argument: a struct or a map that implements `Serialize`.
            #[diagnostic::on_unimplemented(
                message = $message,
                label = "no struct or map that implements `serde::Serialize`",
                note = $note
            )]
            $bound
        }

        impl<T: Scalar> Arg2<'_, T> {
            /// Reports a single value.
            pub fn $method(&self, _: &mut Request $(, _: $type)*)
            where
                T: $bound,
            {
            }
        }

        impl<T: Serialize> Arg3<'_, T> {
            /// Takes the fields of a struct, or the entries of a map.
            pub fn $method(&self, $request: &mut Request $(, $arg: $type)*) {
                let $value = self.value();
                $push
            }
        }

        impl<T> Arg4<'_, T> {
            /// Reports a type without `Serialize`.
            pub fn $method(&self, _: &mut Request $(, _: $type)*)
            where
                T: $bound,
            {
            }
        }
    };
}

fields! {
    queries(parameter: &'static str), QueryFields,
    "`#[queries]` needs a struct or a map that implements `serde::Serialize`, and `{Self}` is not one",
    "help: `#[query]` takes a single value; a struct needs `#[derive(serde::Serialize)]`",
    |value, request| request.queries(parameter, value)
}

fields! {
    form(), FormFields,
    "`#[form]` needs a struct or a map that implements `serde::Serialize`, and `{Self}` is not one",
    "help: pass a struct with `#[derive(serde::Serialize)]`",
    |value, request| request.form(value)
}

fields! {
    styled_queries(parameter: &'static str, style: FieldStyle), StyledQueryFields,
    "`#[queries]` needs a struct or a map that implements `serde::Serialize`, and `{Self}` is not one",
    "help: `#[query]` takes a single value; a struct needs `#[derive(serde::Serialize)]`",
    |value, request| request.styled_queries(parameter, value, style)
}

fields! {
    styled_form(style: FieldStyle), StyledFormFields,
    "`#[form]` needs a struct or a map that implements `serde::Serialize`, and `{Self}` is not one",
    "help: pass a struct with `#[derive(serde::Serialize)]`",
    |value, request| request.styled_form(value, style)
}

fields! {
    headers(parameter: &'static str), HeaderFields,
    "`#[headers]` needs a struct or a map that implements `serde::Serialize`, and `{Self}` is not one",
    "help: `#[header]` takes a single value; a struct needs `#[derive(serde::Serialize)]`",
    |value, request| request.headers(parameter, value)
}

// Each stands on a link of its own, as for `#[query]`.
impl Arg<'_, HeaderMap> {
    /// Takes a header map unchanged.
    pub fn headers(&self, request: &mut Request, _: &'static str) {
        request.header_map(self.value());
    }
}

impl Arg1<'_, &HeaderMap> {
    /// Takes a header map unchanged.
    pub fn headers(&self, request: &mut Request, _: &'static str) {
        request.header_map(self.value());
    }
}

#[cfg(test)]
mod tests {
    use super::super::arg;
    use super::*;
    use crate::endpoint::Endpoint;
    use crate::request::base::Base;

    #[test]
    fn a_header_map_is_sent_as_it_is_by_value_and_by_reference() {
        static IT: Endpoint = Endpoint::new("Api::it", "GET", "/it");
        let map = HeaderMap::from_iter([(http::header::ETAG, http::HeaderValue::from_static("x"))]);
        for by_reference in [false, true] {
            let mut request = Request::new(&Base::parse("https://a.example").unwrap(), &IT);
            match by_reference {
                false => arg(&map).headers(&mut request, "map"),
                true => arg(&&map).headers(&mut request, "map"),
            }
            assert_eq!(request.prepare(None).unwrap().headers, map, "by reference: {by_reference}");
        }
    }
}
