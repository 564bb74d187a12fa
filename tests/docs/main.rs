//! The code of the documents, compiled and run: every block of `docs/cookbook/NAME.md` stands in `NAME.rs` of
//! this folder, line by line, and every block of the reference of declarations in `reference.rs`.

mod api_key;
mod github;
mod llm;
mod reference;

use std::fs;
use std::path::Path;

use test_support::blocks;

/// Returns what of `document` is in none of `sources`, with its name.
fn not_compiled(document: &Path, sources: &[&Path]) -> Vec<String> {
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
    let document = tests.join("../sdk-macros/docs/api_client.md");
    let missing = not_compiled(&document, &[&tests.join("docs/reference.rs")]);
    assert!(missing.is_empty(), "this is not in tests/docs/reference.rs:\n{}", missing.join("\n"));
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
        let source = tests.join(format!("docs/{name}.rs"));
        missing.extend(not_compiled(&page, &[&source]));
    }
    assert!(missing.is_empty(), "this is not in tests/docs:\n{}", missing.join("\n"));
}
