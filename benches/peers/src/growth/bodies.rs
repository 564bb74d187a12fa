//! The time and the memory of an answer, by its bytes: as a whole, and piece by piece.

use std::fs;
use std::process::ExitCode;
use std::time::Instant;

use crate::child;
use crate::peers::{ours, reqwest};
use crate::plots::{self, Line};
use crate::report::faster::{Compared, Row};
use crate::report::text::{Text, grouped};
use crate::report::{Options, Section};
use crate::server::Server;
use crate::subject::on_one_thread;
use crate::throughput::load::{Load, Protocol};
use crate::throughput::median;

const WAYS: [(&str, &str); 4] = [
    ("whole", "this client, `Bytes`"),
    ("pieces", "this client, `ByteStream`"),
    ("whole-by-hand", "reqwest by hand, `bytes()`"),
    ("pieces-by-hand", "reqwest by hand, `chunk()`"),
];

/// Prints the median of the ns of one answer, and the peak of the memory of this process in KiB.
pub fn run(way: &str, base: &str, bytes: u64, times: u32) -> ExitCode {
    let median = on_one_thread(async {
        let (declared, by_hand) =
            (ours::Declared::by_default(base), reqwest::ByHand::new(base, Protocol::Http1));
        let mut taken = Vec::new();
        for _ in 0..times {
            let begin = Instant::now();
            let length = match way {
                "whole" => declared.blob(bytes).await,
                "pieces" => declared.pieces(bytes).await,
                "whole-by-hand" => by_hand.blob(bytes).await,
                _ => by_hand.pieces(bytes).await,
            };
            assert_eq!(length, bytes);
            taken.push(begin.elapsed().as_nanos() as f64);
        }
        median(taken)
    });
    println!("{median} {}", peak());
    ExitCode::SUCCESS
}

fn peak() -> u64 {
    let told = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = told.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|it| it.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

/// Each in ms, and in MiB.
type Measured = (f64, f64);

fn measured(sizes: &[u64], rounds: u32) -> Vec<[Measured; WAYS.len()]> {
    let server = Server::start();
    let mut all = vec![[(f64::MAX, f64::MAX); WAYS.len()]; sizes.len()];
    for _ in 0..rounds {
        for (bytes, of_size) in sizes.iter().zip(&mut all) {
            let times = (64 * 1_048_576 / bytes).clamp(4, 200).to_string();
            for ((way, _), least) in WAYS.iter().zip(of_size) {
                let told = child::numbers(&["body", way, &server.base, &bytes.to_string(), &times]);
                let (time, peak) = (told[0] as f64 / 1e6, told[1] as f64 / 1_024.0);
                *least = (least.0.min(time), least.1.min(peak));
            }
        }
    }
    all
}

pub fn section(options: &Options) -> Section {
    let exponents: &[u32] = options.pick(&[10, 14, 18, 20, 22, 24, 26], &[10, 18]);
    let sizes: Vec<u64> = exponents.iter().map(|it| 1 << it).collect();
    let rounds = options.pick(7, 1);
    let measured = measured(&sizes, rounds);
    let mut text = Text::default();
    text.paragraph(&format!(
        "The server sends an answer of so many bytes over HTTP/1.1, and the client reads it as a whole or \
         piece by piece. Each figure is of 4 to 200 answers in a process of its own, one after the other: \
         the median of their times, and the peak of the memory. It is the least of {rounds} such \
         processes. Most memory of the first row is that of the process itself.",
    ));
    let lines = |of: fn(&Measured) -> f64| {
        let line = |(place, (_, label)): (usize, &(&str, &str))| Line {
            label: (*label).to_owned(),
            points: sizes
                .iter()
                .zip(&measured)
                .map(|(bytes, ways)| (*bytes as f64 / 1_024.0, of(&ways[place])))
                .collect(),
        };
        WAYS.iter().enumerate().map(line).collect::<Vec<_>>()
    };
    let mut heads = vec!["bytes"];
    heads.extend(WAYS.map(|(_, label)| label));
    let parts: [(&str, &str, &str, fn(&Measured) -> f64); 2] = [
        ("bodies_time", "Time of an answer, by its bytes", "ms", |it| it.0),
        ("bodies_memory", "Peak memory of the process, by the bytes of an answer", "MiB", |it| it.1),
    ];
    for (name, title, unit, of) in parts {
        text.paragraph(&format!("{title}, in {unit}:"));
        let rows = sizes.iter().zip(&measured).map(|(bytes, ways)| {
            let mut cells = vec![grouped(*bytes)];
            cells.extend(ways.iter().map(|it| format!("{:.2}", of(it))));
            cells
        });
        text.table(&heads, rows);
        plots::lines(&options.plot(name), title, ("bytes of the answer, KiB", unit), &lines(of));
        text.plot(name, title);
    }
    let last = measured[measured.len() - 1];
    let compare = |figure: &str, ours: usize, of: fn(&Measured) -> f64| {
        let row = |place: usize| Row { label: WAYS[place].1.to_owned(), value: of(&last[place]) };
        Compared {
            figure: format!("{figure} of an answer of {} bytes", grouped(sizes[sizes.len() - 1])),
            ours: row(ours),
            others: vec![row(ours + 2)],
            is_less_better: true,
            noise: 0.1,
        }
    };
    let compared = vec![
        compare("time", 0, |it| it.0),
        compare("peak memory", 0, |it| it.1),
        compare("time", 1, |it| it.0),
        compare("peak memory", 1, |it| it.1),
    ];
    Section { text, compared, readme: None }
}
