//! What one call takes: instructions and allocations, and the sizes of calls and futures.

use super::faster::{Compared, Row};
use super::text::{Text, grouped, ratio, rounded};
use super::{Options, Section, readme};
use crate::instructions::{self, Cost};
use crate::plots::{self, Bar};
use crate::sizes;
use crate::subject::{BY_HAND, DEFAULT, EQUAL, HYPER_UTIL, LEAN, OVER_HYPER_UTIL};

pub fn section(options: &Options) -> Section {
    let mut costs = instructions::all(options.quick);
    costs.sort_by_key(|it| it.instructions);
    let mut text = Text::default();
    text.paragraph(
        "Each client makes the same call: a GET with an argument in the path and one in the query, a token \
         of 700 bytes, and an answer of 480 bytes of JSON with ten fields, which it decodes. It goes over \
         one kept connection of HTTP/1.1 without TLS. The server is a process of its own.",
    );
    text.paragraph(
        "valgrind counts the client's process alone, on one thread, as cargo builds it for release. A \
         figure is what 2,200 calls take less what 200 calls take, divided by 2,000. Instructions are \
         those of callgrind. Allocations and bytes are all that dhat sees, also those that are freed at \
         once.",
    );
    text.paragraph(
        "Each client encodes its arguments. The rows differ in what else they do. This client also keeps \
         the request for a replay, signs by a session, and has a timeout and spans. reqwest by hand has \
         the code that most people write. With the least work its headers are ready, and it has no \
         builder. The client of progenitor has a fixed token in its default headers. The middleware \
         refreshes a token.",
    );
    table(&mut text, &costs);
    text.paragraph(&format!(
        "reqwest by hand with `.query()` and a timeout does most of what a call of this client does. Of \
         its instructions, the default transport takes {}.",
        ratio(instructions_of(&costs, DEFAULT), instructions_of(&costs, EQUAL))
    ));
    let bars: Vec<Bar> = costs
        .iter()
        .map(|it| Bar {
            label: it.subject.label.to_owned(),
            value: it.instructions as f64,
            is_ours: it.subject.is_ours(),
        })
        .collect();
    plots::bars(&options.plot("instructions"), "Instructions per call", "instructions", &bars);
    text.plot("instructions", "Instructions per call of each client");
    sizes::describe(&mut text);
    Section { text, compared: compared(&costs), readme: Some(readme::part(&costs)) }
}

fn instructions_of(costs: &[Cost], name: &str) -> f64 {
    let found = costs.iter().find(|it| it.subject.name == name);
    found.map_or(f64::NAN, |it| it.instructions as f64)
}

fn table(text: &mut Text, costs: &[Cost]) {
    let (by_hand, hyper_util) = (instructions_of(costs, BY_HAND), instructions_of(costs, HYPER_UTIL));
    let heads = [
        "client",
        "instructions",
        "of reqwest by hand",
        "of hyper-util by hand",
        "allocations",
        "bytes allocated",
    ];
    let over_hyper = ["hyper", HYPER_UTIL, OVER_HYPER_UTIL, LEAN];
    let row = |it: &Cost| {
        let count = it.instructions as f64;
        let of_hyper_util =
            if over_hyper.contains(&it.subject.name) { ratio(count, hyper_util) } else { String::new() };
        vec![
            it.subject.label.to_owned(),
            grouped(it.instructions),
            ratio(count, by_hand),
            of_hyper_util,
            format!("{:.1}", it.blocks),
            grouped(it.bytes),
        ]
    };
    text.table(&heads, costs.iter().map(row));
}

fn compared(costs: &[Cost]) -> Vec<Compared> {
    let kinds: [(&str, fn(&Cost) -> f64); 3] = [
        ("instructions per call", |it| it.instructions as f64),
        ("allocations per call", |it| it.blocks),
        ("bytes allocated per call", |it| it.bytes as f64),
    ];
    let mut all = Vec::new();
    for name in [DEFAULT, LEAN] {
        for (figure, of) in kinds {
            let row = |it: &Cost| Row { label: it.subject.label.to_owned(), value: of(it) };
            let ours = costs.iter().find(|it| it.subject.name == name).unwrap();
            all.push(Compared {
                figure: format!("{figure}, {}", rounded(of(ours))),
                ours: row(ours),
                others: costs.iter().filter(|it| !it.subject.is_ours()).map(row).collect(),
                is_less_better: true,
                noise: 0.01,
            });
        }
    }
    all
}
