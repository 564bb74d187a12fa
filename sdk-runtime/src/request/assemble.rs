//! `UrlParts`: makes the address of a request from that of its base, without parsing it. A parser takes ten
//! times as long.
//!
//! No parser may change such an address. Three checks see to that: [`kept`] those of the
//! template and the base, when they are declared and built; the path those of the arguments; and the query
//! encodes all that is not plain.

use serde::Deserializer;
use serde::de::value::{Error, SeqDeserializer, StrDeserializer};
use serde::de::{DeserializeSeed, EnumAccess, IntoDeserializer, SeqAccess, VariantAccess, Visitor};
use serde::forward_to_deserialize_any;
use url::{Host, Position, Url};

use crate::kept;

/// The places of scheme, host and port in the addresses of a base.
#[derive(Debug, Clone, Copy)]
pub(super) struct UrlParts {
    scheme_end: u32,
    host_end: u32,
    path_start: u32,
    host: HostParts,
    port: Option<u16>,
    /// Whether an address may be made of them.
    are_proven: bool,
}

/// A host, with an IP address as its bytes.
#[derive(Debug, Clone, Copy)]
enum HostParts {
    Domain,
    Ipv4([u8; 4]),
    Ipv6([u8; 16]),
}

impl UrlParts {
    /// Returns the parts of `base`, which has no user.
    pub(super) fn of(base: &Url) -> Self {
        let host = match base.host() {
            Some(Host::Ipv4(address)) => HostParts::Ipv4(address.octets()),
            Some(Host::Ipv6(address)) => HostParts::Ipv6(address.octets()),
            Some(Host::Domain(_)) | None => HostParts::Domain,
        };
        let mut parts = Self {
            scheme_end: place(base.scheme().len()),
            host_end: place(base[..Position::AfterHost].len()),
            path_start: place(base[..Position::BeforePath].len()),
            host,
            port: base.port(),
            are_proven: false,
        };
        let text = format!("{}/x?y", &base[..Position::BeforePath]);
        let query_start = text.len() - 2;
        if let Ok(parsed) = Url::parse(&text)
            && let Some(made) = parts.assemble(text, Some(query_start))
        {
            parts.are_proven = kept::is_template(base.path())
                && made == parsed
                && made.host() == parsed.host()
                && made.port() == parsed.port()
                && (made.path(), made.query(), made.fragment()) == ("/x", Some("y"), None);
        }
        parts
    }

    /// Whether an address may be made of them: no parser changes the path of the base, and the `url` crate
    /// reads its own form in the way that is assumed here.
    pub(super) fn are_proven(&self) -> bool {
        self.are_proven
    }

    /// Returns the length of an address up to its path.
    pub(super) fn path_start(&self) -> usize {
        self.path_start as usize
    }

    /// Returns the address `text`, which begins as the base does, and which no parser changes. `query_start`
    /// is the place of `?`. `None` if the `url` crate reads its own form in another way.
    pub(super) fn assemble(&self, text: String, query_start: Option<usize>) -> Option<Url> {
        let authority = self.scheme_end + 3;
        // In this order, and with no fragment at the end.
        let fields = [
            Field::Text(text),
            Field::Place(self.scheme_end),
            Field::Place(authority),
            Field::Place(authority),
            Field::Place(self.host_end),
            Field::Host(&self.host),
            Field::Optional(self.port.map(u32::from)),
            Field::Place(self.path_start),
            Field::Optional(query_start.map(place)),
            Field::Optional(None),
        ];
        Url::deserialize_internal(Fields(fields.into_iter())).ok()
    }
}

/// Returns a place in an address. No address is so long that its places do not fit.
fn place(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// A field of the form that the `url` crate reads without a check.
enum Field<'a> {
    Text(String),
    Place(u32),
    Host(&'a HostParts),
    Optional(Option<u32>),
}

/// All fields, as a tuple.
struct Fields<'a>(std::array::IntoIter<Field<'a>, 10>);

impl<'de> Deserializer<'de> for Fields<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> SeqAccess<'de> for Fields<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        self.0.next().map(|field| seed.deserialize(field)).transpose()
    }
}

impl<'de> Deserializer<'de> for Field<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Text(text) => visitor.visit_string(text),
            Self::Place(place) => visitor.visit_u32(place),
            Self::Host(host) => visitor.visit_enum(host),
            Self::Optional(Some(value)) => visitor.visit_some(value.into_deserializer()),
            Self::Optional(None) => visitor.visit_none(),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de, 'a> EnumAccess<'de> for &'a HostParts {
    type Error = Error;
    type Variant = Address<'a>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Address<'a>), Error> {
        let (name, address) = match self {
            HostParts::Domain => ("Domain", &[][..]),
            HostParts::Ipv4(bytes) => ("Ipv4", &bytes[..]),
            HostParts::Ipv6(bytes) => ("Ipv6", &bytes[..]),
        };
        Ok((seed.deserialize(StrDeserializer::<Error>::new(name))?, Address(address)))
    }
}

/// The bytes of an IP address.
struct Address<'a>(&'a [u8]);

impl<'de> VariantAccess<'de> for Address<'_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_any(visitor)
    }
}

impl<'de> Deserializer<'de> for Address<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(SeqDeserializer::new(self.0.iter().copied()))
    }

    fn is_human_readable(&self) -> bool {
        false
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASES: [&str; 7] = [
        "https://a.example",
        "https://a.example/v1",
        "http://localhost:8080/api",
        "http://127.0.0.1",
        "http://127.0.0.1:81/x/y",
        "http://[::1]:81/x",
        "https://xn--mnchen-3ya.example",
    ];

    /// All that is known of an address.
    fn told(url: &Url) -> String {
        let places = [&url[Position::BeforeHost..Position::AfterPort], &url[Position::BeforePath..]];
        format!("{url} {:?} {:?} {:?} {places:?}", url.host(), url.port(), (url.path(), url.query()))
    }

    #[test]
    fn an_address_is_what_a_parser_makes_of_it() {
        for base in BASES {
            let base = Url::parse(base).unwrap();
            let parts = UrlParts::of(&base);
            assert!(parts.are_proven(), "{base}: is parsed");
            for (path, query) in
                [("/", None), ("/a/b;c,d@e:f", Some("q=%23&q=/?")), ("/a//", Some("")), ("/a.%41..", None)]
            {
                let mut text = format!("{}{path}", &base[..Position::BeforePath]);
                let query_start = query.map(|query| {
                    let place = text.len();
                    text.push('?');
                    text.push_str(query);
                    place
                });
                let parsed = Url::parse(&text).unwrap();
                assert_eq!(told(&parts.assemble(text, query_start).unwrap()), told(&parsed));
            }
        }
    }
}
