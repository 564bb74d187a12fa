//! The query of a request (`application/x-www-form-urlencoded`, with `%20` for a space, which every server
//! understands).

use serde::Serialize;

use super::lists::Lists;
use super::scalar;

/// How a parameter is written that is not `name=value`: `#[query(style = …)]`, `#[query(flag)]`.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueryStyle {
    /// `labels=a,b`
    Csv,
    /// `labels[]=a&labels[]=b`
    Brackets,
    /// `labels=a%7Cb`
    Pipes,
    /// `labels=a%20b`
    Spaces,
    /// `verbose` for `true`, and nothing for `false`.
    Flag,
    /// `name=value`, where the value is percent-encoded already.
    Encoded,
}

/// Appends `name=value`. `None` omits the parameter. A sequence repeats it, unless `style` says otherwise.
/// The error is the reason.
pub(crate) fn one(
    query: &mut String,
    name: &'static str,
    value: &(impl Serialize + ?Sized),
    style: Option<QueryStyle>,
) -> Result<(), &'static str> {
    let written = match style {
        None if scalar::append(query, name, value).is_ok() => Ok(()),
        None => append(query, &[(name, value)]),
        Some(QueryStyle::Brackets) if is_list(value) => append(query, &[(format!("{name}[]"), value)]),
        Some(QueryStyle::Brackets) => append(query, &[(name, value)]),
        // A separator in an element is encoded, and so is each but the comma where it separates.
        Some(QueryStyle::Csv) => joined(query, name, value, ","),
        Some(QueryStyle::Pipes) => joined(query, name, value, "%7C"),
        Some(QueryStyle::Spaces) => joined(query, name, value, "%20"),
        Some(QueryStyle::Flag) => form(&[(name, value)]).map(|encoded| {
            if let Some(name) = encoded.strip_suffix("=true") {
                push_next(query, name);
            }
        }),
        Some(QueryStyle::Encoded) => return encoded(query, name, value),
    };
    written.map_err(|_| "is neither a value nor a list of values: `#[queries]` takes structs and maps")
}

/// Appends a list with `separator` between its elements.
fn joined(
    query: &mut String,
    name: &'static str,
    value: &(impl Serialize + ?Sized),
    separator: &str,
) -> Result<(), serde_html_form::ser::Error> {
    let encoded = form(&[(name, value)])?;
    for (index, pair) in encoded.split('&').filter(|pair| !pair.is_empty()).enumerate() {
        match pair.split_once('=') {
            Some((_, element)) if index > 0 => {
                query.push_str(separator);
                push(query, element);
            }
            _ => push_next(query, pair),
        }
    }
    Ok(())
}

/// Appends values that are encoded already, as they are. Nothing in them may begin another parameter, end the
/// query, or be changed by a URL parser.
fn encoded(
    query: &mut String,
    name: &'static str,
    value: &(impl Serialize + ?Sized),
) -> Result<(), &'static str> {
    let pairs = pairs(&[(name, value)]).map_err(|_| "is neither a text nor a list of texts")?;
    for (name, value) in pairs {
        if !is_encoded(&value) {
            return Err("is not percent-encoded: `#[query]` without `encoded` encodes it");
        }
        append(query, &[(name, "")]).map_err(|_| "is neither a text nor a list of texts")?;
        query.push_str(&value);
    }
    Ok(())
}

/// Whether the text can be a value in a query as it is (RFC 3986, section 3.4). In addition, `&` and `'` are
/// encoded, because they separate parameters and because URL parsers encode them.
fn is_encoded(text: &str) -> bool {
    let mut parts = text.split('%');
    let is_plain = |part: &str| {
        part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~!$()*+,;=:@/?".contains(&byte))
    };
    let is_byte =
        |part: &str| part.get(..2).is_some_and(|hex| hex.bytes().all(|digit| digit.is_ascii_hexdigit()));
    parts.next().is_none_or(is_plain) && parts.all(|part| is_byte(part) && is_plain(&part[2..]))
}

/// Whether the value is a list, by its JSON. A serializer for this question alone would take a hundred lines.
fn is_list(value: &(impl Serialize + ?Sized)) -> bool {
    serde_json::to_vec(value).is_ok_and(|json| json.starts_with(b"["))
}

/// Appends every field of a struct, or every entry of a map.
pub(crate) fn many(
    query: &mut String,
    fields: &(impl Serialize + ?Sized),
) -> Result<(), serde_html_form::ser::Error> {
    append(query, fields)
}

/// Returns the fields of a struct, or the entries of a map, as a form.
pub(crate) fn form(fields: &(impl Serialize + ?Sized)) -> Result<String, serde_html_form::ser::Error> {
    serde_html_form::to_string(Lists(fields))
}

/// Returns the fields of a struct, or the entries of a map, as text.
fn pairs(fields: &(impl Serialize + ?Sized)) -> Result<Vec<(String, String)>, serde_html_form::ser::Error> {
    let encoded = form(fields)?;
    Ok(form_urlencoded::parse(encoded.as_bytes()).into_owned().collect())
}

/// Appends pairs that are encoded as a form.
pub(crate) fn push_form(query: &mut String, form: &str) {
    if !form.is_empty() {
        push_next(query, form);
    }
}

fn append(query: &mut String, fields: &(impl Serialize + ?Sized)) -> Result<(), serde_html_form::ser::Error> {
    push_form(query, &form(fields)?);
    Ok(())
}

fn push_next(query: &mut String, encoded: &str) {
    if !query.is_empty() {
        query.push('&');
    }
    push(query, encoded);
}

fn push(query: &mut String, encoded: &str) {
    // A plus is a space here, because the serializer encodes a real plus.
    for (index, part) in encoded.split('+').enumerate() {
        if index > 0 {
            query.push_str("%20");
        }
        query.push_str(part);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[derive(Serialize)]
    #[serde(rename_all = "kebab-case")]
    enum Order {
        NewestFirst,
    }

    #[derive(Serialize)]
    struct Filter {
        order: Order,
        label: Vec<&'static str>,
        author: Option<&'static str>,
        page: u32,
    }

    fn query(name: &'static str, value: impl Serialize) -> String {
        let mut query = String::from("fixed=1");
        one(&mut query, name, &value, None).unwrap();
        query
    }

    fn styled(style: QueryStyle, value: impl Serialize) -> String {
        let mut query = String::from("fixed=1");
        one(&mut query, "a b", &value, Some(style)).unwrap();
        query
    }

    #[test]
    fn a_list_is_written_in_its_style() {
        for (value, csv, brackets) in [
            (vec![Some("a"), Some("b")], "&a%20b=a,b", "&a%20b%5B%5D=a&a%20b%5B%5D=b"),
            (
                vec![Some("a,b"), Some("c d+")],
                "&a%20b=a%2Cb,c%20d%2B",
                "&a%20b%5B%5D=a%2Cb&a%20b%5B%5D=c%20d%2B",
            ),
            (vec![None, Some("a"), None], "&a%20b=a", "&a%20b%5B%5D=a"),
            (vec![Some(""), Some("&=")], "&a%20b=,%26%3D", "&a%20b%5B%5D=&a%20b%5B%5D=%26%3D"),
            (vec![None], "", ""),
            (vec![], "", ""),
        ] {
            assert_eq!(styled(QueryStyle::Csv, &value), format!("fixed=1{csv}"), "{value:?}");
            assert_eq!(styled(QueryStyle::Brackets, &value), format!("fixed=1{brackets}"), "{value:?}");
        }
        for style in [QueryStyle::Csv, QueryStyle::Brackets] {
            assert_eq!(styled(style, 7), "fixed=1&a%20b=7", "no list");
            assert_eq!(styled(style, Some("[")), "fixed=1&a%20b=%5B", "no list");
            assert_eq!(styled(style, Order::NewestFirst), "fixed=1&a%20b=newest-first", "no list");
        }
        assert_eq!(styled(QueryStyle::Csv, None::<Vec<u8>>), "fixed=1");
        assert_eq!(styled(QueryStyle::Csv, Some(vec![1, 2])), "fixed=1&a%20b=1,2");
        assert!(one(&mut String::new(), "m", &vec![vec![1], vec![2]], Some(QueryStyle::Csv)).is_err());
    }

    #[test]
    fn a_separator_in_an_element_is_encoded() {
        let values = ["a|b", "c d", "e,f%"];
        assert_eq!(styled(QueryStyle::Pipes, values), "fixed=1&a%20b=a%7Cb%7Cc%20d%7Ce%2Cf%25");
        assert_eq!(styled(QueryStyle::Spaces, values), "fixed=1&a%20b=a%7Cb%20c%20d%20e%2Cf%25");
        for style in [QueryStyle::Pipes, QueryStyle::Spaces] {
            assert_eq!(styled(style, [""; 0]), "fixed=1");
            assert_eq!(styled(style, 7), "fixed=1&a%20b=7");
        }
    }

    #[test]
    fn a_flag_is_there_or_not() {
        assert_eq!(styled(QueryStyle::Flag, true), "fixed=1&a%20b");
        for absent in [None, Some(false)] {
            assert_eq!(styled(QueryStyle::Flag, absent), "fixed=1");
        }
        let mut query = String::new();
        one(&mut query, "verbose", &Some(true), Some(QueryStyle::Flag)).unwrap();
        assert_eq!(query, "verbose");
    }

    #[test]
    fn an_encoded_value_is_sent_as_it_is_and_stays_one_value() {
        for value in ["a%20b%2Fc", "a=b;c/d?e", "%2e%2E", "1+2", "", "a,b:@!$()*-._~"] {
            assert_eq!(styled(QueryStyle::Encoded, value), format!("fixed=1&a%20b={value}"));
        }
        assert_eq!(styled(QueryStyle::Encoded, ["%41", "%42"]), "fixed=1&a%20b=%41&a%20b=%42");
        assert_eq!(styled(QueryStyle::Encoded, None::<&str>), "fixed=1");
        for value in
            ["a&b=1", "a#b", "a b", "%", "%2", "%g0", "ü", "a\nb", "'", "\"", "<", "a\\b", "[", "{", "%é"]
        {
            let mut query = String::new();
            assert!(one(&mut query, "q", value, Some(QueryStyle::Encoded)).is_err(), "{value}");
        }
    }

    #[test]
    fn values_are_written_as_they_are_meant() {
        assert_eq!(query("q", "a b+c&d=e#f?%"), "fixed=1&q=a%20b%2Bc%26d%3De%23f%3F%25");
        assert_eq!(query("a b", "ü"), "fixed=1&a%20b=%C3%BC");
        assert_eq!(query("n", 0), "fixed=1&n=0");
        assert_eq!(query("b", false), "fixed=1&b=false");
        assert_eq!(query("e", ""), "fixed=1&e=");
        assert_eq!(query("e", Some("")), "fixed=1&e=");
        assert_eq!(query("e", None::<&str>), "fixed=1");
        assert_eq!(query("l", ["a", "b"].as_slice()), "fixed=1&l=a&l=b");
        assert_eq!(query("l", Vec::<u8>::new()), "fixed=1");
        assert_eq!(query("l", vec![Some(1), None, Some(3)]), "fixed=1&l=1&l=3");
        assert_eq!(query("o", Order::NewestFirst), "fixed=1&o=newest-first");
    }

    /// The short way of plain values, next to that of all others.
    #[test]
    fn a_plain_value_is_written_as_a_form_writes_it() {
        fn is_same(value: impl Serialize) {
            let (mut short, mut long) = ("a=1".to_owned(), "a=1".to_owned());
            scalar::append(&mut short, "n ame~*", &value).unwrap();
            append(&mut long, &[("n ame~*", &value)]).unwrap();
            assert_eq!(short, long);
        }
        #[derive(Serialize)]
        struct Id(u64);
        for text in ["", " ", "a b+c&d=e#f?%", "ü\u{1F600}", "-._~*'()!", "\u{0}\n\u{7f}"] {
            is_same(text);
            is_same(Some(text));
            is_same(text.chars().next());
        }
        is_same(Order::NewestFirst);
        is_same(Id(u64::MAX));
        is_same(None::<Id>);
        is_same(i64::MIN);
        is_same(-1_i8);
        is_same([true, false][0]);
        let mut query = "a=1".to_owned();
        assert!(scalar::append(&mut query, "b", &[1, 2]).is_err() && query == "a=1");
        assert!(scalar::append(&mut query, "b", &1.0).is_err() && query == "a=1");
    }

    #[test]
    fn structs_and_maps_are_flattened() {
        let filter = Filter { order: Order::NewestFirst, label: vec!["x", "y"], author: None, page: 2 };
        let mut written = String::new();
        many(&mut written, &filter).unwrap();
        assert_eq!(written, "order=newest-first&label=x&label=y&page=2");
        many(&mut written, &BTreeMap::from([("k", "v")])).unwrap();
        assert_eq!(written, "order=newest-first&label=x&label=y&page=2&k=v");
        assert_eq!(pairs(&BTreeMap::from([("a b", "c+d")])).unwrap(), [("a b".to_owned(), "c+d".to_owned())]);
    }

    #[test]
    fn what_has_no_form_is_an_error() {
        assert!(one(&mut String::new(), "m", &BTreeMap::from([("k", "v")]), None).is_err());
        assert!(many(&mut String::new(), &"text").is_err());
    }
}
