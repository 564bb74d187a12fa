//! The code of the documents, compiled and run: every block of `docs/cookbook/NAME.md` stands in `NAME.rs` of
//! this folder, line by line, and every block of `sdk-macros/docs` in `reference.rs` or `derives.rs`.

mod api_key;
#[cfg(feature = "oauth2")]
mod choosing_a_login;
mod cookies;
mod crud;
mod dates;
mod derives;
mod directus;
mod django;
mod elsewhere;
mod events;
mod firebase;
mod github;
#[cfg(feature = "oauth2")]
mod identity_providers;
mod laravel;
mod layers;
mod llm;
mod login;
mod oauth;
mod observability;
mod pages;
mod patch;
mod reference;
mod reference_extends;
mod reference_retries;
mod retries;
#[cfg(feature = "oauth2")]
mod salesforce;
mod scripted;
mod sign_out;
mod spring;
mod supabase;
mod testing;

use std::fs;
use std::path::{Path, PathBuf};

use test_support::blocks;

/// The pages with code that needs more crates than the tests have.
const ELSEWHERE: [(&str, &str); 14] = [
    ("layers", "../examples/layers/src/certificate.rs"),
    ("layers", "../examples/layers/src/rate.rs"),
    ("layers", "../examples/layers/src/request_id.rs"),
    ("layers", "../examples/layers/src/trace_context.rs"),
    ("layers", "../examples/layers/src/trace_log.rs"),
    ("observability", "../examples/layers/src/trace_log.rs"),
    ("testing", "../examples/axum_in_process/tests/router.rs"),
    ("service", "../examples/service/src/api.rs"),
    ("service", "../examples/service/src/app.rs"),
    ("service", "../examples/service/src/failure.rs"),
    ("service", "../examples/service/src/request_id.rs"),
    ("service", "../examples/service/src/service.rs"),
    ("publishing", "../examples/published_client/src/lib.rs"),
    ("publishing", "../examples/published_client/tests/user.rs"),
];

/// Returns what of `document` is in none of `sources`, with its name.
fn not_compiled(document: &Path, sources: &[PathBuf]) -> Vec<String> {
    let read = |path: &Path| fs::read_to_string(path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let (text, sources) = (read(document), sources.iter().map(|path| read(path)).collect::<Vec<_>>());
    let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
    assert!(blocks::blocks(&text, "rust").count() > 0, "{document:?} shows no code");
    let missing = blocks::missing(&text, "rust", &sources);
    missing.iter().map(|block| format!("{}:\n{block}", document.display())).collect()
}

#[test]
fn every_block_of_the_reference_is_compiled_here() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut missing = Vec::new();
    for entry in fs::read_dir(tests.join("../sdk-macros/docs")).unwrap() {
        let page = entry.unwrap().path();
        let sources: &[&str] = match page.ends_with("api_client.md") {
            true => &["docs/reference.rs", "docs/reference_extends.rs", "docs/reference_retries.rs"],
            false => &["docs/derives.rs"],
        };
        let sources: Vec<PathBuf> = sources.iter().map(|source| tests.join(source)).collect();
        missing.extend(not_compiled(&page, &sources));
    }
    assert!(missing.is_empty(), "this is not in tests/docs:\n{}", missing.join("\n"));
}

#[test]
fn every_block_of_the_cookbook_is_compiled_here() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut missing = Vec::new();
    for entry in fs::read_dir(tests.join("../docs/cookbook")).unwrap() {
        let page = entry.unwrap().path();
        let name = page.file_stem().unwrap().to_str().unwrap();
        if name == "README" {
            continue;
        }
        let own = tests.join(format!("docs/{name}.rs"));
        let more = ELSEWHERE.iter().filter(|(page, _)| *page == name).map(|(_, source)| tests.join(source));
        let sources: Vec<_> = [own].into_iter().filter(|own| own.is_file()).chain(more).collect();
        missing.extend(not_compiled(&page, &sources));
    }
    assert!(missing.is_empty(), "this is not in tests/docs:\n{}", missing.join("\n"));
}

#[test]
fn the_versions_of_opentelemetry_are_those_that_the_tests_use() {
    let page = include_str!("../../docs/cookbook/observability.md");
    let workspace = include_str!("../../Cargo.toml");
    let shown: Vec<&str> = blocks::blocks(page, "toml").flat_map(str::lines).collect();
    assert_eq!(shown.len(), 3);
    for line in shown {
        let (name, version) = line.split_once(" = ").unwrap();
        let version = version.split_once(" #").map_or(version, |(version, _)| version);
        assert!(workspace.contains(&format!("\n{name} = {{ version = {version},")), "{line}");
    }
}

#[test]
fn the_manifest_of_a_published_client_is_that_of_the_example() {
    let page = include_str!("../../docs/cookbook/publishing.md");
    let manifest = include_str!("../../examples/published_client/Cargo.toml");
    assert_eq!(blocks::missing(page, "toml", &[manifest]), [""; 0]);
    assert_eq!(blocks::blocks(page, "toml").count(), 1);
}
