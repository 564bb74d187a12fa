//! Proxies that open no tunnel, or one that leads nowhere.

use crate::api::Asks;
use crate::case::Case;
use crate::plan::{Plan, Step};
use crate::run::{Form, run};
use crate::table::Group;

pub(crate) const GROUP: Group = Group { name: "Proxies", cases };

const OPEN: &str = "HTTP/1.1 200 Connection established\r\n\r\n";

fn cases(_: Form) -> Vec<Case> {
    let case = |row: String, bytes: &[u8], end: Step, came: &str, sent: usize| {
        let steps = vec![Step::Send(bytes.to_vec().into()), end];
        let case = Case::new(row, Asks::Json, Plan::proxies(steps), came, sent);
        if came.starts_with("Timeout") { case.timeout(3000) } else { case }
    };
    let mut cases = Vec::new();
    for status in [400, 403, 407, 500, 502, 503] {
        let answer = format!("HTTP/1.1 {status} No\r\nx-secret: planted\r\ncontent-length: 7\r\n\r\nplanted");
        cases.push(case(format!("answers {status}"), answer.as_bytes(), Step::Fin, "Transport(Proxy)", 2));
    }
    for (row, bytes, end, came, sent) in [
        ("says nothing", "", Step::Silence, "Timeout(Connect)", 1),
        ("stops in its answer", "HTTP/1.1 20", Step::Silence, "Timeout(Connect)", 1),
        ("opens a tunnel and says nothing", OPEN, Step::Silence, "Timeout(Connect)", 1),
        ("closes", "", Step::Fin, "Transport(Proxy)", 2),
        ("closes in its answer", "HTTP/1.1 20", Step::Fin, "Transport(Proxy)", 2),
        ("is none", "SSH-2.0-OpenSSH_9.6\r\n\r\n", Step::Fin, "Transport(Proxy)", 2),
        ("opens a tunnel and closes it", OPEN, Step::Fin, "Transport(Connect)", 2),
    ] {
        cases.push(case(row.to_owned(), bytes.as_bytes(), end, came, sent));
    }
    let resets = case("resets".to_owned(), b"", Step::Rst, "Transport(Proxy) or Transport(Connect)", 2);
    cases.push(resets);
    let plain = format!("{OPEN}HTTP/1.1 200 OK\r\n\r\n");
    // What comes with the head of the answer is not read.
    let came = "Transport(Tls) or Transport(Connect)";
    cases.push(case("leads to no TLS".to_owned(), plain.as_bytes(), Step::Fin, came, 1).sent_by_chance());
    let endless =
        vec![Step::Send("HTTP/1.1 200 OK\r\nx: ".into()), Step::Endless("p".repeat(4096).into(), 5)];
    cases.push(Case::new(
        "has a header without end",
        Asks::Json,
        Plan::proxies(endless),
        "Transport(Proxy)",
        2,
    ));
    cases
}

#[test]
fn a_proxy_that_opens_no_tunnel_is_told() {
    run(&GROUP);
}
