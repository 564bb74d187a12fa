//! Declarations of chance, by the thousand: each gives a whole client, or says what is wrong; never neither, never a panic.
//!
//! `DECLARATION_ROUNDS=100000` makes as many, `DECLARATION_SEED=7` one.

mod declaration;
mod derives;
mod right;
mod sample;
mod verdict;
mod wrong;

use std::fmt::Write;

use fastrand::Rng;
use proc_macro2::{TokenStream, TokenTree, extra::invalidate_current_thread_spans};

pub(super) use self::verdict::errors as errors_in;
use self::{declaration::Declaration, verdict::Verdict, wrong::MISTAKES};
use super::tokens;

/// As many declarations as fit into a `cargo test`.
const ROUNDS: u64 = 500;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// Runs `fault` for each seed, and shows all that is wrong.
fn rounds(what: &str, fault: impl Fn(u64) -> Option<String> + Sync) {
    let one = number("DECLARATION_SEED");
    let seeds = one.map_or(0..number("DECLARATION_ROUNDS").unwrap_or(ROUNDS), |seed| seed..seed + 1);
    let half = seeds.start + (seeds.end - seeds.start) / 2;
    let faults: Vec<String> = std::thread::scope(|scope| {
        let halves = [seeds.start..half, half..seeds.end].map(|seeds| {
            let fault = &fault;
            scope.spawn(move || {
                let told = |seed| {
                    let fault = fault(seed).map(|fault| format!("DECLARATION_SEED={seed}: {fault}"));
                    // Of each text that is parsed a copy is kept otherwise, for its places.
                    invalidate_current_thread_spans();
                    fault
                };
                seeds.filter_map(told).collect::<Vec<_>>()
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
fn a_right_declaration_is_a_whole_client() {
    rounds("right declarations", |seed| {
        let declaration = right::declaration(&mut Rng::with_seed(seed));
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
        let mut declaration = right::declaration(&mut rng);
        let (what, make) = &MISTAKES[usize::try_from(seed).ok()? % MISTAKES.len()];
        make(&mut rng, &mut declaration)?;
        match judged(&declaration) {
            Ok(Verdict::Told(errors)) if errors.len() == 1 => None,
            other => Some(format!("{what}: {other:?}\n{}", written(&declaration))),
        }
    });
}

/// So that the rule above is not kept by mistakes that never find a place.
#[test]
fn each_mistake_finds_its_place() {
    for (index, (what, make)) in MISTAKES.iter().enumerate() {
        let finds =
            |seed| make(&mut Rng::with_seed(seed), &mut right::declaration(&mut Rng::with_seed(seed)));
        let found = (0..100).filter(|&seed| finds(seed).is_some()).count();
        assert!(found > 3, "{index}: {what} finds its place in {found} of 100 declarations");
    }
}

#[test]
fn several_mistakes_are_told() {
    rounds("declarations with mistakes", |seed| {
        let mut rng = Rng::with_seed(seed);
        let mut declaration = right::declaration(&mut rng);
        let mut made = Vec::new();
        for _ in 0..4 {
            let (what, make) = right::pick(&mut rng, MISTAKES);
            made.extend(make(&mut rng, &mut declaration).map(|()| what));
        }
        match judged(&declaration) {
            // One may mend another: a method that is removed from its path needs no parameter for it.
            Ok(Verdict::Told(_)) if !made.is_empty() => None,
            Ok(Verdict::Whole) if made.len() != 1 => None,
            other => Some(format!("{made:?}: {other:?}\n{}", written(&declaration))),
        }
    });
}

#[test]
fn tokens_of_chance_are_a_client_or_an_error() {
    rounds("declarations of shuffled tokens", |seed| {
        let mut rng = Rng::with_seed(seed);
        let declaration = right::declaration(&mut rng);
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

/// The tokens with one of them lost, doubled, or changed with its neighbour.
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
