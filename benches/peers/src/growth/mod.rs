//! How what a client takes grows: with endpoints, sessions, callers, and the bytes of a body.

pub mod bodies;
mod callers;
mod endpoints;
mod sessions;

use std::path::PathBuf;
use std::process::Command;

use crate::report::text::Text;
use crate::report::{Options, Section};

/// The folder of the project.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

pub fn section(options: &Options) -> Section {
    let mut all = Section { text: Text::default(), compared: Vec::new(), readme: None };
    for (title, measure) in [
        ("Endpoints", endpoints::section as fn(&Options) -> Section),
        ("Sessions", sessions::section),
        ("Callers", callers::section),
        ("Bodies", bodies::section),
    ] {
        eprintln!("growth: {title}");
        let part = measure(options);
        all.text.heading(3, title);
        all.text.append(&part.text);
        all.compared.extend(part.compared);
    }
    all
}

/// Returns what a program prints that runs in the folder of the project.
fn printed(program: &str, words: &[&str]) -> String {
    let output = Command::new(program)
        .args(words)
        .current_dir(PathBuf::from(ROOT))
        // Cargo has set it for this package.
        .env_remove("CARGO_MANIFEST_DIR")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {words:?}: {told}");
    String::from_utf8(output.stdout).unwrap()
}
