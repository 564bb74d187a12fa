//! Random enums and structs with the derives: each gives a complete implementation, or reports its mistakes.

use fastrand::Rng;
use proc_macro2::TokenStream;

use super::{correct::pick, disturbed, rounds, tokens, verdict::errors};
use crate::derive::{api_error, page, token_request, token_response};

/// Correct attributes, and attributes with a mistake.
const ON_VARIANTS: &[(&str, bool)] = &[
    ("#[status(4xx)] ", true),
    ("#[status(5xx)] ", true),
    ("#[status(409)] ", true),
    ("#[status(404, 410)] ", true),
    ("#[status(418)] #[error(\"tea\")] ", true),
    ("", false),
    ("#[status] ", false),
    ("#[status()] ", false),
    ("#[status(200)] ", false),
    ("#[status(x)] ", false),
    ("#[status(401, 401)] ", false),
    ("#[status = 409] ", false),
    ("#[statsu(422)] ", false),
    ("#[status(423)] #[other] ", false),
    ("#[ohter] ", false),
    ("#[api_error(crate = x)] #[status(424)] ", false),
];

const FIELDS: &[(&str, bool)] = &[
    ("", true),
    ("(Body)", true),
    ("(Vec<T>)", true),
    ("(A, B)", false),
    ("{ a: A }", false),
    ("()", false),
];

const OTHERS: &[(&str, bool)] = &[
    ("#[other] Other(Error)", true),
    ("#[other] Other(#[from] Error)", true),
    ("#[other] Rest(sdk_runtime::Error)", true),
    ("#[other] Other", false),
    ("#[other(x)] Other(Error)", false),
    ("#[othr] Other(Error)", false),
    ("Other(Error)", false),
    ("#[other] Other(Error), #[other] More(Error)", false),
    ("", false),
];

const OF_PAGES: &[(&str, bool)] = &[
    ("#[page(next)] next: Option<String>", true),
    ("#[page(more)] more: bool", true),
    ("plain: u64", true),
    ("#[page(next, more)] both: bool", false),
    ("#[page] role: u64", false),
    ("#[page(nxet)] slip: Option<u64>", false),
    ("#[pgae(next)] slip: Option<u64>", false),
    ("#[page = next] assigned: u64", false),
];

const OF_RESPONSES: &[(&str, bool)] = &[
    ("refresh_token: Option<String>", true),
    ("#[token(expires_in = ms)] expires: u64", true),
    ("scope: String", true),
    ("#[token(subject)] user: T", true),
    ("#[serde(skip)] token: Vec<T>", true),
    ("id_token: String", true),
    ("#[token(acess)] slip: String", false),
    ("#[tokn(refresh)] slip: String", false),
    ("#[token] role: u64", false),
    ("#[token = \"access\"] assigned: u64", false),
    ("#[token(ok, message)] both: bool", false),
    ("#[token(expires_at = ms)] unit: u64", false),
    ("#[token(header = \"x\")] head: String", false),
];

const OF_REQUESTS: &[(&str, bool)] = &[
    ("refresh_token: String", true),
    ("accessToken: Option<String>", true),
    ("grant_type: &'static str", true),
    ("#[token(value = 1)] version: u8", true),
    ("#[token(default)] scopes: Vec<T>", true),
    ("#[token(nested)] inner: T", true),
    ("token: String", false),
    ("#[token(refesh)] slip: String", false),
    ("#[tokens(access)] slip: String", false),
    ("#[token(value)] nothing: String", false),
    ("#[token(refresh)] borrowed: &'static str", false),
    ("client_id: String", true),
    ("#[token(client_secret)] secret: Option<String>", true),
    ("#[token(provided)] device: T", true),
    ("audience: String", false),
    ("#[token(provided = 1)] assigned: T", false),
];

/// Returns some of `from`, each once, and whether all of them are correct. One in `rare` has a mistake.
fn some<'a>(rng: &mut Rng, from: &[(&'a str, bool)], rare: u32) -> (Vec<&'a str>, bool) {
    let mut chosen = Vec::new();
    for (text, is_right) in from {
        let chance = if *is_right { 2 } else { rare };
        if rng.u32(..chance) == 0 {
            chosen.push((*text, *is_right));
        }
    }
    rng.shuffle(&mut chosen);
    let is_right = chosen.iter().all(|(_, is_right)| *is_right);
    (chosen.into_iter().map(|(text, _)| text).collect(), is_right)
}

fn failure(rng: &mut Rng) -> (String, bool) {
    let (attributes, mut is_right) = some(rng, ON_VARIANTS, 40);
    let mut variants: Vec<String> = Vec::new();
    for (index, attribute) in attributes.into_iter().enumerate() {
        let (field, fits) = if rng.u8(..30) == 0 { pick(rng, FIELDS) } else { pick(rng, &FIELDS[..3]) };
        is_right &= fits;
        variants.push(format!("{attribute} V{index} {field}"));
    }
    let (other, fits) = if rng.u8(..4) == 0 { pick(rng, OTHERS) } else { OTHERS[0] };
    is_right &= fits;
    variants.insert(rng.usize(..=variants.len()), other.to_owned());
    variants.retain(|variant| !variant.is_empty());
    let options = pick(rng, &["", "", "#[api_error(crate = my::sdk)]"]);
    (format!("{options} enum Failure<T> {{ {} }}", variants.join(", ")), is_right)
}

fn paged(rng: &mut Rng) -> (String, bool) {
    let (mut fields, is_right) = some(rng, OF_PAGES, 20);
    let has_items = rng.u8(..8) != 0;
    fields.extend(has_items.then_some("#[page(items)] items: Vec<T>"));
    let has_two = has_items && rng.u8(..10) == 0;
    fields.extend(has_two.then_some("#[page(items)] second: Vec<T>"));
    rng.shuffle(&mut fields);
    (format!("struct Paged<T> {{ {} }}", fields.join(", ")), is_right && has_items && !has_two)
}

fn issued(rng: &mut Rng) -> (String, bool) {
    let (mut fields, is_right) = some(rng, OF_RESPONSES, 30);
    let has_access = rng.u8(..8) != 0;
    fields.extend(has_access.then_some("access_token: String"));
    let has_two = has_access && rng.u8(..10) == 0;
    fields.extend(has_two.then_some("accessToken: String"));
    rng.shuffle(&mut fields);
    let (options, fits) = pick(
        rng,
        &[
            ("", true),
            ("#[token(at = \"data\", ok = \"success\")]", true),
            ("#[token(crate = my::sdk)]", true),
            ("#[token(at = \"/data\")]", false),
        ],
    );
    (
        format!("{options} struct Issued<T> {{ {} }}", fields.join(", ")),
        is_right && has_access && !has_two && fits,
    )
}

fn refresh(rng: &mut Rng) -> (String, bool) {
    let (fields, is_right) = some(rng, OF_REQUESTS, 30);
    (format!("struct Refresh<T> {{ {} }}", fields.join(", ")), is_right)
}

/// Returns the fault of the code for a declaration that is correct, has a mistake, or may be either
/// (`None`).
fn fault(code: &TokenStream, is_right: Option<bool>) -> Option<String> {
    let text = code.to_string();
    // The lint that reports a mistake if the compiler is silent.
    let reported = errors(code).len() + text.matches("must_use =").count();
    let is_dead = text.contains("__never");
    let wanted = is_right.unwrap_or(reported == 0);
    let fits = wanted == (reported == 0) && (!is_dead || reported > 0) && !text.contains("unreachable");
    let is_whole = reported > 0 || (text.contains("impl") && syn::parse2::<syn::File>(code.clone()).is_ok());
    (!fits || !is_whole)
        .then(|| format!("right: {is_right:?}, reported: {reported}, dead: {is_dead}\n{text}"))
}

#[test]
fn an_error_is_whole_or_reported() {
    rounds("derived errors", |seed| {
        let (item, is_right) = failure(&mut Rng::with_seed(seed));
        fault(&api_error(tokens(&item)), Some(is_right)).map(|fault| format!("{item}: {fault}"))
    });
}

#[test]
fn a_page_is_whole_or_reported() {
    rounds("derived pages", |seed| {
        let (item, is_right) = paged(&mut Rng::with_seed(seed));
        fault(&page(tokens(&item)), Some(is_right)).map(|fault| format!("{item}: {fault}"))
    });
}

#[test]
fn a_response_with_tokens_is_whole_or_reported() {
    rounds("derived responses with tokens", |seed| {
        let (item, is_right) = issued(&mut Rng::with_seed(seed));
        fault(&token_response(tokens(&item)), Some(is_right)).map(|fault| format!("{item}: {fault}"))
    });
}

#[test]
fn a_request_from_the_session_is_whole_or_reported() {
    rounds("derived requests from the session", |seed| {
        let (item, is_right) = refresh(&mut Rng::with_seed(seed));
        fault(&token_request(tokens(&item)), Some(is_right)).map(|fault| format!("{item}: {fault}"))
    });
}

#[test]
fn random_tokens_are_whole_or_reported() {
    rounds("derives of shuffled tokens", |seed| {
        let mut rng = Rng::with_seed(seed);
        let (derive, (item, _)): (fn(TokenStream) -> TokenStream, _) = match rng.u8(..4) {
            0 => (api_error, failure(&mut rng)),
            1 => (page, paged(&mut rng)),
            2 => (token_response, issued(&mut rng)),
            _ => (token_request, refresh(&mut rng)),
        };
        let item = disturbed(disturbed(tokens(&item), &mut rng), &mut rng);
        fault(&derive(item.clone()), None).map(|fault| format!("{item}: {fault}"))
    });
}
