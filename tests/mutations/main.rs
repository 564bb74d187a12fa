//! A checker that cannot fail proves nothing: the runtime broken in each way of `list.txt`, and the test that
//! sees it.

#[path = "../tidy/named.rs"]
mod named;

mod copy;
mod index;
mod list;

use std::collections::BTreeMap;
use std::time::Instant;

use copy::{Copy, Ran};
use list::Mutation;

/// All of them, or those that the environment variable names: `MUTATIONS=I4`, or a part of what is said of
/// one.
#[test]
#[ignore = "needs a copy of the workspace, and ten minutes: `just mutations`"]
fn each_mutation_is_seen_by_a_test_that_names_its_invariant() {
    let wanted = std::env::var("MUTATIONS").unwrap_or_default();
    let all = list::all();
    let is_wanted = |it: &&Mutation| wanted.is_empty() || it.invariant == wanted || it.what.contains(&wanted);
    let mutations: Vec<_> = all.iter().filter(is_wanted).collect();
    assert!(!mutations.is_empty(), "there is no {wanted:?} in the list");
    let (copy, begin) = (Copy::of_the_workspace(), Instant::now());

    let tests: BTreeMap<_, _> = mutations.iter().map(|mutation| (mutation.seen_by(), mutation)).collect();
    for (test, mutation) in tests {
        let ran = copy.run(mutation);
        assert!(ran == Ran::Passed, "{test}: without a mutation {ran}");
    }
    let mut unseen = Vec::new();
    for mutation in &mutations {
        let begin = Instant::now();
        let original = copy.read(&mutation.file);
        copy.write(&mutation.file, &mutation.applied_to(&original));
        let ran = copy.run(mutation);
        copy.write(&mutation.file, &original);
        let is_seen = ran.names(&mutation.invariant);
        let verdict = if is_seen { "seen".to_owned() } else { ran.to_string() };
        let Mutation { invariant, what, .. } = mutation;
        println!("{:4} s  {invariant}: {what}: {verdict}", begin.elapsed().as_secs());
        if !is_seen {
            unseen.push(format!("{invariant}: {what}: {}: {verdict}", mutation.seen_by()));
        }
    }
    println!(
        "{} of {} mutations are seen by a test that names the invariant, in {} s",
        mutations.len() - unseen.len(),
        mutations.len(),
        begin.elapsed().as_secs()
    );
    assert!(unseen.is_empty(), "\n{}\n", unseen.join("\n"));
}
