//! How long the compiler checks a trait of many endpoints, next to the same endpoints by hand.

use super::printed;
use crate::plots::{self, Line};
use crate::report::faster::{Compared, Row};
use crate::report::text::{Text, grouped};
use crate::report::{Options, Section};

/// The time of checks in ms: with so many endpoints, and without one.
#[derive(Clone, Copy)]
struct Checked {
    endpoints: u32,
    with: f64,
    without: f64,
}

impl Checked {
    fn each(self) -> f64 {
        (self.with - self.without) / f64::from(self.endpoints)
    }
}

const WAYS: [(&str, &str); 2] = [("declared", "this client"), ("by_hand", "reqwest by hand")];

pub fn section(options: &Options) -> Section {
    let counts: &[u32] = options.pick(&[1, 10, 100, 500], &[1, 10]);
    let rounds = options.pick("5", "1");
    let measured: Vec<[Checked; 2]> = counts.iter().map(|count| checked(*count, rounds)).collect();
    let mut text = Text::default();
    text.paragraph(&format!(
        "`benches/endpoints.sh` writes a program with so many endpoints, each with an answer type of its \
         own, and the same with one `async fn` of reqwest each. A figure is the fastest of {rounds} runs \
         of `cargo check` of that program alone. The last two columns are what one endpoint adds to the \
         same program without any.",
    ));
    // What few endpoints add is less than two checks differ.
    let each = |it: &Checked| if it.endpoints < 100 { String::new() } else { format!("{:.1}", it.each()) };
    let rows = measured.iter().map(|[declared, by_hand]| {
        vec![
            grouped(u64::from(declared.endpoints)),
            grouped(declared.with as u64),
            grouped(by_hand.with as u64),
            each(declared),
            each(by_hand),
        ]
    });
    let heads = ["endpoints", "this client, ms", "by hand, ms", "each, this client, ms", "each, by hand, ms"];
    text.table(&heads, rows);
    let lines: Vec<Line> = WAYS
        .iter()
        .enumerate()
        .map(|(place, (_, label))| Line {
            label: (*label).to_owned(),
            points: measured.iter().map(|it| (f64::from(it[place].endpoints), it[place].with)).collect(),
        })
        .collect();
    let title = "Time to check a program, by its endpoints";
    plots::lines(&options.plot("endpoints"), title, ("endpoints", "cargo check, ms"), &lines);
    text.plot("endpoints", title);
    let row =
        |place: usize, it: &[Checked; 2]| Row { label: WAYS[place].1.to_owned(), value: it[place].each() };
    let compared = measured.last().map(|it| Compared {
        figure: format!("check of one of {} endpoints", it[0].endpoints),
        ours: row(0, it),
        others: vec![row(1, it)],
        is_less_better: true,
        noise: 0.1,
    });
    Section { text, compared: compared.into_iter().collect(), readme: None }
}

fn checked(endpoints: u32, rounds: &str) -> [Checked; 2] {
    let told = printed("benches/endpoints.sh", &[&endpoints.to_string(), rounds, "check"]);
    WAYS.map(|(name, _)| {
        let line = told.lines().find_map(|line| line.strip_prefix(&format!("{name} check: "))).unwrap();
        let (with, without) = line.split_once(' ').unwrap();
        Checked { endpoints, with: with.parse().unwrap(), without: without.parse().unwrap() }
    })
}
