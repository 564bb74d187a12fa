//! Redirects to other origins, to invalid addresses, to other schemes, and in circles.

use crate::answers::{self, Framing};
use crate::api::Asks;
use crate::case::{Case, Refreshes, VALUE, fine};
use crate::plan::{Plan, Step};
use crate::run::{Form, run};
use crate::table::Group;

pub(crate) const GROUP: Group = Group { name: "Redirects", cases };

fn to(status: u16, location: impl AsRef<[u8]>) -> Vec<Step> {
    let head =
        format!("HTTP/1.1 {status} Elsewhere\r\ncontent-length: 0\r\nset-cookie: a=planted\r\nlocation: ");
    vec![Step::Send([head.as_bytes(), location.as_ref(), b"\r\n\r\n"].concat().into())]
}

/// Where a redirect leads that is not followed, and how often it is asked.
const NOWHERE: [(&str, &[u8], &str, usize); 14] = [
    ("to javascript:", b"javascript:alert(1)", "Transport(Redirect)", 1),
    ("to file:", b"file:///etc/passwd", "Transport(Redirect)", 1),
    ("to data:", b"data:application/json,{}", "Transport(Redirect)", 1),
    ("to ftp:", b"ftp://127.0.0.1/", "Transport(Redirect)", 1),
    ("to ws:", b"ws://127.0.0.1/", "Transport(Redirect)", 1),
    ("to mailto:", b"mailto:a@b.example", "Transport(Redirect)", 1),
    ("to no host", b"http://", "Transport(Redirect)", 1),
    ("to a port that is none", b"http://127.0.0.1:99999/", "Transport(Redirect)", 1),
    ("to an IPv6 address that is none", b"http://[::1/", "Transport(Redirect)", 1),
    ("to an IPv6 address where no server is", b"http://[::1]:1/", "Transport(Connect)", 2),
    ("to a port where no server is", b"http://127.0.0.1:1/", "Transport(Connect)", 2),
    ("to itself", b"/json", "Transport(Redirect)", 11),
    ("with a CR", b"/fi\rne", "Transport(NotHttp)", 1),
    ("with a NUL", b"/fi\0ne", "Transport(NotHttp)", 1),
];

/// Where a redirect leads that is followed on the server itself.
const HERE: [(&str, &[u8]); 8] = [
    ("with a path", b"/fine"),
    ("with a relative path", b"fine"),
    ("with dots", b"../../../fine"),
    ("with another scheme's slashes", b"\\fine"),
    ("with spaces", b"  /fine  "),
    ("with a fragment", b"/fine#planted"),
    ("with a query", b"/fine?a=%0d%0aset-cookie:%20b"),
    ("with a tab", b"/fi\tne"),
];

fn cases(_: Form) -> Vec<Case> {
    let mut cases = Vec::new();
    for (row, location, came, sent) in NOWHERE {
        cases.push(Case::new(row, Asks::Json, fine(Plan::on("/json", [to(302, location)])), came, sent));
    }
    for (row, location) in HERE {
        cases.push(Case::new(row, Asks::Json, fine(Plan::on("/json", [to(302, location)])), VALUE, 1));
    }
    for (row, location, path) in
        [("in Latin-1", &b"/caf\xe9"[..], "/caf%E9"), ("in UTF-8", "/caf\u{e9}".as_bytes(), "/caf%C3%A9")]
    {
        let plan = Plan::on("/json", [to(302, location)]).and(path, [answers::json(Framing::Length).steps()]);
        cases.push(Case::new(row, Asks::Json, fine(plan), VALUE, 1));
    }
    let served = || Plan::on("/there", [answers::json(Framing::Length).steps()]);
    for status in [301, 302, 303, 307, 308] {
        for asks in [Asks::Json, Asks::Create, Asks::Upload(100)] {
            let plan = Plan::on(asks.path(), [to(status, "http://OTHER/there")]);
            let row = format!("{status} to another origin, {}", asks.path());
            cases.push(Case::new(row, asks, fine(plan), VALUE, 1).other(served(), 1));
        }
    }
    let back = Plan::on("/there", [to(307, "http://MAIN/back")]);
    let plan = Plan::on("/json", [to(307, "http://OTHER/there")])
        .and("/back", [answers::json(Framing::Length).steps()]);
    cases.push(Case::new("to another origin and back", Asks::Json, fine(plan), VALUE, 1).other(back, 1));
    let circle = Plan::on("/there", [to(307, "http://MAIN/json")]);
    let plan = Plan::on("/json", [to(307, "http://OTHER/there")]);
    let row = "in a circle over another origin";
    cases.push(Case::new(row, Asks::Json, fine(plan), "Transport(Redirect)", 6).other(circle, 5));
    let plan = Plan::on("/json", [to(307, "https://OTHER/there")]);
    let plain = Plan::greets([vec![Step::Send("HTTP/1.1 400 Bad Request\r\n\r\n".into()), Step::Fin]]);
    let row = "to https where none is";
    cases.push(Case::new(row, Asks::Json, fine(plan), "Transport(Tls)", 1).other(plain, 0));
    let plan = Plan::on("/json", [to(302, "/".to_owned() + &"a".repeat(100 << 10))]);
    cases.push(Case::new("longer than an address", Asks::Json, fine(plan), "Transport(Redirect)", 1));
    for location in ["http://user:secret@OTHER/there", "//user:secret@OTHER/there"] {
        let plan = Plan::on("/json", [to(302, location)]);
        cases
            .push(Case::new(format!("to `{location}`"), Asks::Json, fine(plan), VALUE, 1).other(served(), 1));
    }
    cases.extend(session());
    cases
}

/// Session endpoints follow none: what they send is secret.
fn session() -> Vec<Case> {
    let served = || Plan::on("/there", [answers::tokens(Framing::Length).steps()]);
    let redirect = || to(307, "http://OTHER/there");
    let sign_in =
        Case::new("a sign-in", Asks::SignIn, fine(Plan::on("/login", [redirect()])), "Status(307)", 1);
    let plan = Plan::on("/json", [answers::refusal(Framing::Length).steps()]).and("/refresh", [redirect()]);
    let refresh = Case::new("a refresh", Asks::Json, plan, "RefreshUnavailable(Status(307))", 1);
    vec![
        sign_in.signed_in(false).other(served(), 0),
        refresh.refreshes(Refreshes::Patiently, 1).other(served(), 0),
    ]
}

#[test]
fn a_redirect_leads_no_secret_astray() {
    run(&GROUP);
}
