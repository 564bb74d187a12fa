//! Calls per second.

use super::faster::{Compared, Row};
use super::text::{Text, grouped, rounded};
use super::{Options, Section};
use crate::plots::{self, Bar};
use crate::subject::{DEFAULT, LEAN, Subject};
use crate::throughput::load::{Protocol, Wanted};
use crate::throughput::{self, Case, Rate};

pub fn section(options: &Options) -> Section {
    let measured = throughput::all(options);
    let mut text = Text::default();
    text.paragraph(&format!(
        "Each client makes calls of the same kind from one thread, with so many in flight at all times, \
         against a server of one thread in a process of its own. HTTP/2 is spoken without TLS, which \
         `LeanTransport` does not do. There this client is also measured over hyper-util. The clients take \
         turns in {} rounds. The first figure is that of the best round. The ratio is the median of all \
         rounds, each by reqwest by hand in the same round, because another program may slow down a \
         round.",
        throughput::rounds(options)
    ));
    text.paragraph(
        "The last figure is the time of the processor that the client takes for a call, in the kernel too. \
         With one call in flight the client mostly waits for the server. Where the server takes longer \
         than the client, the rates of all clients are nearly the same.",
    );
    let mut compared = Vec::new();
    for protocol in [Protocol::Http1, Protocol::Http2] {
        text.heading(3, said(protocol));
        let of = || measured.iter().filter(|(case, _)| case.protocol == protocol);
        let rows = of().flat_map(|(case, rates)| rates.iter().map(|rate| row(case, rate)));
        let heads = ["calls in flight", "client", "calls/s", "of reqwest by hand", "processor, µs per call"];
        text.table(&heads, rows);
        let name = format!("throughput_{}", protocol.name());
        let bars: Vec<Bar> =
            of().flat_map(|(case, rates)| rates.iter().map(|rate| bar(case, rate))).collect();
        let title = format!("Calls in flight over {}, and their rate", said(protocol));
        plots::bars(&options.plot(&name), &title, "calls per second, of reqwest by hand", &bars);
        text.plot(&name, &title);
        for name in [DEFAULT, LEAN] {
            compared.extend(of().filter_map(|(case, rates)| compare(case, rates, name)));
        }
    }
    Section { text, compared, readme: None }
}

fn said(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Http1 => "HTTP/1.1",
        Protocol::Http2 => "HTTP/2",
    }
}

fn kind(case: &Case) -> String {
    match case.wanted {
        Wanted::Issue => grouped(u64::from(case.in_flight)),
        Wanted::Blob => format!("{}, of 1 MiB each", case.in_flight),
    }
}

fn label(name: &str) -> &'static str {
    Subject::named(name).unwrap().label
}

fn row(case: &Case, rate: &Rate) -> Vec<String> {
    vec![
        kind(case),
        label(rate.name).to_owned(),
        rounded(rate.calls_per_second),
        format!("{:.2}", rate.of_by_hand),
        format!("{:.1}", rate.cpu),
    ]
}

fn bar(case: &Case, rate: &Rate) -> Bar {
    let subject = Subject::named(rate.name).unwrap();
    Bar {
        label: format!("{}: {}", kind(case), subject.label),
        value: rate.of_by_hand,
        is_ours: subject.is_ours(),
    }
}

/// By the ratios, which what else the machine does changes least.
fn compare(case: &Case, rates: &[Rate], name: &str) -> Option<Compared> {
    let row = |it: &Rate| Row { label: label(it.name).to_owned(), value: it.of_by_hand };
    let ours = rates.iter().find(|it| it.name == name)?;
    Some(Compared {
        figure: format!("calls per second over {}, in flight: {}", said(case.protocol), kind(case)),
        ours: row(ours),
        others: rates.iter().filter(|it| !Subject::named(it.name).unwrap().is_ours()).map(row).collect(),
        is_less_better: false,
        noise: 0.1,
    })
}
