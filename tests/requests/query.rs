//! Query strings on the wire.

use std::collections::BTreeMap;

use sdk_runtime::{Call, Result, api_client};
use sdk_testkit::Backend;
use serde::Serialize;

use crate::wire::{accepting, memory, refused, sent};

#[derive(Serialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum Order {
    NewestFirst,
}

#[derive(Serialize)]
struct Id(u64);

#[derive(Serialize)]
struct Filter<'a> {
    #[serde(rename = "s[]")]
    states: &'a [&'a str],
    author: Option<&'a str>,
    order: Order,
    #[serde(skip)]
    #[expect(dead_code, reason = "it is skipped")]
    local: u8,
    #[serde(flatten)]
    page: Page,
}

#[derive(Serialize)]
struct Page {
    page: u32,
    all: bool,
}

/// What says itself that it cannot be written.
struct Unwritable;

impl Serialize for Unwritable {
    fn serialize<S: serde::Serializer>(&self, _: S) -> std::result::Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("is out of range"))
    }
}

#[derive(Serialize)]
struct Nested {
    page: Page,
}

/// Lists in the shapes that serde does not call sequences.
#[derive(Serialize)]
struct Shapes {
    ids: [u8; 2],
    none: [u8; 0],
    maybe: Option<[Option<u8>; 2]>,
    pair: (u8, &'static str),
    point: Point,
    id: Id,
    list: Ids,
    marker: Marker,
}

#[derive(Serialize, Clone, Copy)]
struct Point(u8, u8);

#[derive(Serialize)]
struct Ids([u8; 2]);

#[derive(Serialize, Clone, Copy)]
struct Marker;

#[derive(Serialize)]
struct Wrapped<T> {
    q: T,
    #[serde(flatten)]
    more: BTreeMap<&'static str, [u8; 2]>,
}

#[api_client(auth = none)]
trait Search {
    #[get("/s")]
    async fn one<T: Serialize>(&self, #[query] q: T) -> Result<()>;

    #[get("/s?fixed=a%20b&flag")]
    async fn fixed(&self, #[query] q: Option<&str>, #[query("a[b]&c")] named: Option<u8>) -> Result<()>;

    #[get("/s")]
    async fn many<T: Serialize>(&self, #[queries] q: T) -> Result<()>;

    #[get("/s")]
    async fn styled(
        &self,
        #[query(style = csv)] ids: &[u8],
        #[query] q: &[&str],
        #[query("label", style = brackets)] labels: Vec<&str>,
    ) -> Result<()>;

    #[post("/s")]
    async fn form<T: Serialize>(&self, #[form] q: T) -> Result<()>;

    #[get("/s")]
    async fn in_headers<T: Serialize>(&self, #[headers] q: T) -> Result<()>;

    #[get("/s?x=1")]
    async fn csv<T: Serialize>(&self, #[query("a b", style = csv)] list: T) -> Result<()>;

    #[get("/s?x=1")]
    async fn brackets<T: Serialize>(&self, #[query("a b", style = brackets)] list: T) -> Result<()>;

    #[get("/s?x=1")]
    async fn both(
        &self,
        #[queries] first: &BTreeMap<&str, &str>,
        #[query] y: u8,
        #[queries] last: &[(&str, Option<&str>)],
    ) -> Result<()>;

    #[get("/s")]
    async fn array(&self, #[query] ids: [u8; 2], #[query] labels: &[&str; 2]) -> Result<()>;

    #[post("/{query}")]
    async fn names(
        &self,
        query: &str,
        #[query] request: u8,
        #[query] self_: u8,
        #[query] body: u8,
        #[query] r#type: u8,
    ) -> Result<()>;
}

fn client() -> (Backend, SearchClient) {
    let backend = accepting();
    let client = SearchClient::builder("http://localhost").transport(memory(&backend)).build().unwrap();
    (backend, client)
}

async fn check(backend: &Backend, table: impl IntoIterator<Item = (Call<()>, Option<&str>)>) {
    for (call, query) in table {
        assert_eq!(sent(backend, call).await.query(), query);
    }
}

#[tokio::test]
async fn a_value_is_written_as_it_is_meant() {
    let (backend, c) = client();
    check(
        &backend,
        [
            (c.one("a"), Some("q=a")),
            (c.one("a b"), Some("q=a%20b")),
            (c.one("?&=#+%/;'\"\\"), Some("q=%3F%26%3D%23%2B%25%2F%3B%27%22%5C")),
            // What looks encoded is text as any other.
            (c.one("%20+"), Some("q=%2520%2B")),
            (c.one("a\r\n\t\0b"), Some("q=a%0D%0A%09%00b")),
            (c.one("é日🦀\u{ffff}"), Some("q=%C3%A9%E6%97%A5%F0%9F%A6%80%EF%BF%BF")),
            (c.one(""), Some("q=")),
            (c.one(" "), Some("q=%20")),
            (c.one(".."), Some("q=..")),
            (c.one('&'), Some("q=%26")),
            (c.one(0), Some("q=0")),
            (c.one(false), Some("q=false")),
            (c.one(true), Some("q=true")),
            (c.one(i64::MIN), Some("q=-9223372036854775808")),
            (c.one(u64::MAX), Some("q=18446744073709551615")),
            (c.one(0.5), Some("q=0.5")),
            (c.one(0.1f32), Some("q=0.1")),
            (c.one(-0.0), Some("q=-0.0")),
            (c.one(u128::MAX), Some("q=340282366920938463463374607431768211455")),
            // No server agrees with another about these, so they are written as Rust reads them.
            (c.one(f64::NAN), Some("q=NaN")),
            (c.one(f64::INFINITY), Some("q=inf")),
            (c.one(Order::NewestFirst), Some("q=newest_first")),
            (c.one(Id(7)), Some("q=7")),
            (c.one(String::from("x")), Some("q=x")),
        ],
    )
    .await;
}

#[tokio::test]
async fn an_array_is_a_list() {
    let (backend, c) = client();
    check(&backend, [(c.array([1, 2], &["a", "b"]), Some("ids=1&ids=2&labels=a&labels=b"))]).await;
}

/// Arrays, tuples and tuple structs are lists wherever a list can stand. What only looks like a list keeps
/// its own meaning.
#[tokio::test]
async fn an_array_is_a_list_wherever_it_stands() {
    let shapes = || Shapes {
        ids: [1, 2],
        none: [],
        maybe: Some([None, Some(3)]),
        pair: (4, "a b"),
        point: Point(5, 6),
        id: Id(7),
        list: Ids([8, 9]),
        marker: Marker,
    };
    let wrapped = || Wrapped { q: [1, 2], more: BTreeMap::from([("m", [3, 4])]) };
    let (backend, c) = client();
    check(
        &backend,
        [
            (c.one([1, 2]), Some("q=1&q=2")),
            (c.one([""; 0]), None),
            (c.one(Some([1, 2])), Some("q=1&q=2")),
            (c.one((1, "b")), Some("q=1&q=b")),
            (c.one((1,)), Some("q=1")),
            (c.one(Point(1, 2)), Some("q=1&q=2")),
            (c.one(Ids([1, 2])), Some("q=1&q=2")),
            (c.one([Some(1), None]), Some("q=1")),
            (c.one([Order::NewestFirst]), Some("q=newest_first")),
            (c.one([u128::MAX]), Some("q=340282366920938463463374607431768211455")),
            (c.one([0.1f32]), Some("q=0.1")),
            (c.one(Marker), Some("q=Marker")),
            (c.csv([1, 2]), Some("x=1&a%20b=1,2")),
            (c.csv(Point(1, 2)), Some("x=1&a%20b=1,2")),
            (c.csv([0; 0]), Some("x=1")),
            (c.brackets([1, 2]), Some("x=1&a%20b%5B%5D=1&a%20b%5B%5D=2")),
            (c.brackets(Ids([1, 2])), Some("x=1&a%20b%5B%5D=1&a%20b%5B%5D=2")),
            (
                c.many(shapes()),
                Some(
                    "ids=1&ids=2&maybe=3&pair=4&pair=a%20b&point=5&point=6&id=7&list=8&list=9&marker=Marker",
                ),
            ),
            (c.many(wrapped()), Some("q=1&q=2&m=3&m=4")),
            (c.many(BTreeMap::from([("k", [1, 2])])), Some("k=1&k=2")),
            (c.many(vec![("k", [1, 2]), ("l", [3, 4])]), Some("k=1&k=2&l=3&l=4")),
            (c.many([("k", [1, 2]), ("k", [3, 4])]), Some("k=1&k=2&k=3&k=4")),
            (c.many([("k", (1, 2))]), Some("k=1&k=2")),
        ],
    )
    .await;
    assert_eq!(
        sent(&backend, c.form(shapes())).await.text(),
        "ids=1&ids=2&maybe=3&pair=4&pair=a+b&point=5&point=6&id=7&list=8&list=9&marker=Marker"
    );
    assert_eq!(sent(&backend, c.form([("k", [1, 2])])).await.text(), "k=1&k=2");
    let headers = sent(&backend, c.in_headers([("x-k", [1, 2])])).await;
    let lines: Vec<_> = headers.headers().get_all("x-k").iter().map(|line| line.as_bytes()).collect();
    assert_eq!(lines, [b"1", b"2"]);
    // One list in another has no spelling that servers agree on.
    assert_eq!(refused(&backend, c.one([[1], [2]])).await, "q");
    assert_eq!(refused(&backend, c.one([(1, 2)])).await, "q");
    assert_eq!(refused(&backend, c.many(BTreeMap::from([("k", [[1]; 1])]))).await, "q");
    assert_eq!(refused(&backend, c.many((1, 2))).await, "q");
    assert_eq!(refused(&backend, c.form([[1, 2, 3]])).await, "#[form]");
}

#[tokio::test]
async fn a_style_is_that_of_its_own_argument() {
    let (backend, c) = client();
    let table = [
        (
            c.styled(&[1, 2], &["a,b", "c"], vec!["x", "y z"]),
            Some("ids=1,2&q=a%2Cb&q=c&label%5B%5D=x&label%5B%5D=y%20z"),
        ),
        (c.styled(&[], &["a", "b"], vec![]), Some("q=a&q=b")),
    ];
    check(&backend, table).await;
}

/// What separates elements in the one style is data in an element of the other, and arrives as such.
#[tokio::test]
async fn a_list_is_written_in_its_style_with_all_items() {
    let (backend, c) = client();
    let list = |csv: &'static str, brackets: &'static str| (Some(csv), Some(brackets));
    for ((by_csv, by_brackets), (csv, brackets)) in [
        (
            (c.csv(["1", "2"].as_slice()), c.brackets(vec![1, 2])),
            list("x=1&a%20b=1,2", "x=1&a%20b%5B%5D=1&a%20b%5B%5D=2"),
        ),
        (
            (c.csv(vec!["a,b", "c%2Cd"]), c.brackets(vec!["a,b", "[]=&"])),
            list("x=1&a%20b=a%2Cb,c%252Cd", "x=1&a%20b%5B%5D=a%2Cb&a%20b%5B%5D=%5B%5D%3D%26"),
        ),
        ((c.csv(vec![""]), c.brackets(vec![""])), list("x=1&a%20b=", "x=1&a%20b%5B%5D=")),
        (
            (c.csv(vec!["", ""]), c.brackets(vec!["", ""])),
            list("x=1&a%20b=,", "x=1&a%20b%5B%5D=&a%20b%5B%5D="),
        ),
        (
            (c.csv(vec![None, Some(1), None, Some(2)]), c.brackets(vec![None, Some(1), None, Some(2)])),
            list("x=1&a%20b=1,2", "x=1&a%20b%5B%5D=1&a%20b%5B%5D=2"),
        ),
        ((c.csv(Some(vec![1, 2])), c.brackets(Some(vec![1]))), list("x=1&a%20b=1,2", "x=1&a%20b%5B%5D=1")),
        ((c.csv(Vec::<u8>::new()), c.brackets(Vec::<u8>::new())), list("x=1", "x=1")),
        ((c.csv(vec![None::<u8>]), c.brackets(vec![None::<u8>])), list("x=1", "x=1")),
        ((c.csv(None::<Vec<u8>>), c.brackets(None::<Vec<u8>>)), list("x=1", "x=1")),
        // One value is no list.
        ((c.csv(7), c.brackets(7)), list("x=1&a%20b=7", "x=1&a%20b=7")),
        (
            (c.csv(vec![Order::NewestFirst; 2]), c.brackets(vec![Order::NewestFirst])),
            list("x=1&a%20b=newest_first,newest_first", "x=1&a%20b%5B%5D=newest_first"),
        ),
    ] {
        check(&backend, [(by_csv, csv), (by_brackets, brackets)]).await;
    }
}

#[tokio::test]
async fn what_is_not_there_is_left_out_and_what_is_there_is_not() {
    let (backend, c) = client();
    check(
        &backend,
        [
            (c.one(None::<u8>), None),
            (c.one(Some("")), Some("q=")),
            (c.one(Some(0)), Some("q=0")),
            (c.one(Vec::<u8>::new()), None),
            (c.one(&[1, 2][..]), Some("q=1&q=2")),
            (c.one(&["a,b", "c d", ""][..]), Some("q=a%2Cb&q=c%20d&q=")),
            (c.one(vec![Some(1), None, Some(3)]), Some("q=1&q=3")),
            (c.one(Some(vec![1, 2])), Some("q=1&q=2")),
            (c.one(vec![Order::NewestFirst]), Some("q=newest_first")),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_fixed_query_stands_first_and_as_it_is() {
    let (backend, c) = client();
    check(
        &backend,
        [
            // A name without a value is written where it always stands: in the path.
            (c.fixed(None, None), Some("fixed=a%20b&flag")),
            (c.fixed(Some("x&y"), None), Some("fixed=a%20b&flag&q=x%26y")),
            (c.fixed(None, Some(1)), Some("fixed=a%20b&flag&a%5Bb%5D%26c=1")),
        ],
    )
    .await;
}

#[tokio::test]
async fn structs_and_maps_are_flattened_in_order() {
    let page = || Page { page: 2, all: false };
    let filter = |author| Filter {
        states: &["open", "in review"],
        author,
        order: Order::NewestFirst,
        local: 0,
        page: page(),
    };
    let of_all = "s%5B%5D=open&s%5B%5D=in%20review&order=newest_first&page=2&all=false";
    let of_one = "s%5B%5D=open&s%5B%5D=in%20review&author=%C3%A9&order=newest_first&page=2&all=false";
    let map = BTreeMap::from([("b", "2"), ("", "e"), ("a b", "1&"), ("z", "")]);
    let (backend, c) = client();
    let table = [
        (c.many(page()), Some("page=2&all=false")),
        (c.many(filter(None)), Some(of_all)),
        (c.many(filter(Some("é"))), Some(of_one)),
        (c.many(&map), Some("=e&a%20b=1%26&b=2&z=")),
        (c.many(BTreeMap::<String, String>::new()), None),
        (c.many(BTreeMap::from([(1, vec![true, false])])), Some("1=true&1=false")),
        (c.many([("k", "v"), ("k", "w")]), Some("k=v&k=w")),
        (c.many(BTreeMap::from([("a", None), ("b", Some(false)), ("c", None)])), Some("b=false")),
        (c.many(vec![("k", Some(vec![1, 2])), ("l", None), ("m", Some(vec![]))]), Some("k=1&k=2")),
        (c.many(None::<Page>), None),
        (c.many(Some(page())), Some("page=2&all=false")),
        (c.both(&map, 7, &[("l", Some("m")), ("n", None)]), Some("x=1&=e&a%20b=1%26&b=2&z=&y=7&l=m")),
    ];
    check(&backend, table).await;
}

#[tokio::test]
async fn parameters_may_have_any_name() {
    let (backend, c) = client();
    check(&backend, [(c.names("p", 1, 2, 3, 4), Some("request=1&self_=2&body=3&type=4"))]).await;
}

#[tokio::test]
async fn what_has_no_place_in_a_query_is_refused_by_name() {
    let (backend, client) = client();
    // Servers agree on no spelling of nested fields. A struct spells its own by `rename` and `flatten`.
    let nested = || Nested { page: Page { page: 1, all: true } };
    for (call, argument) in [
        (client.one(nested()), "q"),
        (client.one(BTreeMap::from([("a", "b")])), "q"),
        (client.one(vec![vec![1]]), "q"),
        (client.many(nested()), "q"),
        (client.many(vec![1, 2]), "q"),
        (client.many("text"), "q"),
        (client.many(BTreeMap::from([(None::<&str>, 1)])), "q"),
        (client.one(Unwritable), "q"),
        (client.one(()), "q"),
        (client.csv(Unwritable), "a b"),
        (client.csv(vec![vec![1], vec![2]]), "a b"),
        (client.brackets(BTreeMap::from([("a", "b")])), "a b"),
    ] {
        assert_eq!(refused(&backend, call).await, argument);
    }
}
