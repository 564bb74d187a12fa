//! The query of a request (`application/x-www-form-urlencoded`, but `%20` for a space, which every server understands).

use serde::Serialize;

/// Appends `name=value`; `None` leaves the parameter out and a sequence repeats it.
pub(crate) fn one(
    query: &mut String,
    name: &'static str,
    value: &(impl Serialize + ?Sized),
) -> Result<(), serde_html_form::ser::Error> {
    append(query, &[(name, value)])
}

/// Appends every field of a struct, or every entry of a map.
pub(crate) fn many(
    query: &mut String,
    fields: &(impl Serialize + ?Sized),
) -> Result<(), serde_html_form::ser::Error> {
    append(query, fields)
}

/// The fields of a struct, or the entries of a map, as text.
pub(crate) fn pairs(
    fields: &(impl Serialize + ?Sized),
) -> Result<Vec<(String, String)>, serde_html_form::ser::Error> {
    let encoded = serde_html_form::to_string(fields)?;
    Ok(form_urlencoded::parse(encoded.as_bytes()).into_owned().collect())
}

fn append(query: &mut String, fields: &(impl Serialize + ?Sized)) -> Result<(), serde_html_form::ser::Error> {
    let encoded = serde_html_form::to_string(fields)?;
    if !query.is_empty() && !encoded.is_empty() {
        query.push('&');
    }
    // A plus is a space here, since the serializer encodes a real plus.
    for (index, part) in encoded.split('+').enumerate() {
        if index > 0 {
            query.push_str("%20");
        }
        query.push_str(part);
    }
    Ok(())
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
        one(&mut query, name, &value).unwrap();
        query
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
        assert!(one(&mut String::new(), "m", &BTreeMap::from([("k", "v")])).is_err());
        assert!(many(&mut String::new(), &"text").is_err());
    }
}
