//! The report: `benches/REPORT.md` and its plots, wholly from what was measured.

mod calls;
pub mod faster;
mod machine;
mod rates;
mod readme;
pub mod text;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use faster::Compared;
use text::Text;

use crate::{cells, growth, rotation, storms};

/// Where the report is, from this package.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// How to measure.
pub struct Options {
    /// With few rounds and small counts, for trying.
    pub quick: bool,
    /// Whether the report of the repository is measured, and not a part of it.
    is_whole: bool,
    /// Where plots are written.
    plots: PathBuf,
}

impl Options {
    pub fn plot(&self, name: &str) -> PathBuf {
        self.plots.join(format!("{name}.svg"))
    }

    /// Returns one of both numbers.
    pub fn pick<T>(&self, whole: T, quick: T) -> T {
        if self.quick { quick } else { whole }
    }
}

/// A part of the report.
pub struct Section {
    pub text: Text,
    pub compared: Vec<Compared>,
    /// What the README shows of it.
    pub readme: Option<String>,
}

struct Part {
    name: &'static str,
    title: &'static str,
    measure: fn(&Options) -> Section,
}

const PARTS: &[Part] = &[
    Part { name: "calls", title: "One call", measure: calls::section },
    Part { name: "throughput", title: "Throughput", measure: rates::section },
    Part { name: "cells", title: "Where the token is held", measure: cells::section },
    Part { name: "storms", title: "A storm", measure: storms::section },
    Part { name: "rotation", title: "A rotation", measure: rotation::section },
    Part { name: "growth", title: "Growth", measure: growth::section },
];

/// Measures all parts and writes the report, or prints those that are named.
pub fn run(words: &[&str]) -> ExitCode {
    let quick = words.contains(&"--quick");
    let named: Vec<&str> = words.iter().copied().filter(|it| *it != "--quick").collect();
    let is_known = |name: &&str| PARTS.iter().any(|it| it.name == *name);
    if !named.iter().all(is_known) {
        let known: Vec<&str> = PARTS.iter().map(|it| it.name).collect();
        eprintln!("the sections are: {}", known.join(", "));
        return ExitCode::FAILURE;
    }
    // What is not a whole report is for trying, and does not replace the one of the repository.
    let is_whole = !quick && named.is_empty();
    let folder = match is_whole {
        true => PathBuf::from(FOLDER),
        false => std::env::current_exe().unwrap().parent().unwrap().join("report"),
    };
    let options = Options { quick, is_whole, plots: folder.join("plots") };
    fs::create_dir_all(&options.plots).unwrap();
    let wanted = |it: &&Part| named.is_empty() || named.contains(&it.name);
    write(&folder, &options, PARTS.iter().filter(wanted));
    ExitCode::SUCCESS
}

fn write<'a>(folder: &Path, options: &Options, parts: impl Iterator<Item = &'a Part>) {
    let mut text = Text::default();
    text.heading(1, "Measurements");
    text.paragraph(
        "`just report` measures everything on this page and writes it. Without `just`: `cargo run \
         --release --manifest-path benches/peers/Cargo.toml -- report`. It needs valgrind. Nothing here is \
         written by hand, so a figure is what the last run measured.",
    );
    if options.quick {
        text.paragraph("This is a quick run: its counts are small, and its figures are rough.");
    }
    machine::describe(&mut text);
    let (mut compared, mut shown) = (Vec::new(), String::new());
    for part in parts {
        let begin = Instant::now();
        eprintln!("measuring: {}", part.name);
        let section = (part.measure)(options);
        eprintln!("measured: {} in {} s", part.name, begin.elapsed().as_secs());
        text.heading(2, part.title);
        text.append(&section.text);
        compared.extend(section.compared);
        shown.extend(section.readme);
    }
    text.heading(2, "Where this client is not the fastest");
    text.append(&faster::section(&compared));
    let path = folder.join("REPORT.md");
    fs::write(&path, text.finish()).unwrap();
    if options.is_whole {
        readme::write(&shown);
    }
    println!("ok: {}", path.display());
}
