//! The query of a request (`application/x-www-form-urlencoded`, with `%20` for a space, which every server
//! understands).

use serde::Serialize;

use super::lists::Lists;

/// The form of a list whose name is not repeated: `#[query(style = …)]`.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListStyle {
    /// `labels=a,b`
    Csv,
    /// `labels[]=a&labels[]=b`
    Brackets,
}

/// Appends `name=value`. `None` omits the parameter. A sequence repeats it, unless `style` says otherwise.
pub(crate) fn one(
    query: &mut String,
    name: &'static str,
    value: &(impl Serialize + ?Sized),
    style: Option<ListStyle>,
) -> Result<(), serde_html_form::ser::Error> {
    match style {
        None => append(query, &[(name, value)]),
        Some(ListStyle::Brackets) if is_list(value) => append(query, &[(format!("{name}[]"), value)]),
        Some(ListStyle::Brackets) => append(query, &[(name, value)]),
        Some(ListStyle::Csv) => {
            let encoded = form(&[(name, value)])?;
            // A comma in an element is encoded, so the literal commas only separate elements.
            for (index, pair) in encoded.split('&').filter(|pair| !pair.is_empty()).enumerate() {
                match pair.split_once('=') {
                    Some((_, element)) if index > 0 => {
                        query.push(',');
                        push(query, element);
                    }
                    _ => push_next(query, pair),
                }
            }
            Ok(())
        }
    }
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
pub(crate) fn pairs(
    fields: &(impl Serialize + ?Sized),
) -> Result<Vec<(String, String)>, serde_html_form::ser::Error> {
    let encoded = form(fields)?;
    Ok(form_urlencoded::parse(encoded.as_bytes()).into_owned().collect())
}

fn append(query: &mut String, fields: &(impl Serialize + ?Sized)) -> Result<(), serde_html_form::ser::Error> {
    let encoded = form(fields)?;
    if !encoded.is_empty() {
        push_next(query, &encoded);
    }
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

    fn styled(style: ListStyle, value: impl Serialize) -> String {
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
            assert_eq!(styled(ListStyle::Csv, &value), format!("fixed=1{csv}"), "{value:?}");
            assert_eq!(styled(ListStyle::Brackets, &value), format!("fixed=1{brackets}"), "{value:?}");
        }
        for style in [ListStyle::Csv, ListStyle::Brackets] {
            assert_eq!(styled(style, 7), "fixed=1&a%20b=7", "no list");
            assert_eq!(styled(style, Some("[")), "fixed=1&a%20b=%5B", "no list");
            assert_eq!(styled(style, Order::NewestFirst), "fixed=1&a%20b=newest-first", "no list");
        }
        assert_eq!(styled(ListStyle::Csv, None::<Vec<u8>>), "fixed=1");
        assert_eq!(styled(ListStyle::Csv, Some(vec![1, 2])), "fixed=1&a%20b=1,2");
        assert!(one(&mut String::new(), "m", &vec![vec![1], vec![2]], Some(ListStyle::Csv)).is_err());
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
