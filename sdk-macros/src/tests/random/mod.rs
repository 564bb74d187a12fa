//! Thousands of random declarations. Each gives a complete client or reports its mistakes, never neither,
//! and never panics.
//!
//! `DECLARATION_ROUNDS=100000` sets their number, and `DECLARATION_SEED=7` runs one of them.

mod correct;
mod declaration;
mod derives;
mod mistake;
mod sample;
mod verdict;

use std::fmt::Write;

use fastrand::Rng;
use proc_macro2::{TokenStream, TokenTree, extra::invalidate_current_thread_spans};

pub(super) use self::verdict::errors as errors_in;
use self::{declaration::Declaration, mistake::MISTAKES, verdict::Verdict};
use super::tokens;

/// The number of declarations in one `cargo test`.
const ROUNDS: u64 = 500;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// Runs `fault` for each seed, and shows all faults.
fn rounds(what: &str, fault: impl Fn(u64) -> Option<String> + Sync) {
    let one = number("DECLARATION_SEED");
    let seeds = one.map_or(0..number("DECLARATION_ROUNDS").unwrap_or(ROUNDS), |seed| seed..seed + 1);
    let half = seeds.start + (seeds.end - seeds.start) / 2;
    let faults: Vec<String> = std::thread::scope(|scope| {
        let halves = [seeds.start..half, half..seeds.end].map(|seeds| {
            let fault = &fault;
            scope.spawn(move || {
                let reported = |seed| {
                    let fault = fault(seed).map(|fault| format!("DECLARATION_SEED={seed}: {fault}"));
                    // Without this, a copy of each parsed text is kept for its spans.
                    invalidate_current_thread_spans();
                    fault
                };
                seeds.filter_map(reported).collect::<Vec<_>>()
            })
        });
        halves.into_iter().flat_map(|half| half.join().unwrap()).collect()
    });
    let shown = faults.iter().take(5).fold(String::new(), |mut all, fault| {
        writeln!(all, "{fault}\n").unwrap();
        all
    });
    assert!(faults.is_empty(), "{} {what} are at fault:\n{shown}", faults.len());
}

fn written(declaration: &Declaration) -> String {
    format!("#[api_client({})]\n{}", declaration.options.join(", "), declaration.item())
}

fn judged(declaration: &Declaration) -> Result<Verdict, String> {
    verdict::of(tokens(&declaration.options.join(", ")), tokens(&declaration.item()))
}

#[test]
fn a_correct_declaration_is_a_whole_client() {
    rounds("right declarations", |seed| {
        let declaration = correct::declaration(&mut Rng::with_seed(seed));
        match judged(&declaration) {
            Ok(Verdict::Whole) => None,
            other => Some(format!("{other:?}\n{}", written(&declaration))),
        }
    });
}

#[test]
fn one_mistake_is_one_error() {
    rounds("declarations with a mistake", |seed| {
        let mut rng = Rng::with_seed(seed);
        let mut declaration = correct::declaration(&mut rng);
        let (what, make) = &MISTAKES[usize::try_from(seed).ok()? % MISTAKES.len()];
        make(&mut rng, &mut declaration)?;
        match judged(&declaration) {
            Ok(Verdict::Reported(errors)) if errors.len() == 1 => None,
            other => Some(format!("{what}: {other:?}\n{}", written(&declaration))),
        }
    });
}

/// Each kind of mistake is made at least once, so that the test above tests it.
#[test]
fn each_mistake_finds_its_place() {
    for (index, (what, make)) in MISTAKES.iter().enumerate() {
        let finds =
            |seed| make(&mut Rng::with_seed(seed), &mut correct::declaration(&mut Rng::with_seed(seed)));
        let found = (0..100).filter(|&seed| finds(seed).is_some()).count();
        assert!(found > 3, "{index}: {what} finds its place in {found} of 100 declarations");
    }
}

#[test]
fn several_mistakes_are_reported() {
    rounds("declarations with mistakes", |seed| {
        let mut rng = Rng::with_seed(seed);
        let mut declaration = correct::declaration(&mut rng);
        let mut made = Vec::new();
        for _ in 0..4 {
            let (what, make) = correct::pick(&mut rng, MISTAKES);
            made.extend(make(&mut rng, &mut declaration).map(|()| what));
        }
        match judged(&declaration) {
            // One mistake may correct another: a placeholder that is removed needs no parameter.
            Ok(Verdict::Reported(_)) if !made.is_empty() => None,
            Ok(Verdict::Whole) if made.len() != 1 => None,
            other => Some(format!("{made:?}: {other:?}\n{}", written(&declaration))),
        }
    });
}

#[test]
fn random_tokens_are_a_client_or_an_error() {
    rounds("declarations of shuffled tokens", |seed| {
        let mut rng = Rng::with_seed(seed);
        let declaration = correct::declaration(&mut rng);
        let mut parts = [tokens(&declaration.options.join(", ")), tokens(&declaration.item())];
        for _ in 0..rng.usize(1..4) {
            let part = &mut parts[rng.bool() as usize];
            *part = disturbed(part.clone(), &mut rng);
        }
        let [options, item] = parts;
        let text = format!("#[api_client({options})]\n{item}");
        verdict::of(options, item).err().map(|fault| format!("{fault}\n{text}"))
    });
}

/// Returns the tokens with one of them lost, doubled, or swapped with the next.
fn disturbed(stream: TokenStream, rng: &mut Rng) -> TokenStream {
    let mut tokens: Vec<TokenTree> = stream.into_iter().collect();
    let groups: Vec<usize> =
        (0..tokens.len()).filter(|&index| matches!(tokens[index], TokenTree::Group(_))).collect();
    if let (Some(index), true) = (rng.choice(&groups), rng.u8(..5) != 0)
        && let TokenTree::Group(group) = &tokens[*index]
    {
        let inside = disturbed(group.stream(), rng);
        tokens[*index] = proc_macro2::Group::new(group.delimiter(), inside).into();
    } else if !tokens.is_empty() {
        let index = rng.usize(..tokens.len());
        match rng.u8(..3) {
            0 => drop(tokens.remove(index)),
            1 => tokens.insert(index, tokens[index].clone()),
            _ => {
                let next = (index + 1) % tokens.len();
                tokens.swap(index, next);
            }
        }
    }
    tokens.into_iter().collect()
}
