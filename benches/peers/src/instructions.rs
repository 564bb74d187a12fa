//! Instructions and allocations per call, by valgrind: of the client's process alone.

use std::process::ExitCode;

use crate::child::{self, Heap};
use crate::server::Server;
use crate::subject::{ALL, BY_HAND, Subject};

/// Counts of many calls less those of few, so that what happens once does not count.
const FEW: u32 = 200;
const MANY: u32 = 2_200;

/// What one call takes.
#[derive(Clone, Copy)]
pub struct Cost {
    pub subject: Subject,
    pub instructions: u64,
    /// In tenths, because a part of the calls may allocate more.
    pub blocks: f64,
    pub bytes: u64,
}

/// Prints the instructions per call of the subjects with these names, or of all.
pub fn print(names: &[&str]) -> ExitCode {
    let server = Server::start();
    let wanted = |it: &&Subject| names.is_empty() || names.contains(&it.name) || it.name == BY_HAND;
    let counted: Vec<(Subject, u64)> =
        ALL.iter().filter(wanted).map(|it| (*it, instructions(*it, &server.base, FEW, MANY))).collect();
    let by_hand = counted.iter().find(|(it, _)| it.name == BY_HAND).map_or(1, |(_, count)| *count);
    for (subject, count) in counted {
        println!("{:24} {count:>8} {:.3}", subject.name, count as f64 / by_hand as f64);
    }
    ExitCode::SUCCESS
}

/// Counts what one call of each subject takes.
pub fn all(quick: bool) -> Vec<Cost> {
    let server = Server::start();
    let many = if quick { FEW + 200 } else { MANY };
    let job = |subject: &'static Subject| -> Box<dyn FnOnce() -> Cost + Send + '_> {
        let base = &server.base;
        Box::new(move || {
            let instructions = instructions(*subject, base, FEW, many);
            let total = |calls: u32| child::heap(&["call", subject.name, base, &calls.to_string()]);
            let (few, all) = (total(FEW), total(many));
            let calls = u64::from(many - FEW);
            let Heap { blocks, bytes } =
                Heap { blocks: all.blocks - few.blocks, bytes: (all.bytes - few.bytes) / calls };
            eprintln!("{}: {instructions} instructions", subject.name);
            Cost { subject: *subject, instructions, blocks: blocks as f64 / calls as f64, bytes }
        })
    };
    child::both_cores(ALL.iter().map(job).collect())
}

fn instructions(subject: Subject, base: &str, few: u32, many: u32) -> u64 {
    let total = |calls: u32| child::instructions(&["call", subject.name, base, &calls.to_string()]);
    (total(many) - total(few)) / u64::from(many - few)
}
