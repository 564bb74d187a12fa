//! The time of one caller in a storm, by how many callers there are.

use crate::child;
use crate::plots::{self, Line};
use crate::report::faster::{Compared, Row};
use crate::report::text::{Text, grouped};
use crate::report::{Options, Section};
use crate::storms::SHAPES;

const NAMES: [&str; 4] = ["declared", "mutex", "shared", "each"];

pub fn section(options: &Options) -> Section {
    let counts: &[u64] = options.pick(&[1, 10, 100, 1_000, 10_000, 100_000], &[1, 10, 100, 1_000]);
    let rounds = options.pick(7, 2);
    let mut least = vec![[f64::MAX; NAMES.len()]; counts.len()];
    for _ in 0..rounds {
        for (count, least) in counts.iter().zip(&mut least) {
            for (name, least) in NAMES.iter().zip(least) {
                let elapsed = child::numbers(&["storm", name, &count.to_string(), "lapsed"])[1];
                *least = least.min(elapsed as f64 / 1e3 / *count as f64);
            }
        }
    }
    let labels = NAMES.map(|name| SHAPES.iter().find(|it| it.name == name).unwrap().label);
    let mut text = Text::default();
    text.paragraph(&format!(
        "This is the storm of above, not under valgrind: the time from the start of the first task to the \
         end of the last one, divided by the callers, in µs. It is the least of {rounds} rounds, in which \
         the shapes take turns. Each round is a process of its own, so its first calls find cold caches.",
    ));
    let mut heads = vec!["callers"];
    heads.extend(labels);
    let rows = counts.iter().zip(&least).map(|(count, least)| {
        let mut cells = vec![grouped(*count)];
        cells.extend(least.iter().map(|it| format!("{it:.1}")));
        cells
    });
    text.table(&heads, rows);
    let lines: Vec<Line> = labels
        .iter()
        .enumerate()
        .map(|(place, label)| Line {
            label: (*label).to_owned(),
            points: counts.iter().zip(&least).map(|(count, least)| (*count as f64, least[place])).collect(),
        })
        .collect();
    let title = "Time of one caller in a storm";
    plots::lines(&options.plot("callers"), title, ("callers", "µs per caller"), &lines);
    text.plot("callers", title);
    let last = least[least.len() - 1];
    let row = |place: usize| Row { label: labels[place].to_owned(), value: last[place] };
    let compared = Compared {
        figure: format!("time per caller in a storm of {}", grouped(counts[counts.len() - 1])),
        ours: row(0),
        others: (1..NAMES.len()).map(row).collect(),
        is_less_better: true,
        noise: 0.1,
    };
    Section { text, compared: vec![compared], readme: None }
}
