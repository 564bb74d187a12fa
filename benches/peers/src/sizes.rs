//! The sizes of a call and of futures, as the compiler lays them out.

use crate::peers::{feignhttp, hyper_util, middleware, ours, progenitor, reqwest};
use crate::report::text::{Text, grouped};
use crate::subject::on_one_thread;
use crate::throughput::load::Protocol;

/// Nothing is sent to it.
const BASE: &str = "http://localhost";

/// Adds the sizes to the report.
pub fn describe(text: &mut Text) {
    text.heading(3, "Sizes");
    text.paragraph(
        "These are the bytes of a value of each type, by `size_of_val`. The call of this client is what \
         its method returns, and its future is one allocation. The others are futures of `async` \
         functions, which their caller holds. What these allocate for their request is in the table \
         above.",
    );
    let rows = measured().into_iter().map(|(of, bytes)| vec![of.to_owned(), grouped(bytes as u64)]);
    text.table(&["value", "bytes"], rows);
}

fn measured() -> Vec<(&'static str, usize)> {
    // reqwest and hyper-util need a runtime to build a client.
    on_one_thread(async {
        let by_hand = reqwest::ByHand::new(BASE, Protocol::Http1);
        let hyper_util = hyper_util::ByHand::new(BASE, Protocol::Http1);
        let (call, future) = ours::sizes();
        vec![
            ("this client: a call before it is awaited", call),
            ("this client: the future of a call, in its box", future),
            ("hyper-util's client by hand: the future", size_of_val(&hyper_util.issue(7))),
            ("reqwest by hand, with the least work: the future", size_of_val(&by_hand.least(7))),
            ("reqwest by hand: the future", size_of_val(&by_hand.plain(7))),
            ("reqwest by hand, with `.query()`: the future", size_of_val(&by_hand.with_query(7))),
            ("progenitor: the future", size_of_val(&progenitor::Generated::new(BASE).issue(7))),
            ("reqwest-middleware: the future", size_of_val(&middleware::WithRefresh::new(BASE).issue(7))),
            ("feignhttp: the future", size_of_val(&feignhttp::Declared::new(BASE).issue(7))),
        ]
    })
}
