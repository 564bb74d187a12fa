//! `Link`: the next page is the first target with the relation `next`, or there is none.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use sdk_runtime::{Pages, ServiceTransport, Url, api_client};
use sdk_testkit::{Backend, Reply};

use crate::check::{check, run, texts};

const PIECES: &[&str] = &[
    "<",
    ">",
    "</b?page=2>",
    "<?page=2>",
    ";",
    "; ",
    "rel",
    "=",
    "rel=next",
    "rel=\"next\"",
    "rel=\"prev next\"",
    "\"",
    "\\",
    ",",
    ", ",
    "anchor=\"/x\"",
    "title=\"a, <b>; rel=next\"",
    "REL=NEXT",
    " ",
    "é",
    "next",
];

#[api_client(auth = none)]
trait Lists {
    #[get("/a/list", paginate = link)]
    fn list(&self) -> Pages<Vec<u32>>;
}

/// The addresses that are requested where the first page has this `Link`.
fn requested(link: &str) -> Vec<Url> {
    let count = Arc::new(AtomicUsize::new(0));
    let link = link.to_owned();
    let backend = Backend::new().fallback(move |_| {
        let page = Reply::json(&[1]);
        let is_first = count.fetch_add(1, Ordering::SeqCst) == 0;
        std::future::ready(if is_first { page.header("link", &link) } else { page })
    });
    let builder = ListsClient::builder("https://a.test").transport(ServiceTransport::new(backend.clone()));
    let client = builder.build().unwrap();
    run(async {
        let mut pages = client.list();
        while let Some(Ok(_)) = pages.next().await {}
    });
    let base = Url::parse("https://a.test").unwrap();
    backend.requests().iter().map(|request| base.join(request.target()).unwrap()).collect()
}

#[test]
fn the_first_link_with_the_relation_is_followed() {
    let name = "[a-z]{1,5}";
    let target =
        prop_oneof!["/[a-z,;=]{1,6}", r"\?page=[0-9]{1,3}", "[a-z]{1,4}/[a-z]{1,3}", "/a\\?b=[a-z;,]{1,4}"];
    let relation = prop_oneof![
        Just("next".to_owned()),
        Just("NEXT".to_owned()),
        Just("prev next".to_owned()),
        Just("prev".to_owned()),
        Just("nextish".to_owned()),
    ];
    let other = (name, "[a-z ,;<>=]{0,8}").prop_map(|(name, value)| format!("x{name}=\"{value}\""));
    let link = (target, relation, proptest::collection::vec(other, 0..3), any::<bool>());
    let links = (proptest::collection::vec(link, 0..5), proptest::sample::select(&[", ", ",", " , "][..]));
    check("links", &links, |(links, between)| {
        let written: Vec<_> = links
            .iter()
            .map(|(target, relation, others, is_first)| {
                let relation = format!("rel=\"{relation}\"");
                let mut params = others.clone();
                params.insert(if *is_first { 0 } else { params.len() }, relation);
                format!("<{target}>; {}", params.join(";"))
            })
            .collect();
        let is_next = |relation: &str| relation.split(' ').any(|it| it.eq_ignore_ascii_case("next"));
        let first = Url::parse("https://a.test/a/list").unwrap();
        let next = links.iter().find(|(_, relation, ..)| is_next(relation));
        let mut expected = vec![first.clone()];
        expected.extend(next.map(|(target, ..)| first.join(target).unwrap()));
        prop_assert_eq!(requested(&written.join(between)), expected);
        Ok(())
    });
}

#[test]
fn no_text_leads_anywhere_but_to_one_of_its_targets() {
    check("texts of links", &texts(PIECES), |text| {
        prop_assume!(http::HeaderValue::from_str(&text).is_ok());
        let requested = requested(&text);
        let first = &requested[0];
        for next in &requested[1..] {
            let begins = text.match_indices('<').map(|(at, _)| &text[at + 1..]);
            let mut targets = begins.filter_map(|rest| Some(rest.split_once('>')?.0));
            let is_one = |target: &str| first.join(target.trim()).is_ok_and(|url| url == *next);
            prop_assert!(targets.any(is_one), "{next}");
        }
        prop_assert!(requested.len() <= 2);
        Ok(())
    });
}
