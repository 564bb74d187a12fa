//! Starts the quickstart, which is in the folder `examples/quickstart`: `cargo run --example quickstart`.
//!
//! Cargo compiles an example with all features that the tests and the other packages of the workspace need,
//! TLS and its C code included. The quickstart needs no TLS, so this program has cargo build it alone, in
//! half the time.

use std::env;
use std::path::Path;
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/Cargo.toml");
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["run", "--bin", "quickstart", "--manifest-path"]).arg(manifest);
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    // Build scripts of other packages would take these of this package for a change.
    let of_this_package = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    for (name, _) in env::vars_os().filter(|(name, _)| name.to_str().is_some_and(of_this_package)) {
        cargo.env_remove(name);
    }
    match cargo.status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}
