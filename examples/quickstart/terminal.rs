//! Summary and timeline of a report in the terminal, at most 80 columns wide.

#![expect(clippy::print_stdout, reason = "this is the part that prints")]

use std::env;
use std::fmt::Write as _;
use std::io::{IsTerminal as _, stdout};
use std::time::Duration;

use crate::report::{Report, grouped};

/// Whether to colour.
#[derive(Clone, Copy)]
pub(crate) struct Style {
    coloured: bool,
}

const BLUE: &str = "38;5;74";
const AMBER: &str = "38;5;179";
const GREEN: &str = "1;38;5;71";
const VIOLET: &str = "38;5;140";
const DIM: &str = "2";
const BOLD: &str = "1";

impl Style {
    /// Colours for a terminal, unless the user wants none (<https://no-color.org>).
    pub(crate) fn of_stdout() -> Self {
        let unwanted = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self { coloured: stdout().is_terminal() && !unwanted }
    }

    /// One step of the program.
    pub(crate) fn step(self, name: &str, text: &str) {
        println!("{}  {text}", self.paint(BOLD, &format!("{name:>10}")));
    }

    /// More about the step before.
    pub(crate) fn detail(self, text: &str) {
        println!("{:>10}  {}", "", self.paint(AMBER, text));
    }

    fn paint(self, code: &str, text: &str) -> String {
        match self.coloured && !text.trim().is_empty() {
            true => format!("\x1b[{code}m{text}\x1b[0m"),
            false => text.to_owned(),
        }
    }
}

/// Rows of the tall chart.
const HEIGHT: usize = 8;
/// Columns to the right of the labels.
const WIDTH: usize = 66;
const LEVELS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The summary, and the timeline below it.
pub(crate) fn draw(report: &Report, style: Style) -> String {
    format!("{}\n{}", summary(report, style), timeline(report, style))
}

fn summary(report: &Report, style: Style) -> String {
    let seconds = report.elapsed.as_secs_f64();
    let calls = report.counts.served_calls;
    let rows = [
        ("calls", BLUE, calls, format!("answered in {seconds:.1} s over {} connections", report.connections)),
        (
            "rejected",
            AMBER,
            report.rejected.len(),
            format!(
                "by the server, which had forgotten the token; {} at any other time",
                report.rejected_in_steady_state()
            ),
        ),
        ("refreshes", GREEN, report.refreshed.len(), "of the token, each shared by all callers".to_owned()),
        ("replays", VIOLET, report.replayed.len(), "of rejected calls, with the new token".to_owned()),
        ("reused", DIM, report.counts.reused, "spent refresh tokens".to_owned()),
        ("failed", DIM, report.failed, "calls".to_owned()),
    ];
    let mut text = String::new();
    for (name, colour, count, what) in rows {
        let name = style.paint(BOLD, &format!("{name:>10}"));
        let count = style.paint(colour, &format!("{:>6}", grouped(count)));
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "{name}  {count} {what}");
    }
    text
}

fn timeline(report: &Report, style: Style) -> String {
    let width = column_width(report.elapsed);
    let columns = |times| report.histogram(times, width);
    let calls = columns(&report.served);
    let most = calls.iter().copied().max().unwrap_or_default().max(1);

    let mut text = String::new();
    let title = format!("calls per {} ms", width.as_millis());
    let _ = writeln!(text, "{:>10}  {}", "", style.paint(BLUE, &title));
    for row in (0..HEIGHT).rev() {
        let label = match row {
            _ if row == HEIGHT - 1 => most.to_string(),
            _ if row == HEIGHT / 2 - 1 => (most / 2).to_string(),
            0 => "0".to_owned(),
            _ => String::new(),
        };
        let bars: String = calls.iter().map(|&count| level(count, most, row, HEIGHT)).collect();
        let _ = writeln!(text, "{label:>10} {}{}", style.paint(DIM, "┤"), style.paint(BLUE, &bars));
    }
    let _ = writeln!(text, "{:>10} {}", "", style.paint(DIM, &axis(calls.len(), width)));

    let small = [("rejected", AMBER, &report.rejected), ("replayed", VIOLET, &report.replayed)];
    let most = small.iter().flat_map(|(_, _, times)| columns(times)).max().unwrap_or_default();
    let strip =
        |times| columns(times).into_iter().map(|count| level(count, most.max(1), 0, 1)).collect::<String>();
    let refreshes: String =
        columns(&report.refreshed).into_iter().map(|count| if count > 0 { '◆' } else { ' ' }).collect();
    for (name, colour, bars) in [
        ("rejected", AMBER, strip(&report.rejected)),
        ("refreshed", GREEN, refreshes),
        ("replayed", VIOLET, strip(&report.replayed)),
    ] {
        let _ = writeln!(text, "{name:>10}  {}", style.paint(colour, bars.trim_end()));
    }
    text
}

/// A tenth of a second, or a multiple of it if the run would not fit.
fn column_width(elapsed: Duration) -> Duration {
    let tenths = (elapsed.as_secs_f64() * 10.0 / WIDTH as f64).ceil();
    Duration::from_millis(100) * (tenths as u32).max(1)
}

/// The part of a bar in one row, in eighths. A count above zero is never drawn as nothing.
fn level(count: usize, most: usize, row: usize, height: usize) -> char {
    let eighths = (count * height * 8).div_ceil(most);
    LEVELS[eighths.saturating_sub(row * 8).min(8)]
}

/// `└────┴────┴──` with the seconds below, where they fall.
fn axis(columns: usize, width: Duration) -> String {
    let per_column = width.as_secs_f64();
    let mut line = vec!['─'; columns + 1];
    let mut labels = vec![' '; columns + 4];
    line[0] = '└';
    labels[0] = '0';
    for second in 1.. {
        let column = (f64::from(second) / per_column).round() as usize;
        if column > columns {
            break;
        }
        line[column] = '┴';
        for (i, digit) in format!("{second} s").chars().enumerate() {
            if let Some(place) = labels.get_mut(column + i) {
                *place = digit;
            }
        }
    }
    let (line, labels) = (String::from_iter(line), String::from_iter(labels));
    format!("{line}\n{:>10} {}", "", labels.trim_end())
}
