//! This client next to those that people write or take: one call, rates, storms, rotations and growth.
//! `report` measures everything and writes it; the other words start the processes that are measured.

mod cells;
mod child;
mod growth;
mod instructions;
mod peers;
mod plots;
mod report;
mod rotation;
mod server;
mod sizes;
mod storms;
mod subject;
mod throughput;

use std::process::ExitCode;

use subject::Subject;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words[..] {
        ["serve"] => server::serve(),
        ["call", name, base, calls] => match (Subject::named(name), calls.parse()) {
            (Some(subject), Ok(calls)) => {
                println!("{}", subject.run(base, calls));
                ExitCode::SUCCESS
            }
            _ => ExitCode::FAILURE,
        },
        ["storm", shape, callers, token] => match callers.parse() {
            Ok(callers) => storms::run(shape, callers, token),
            Err(_) => ExitCode::FAILURE,
        },
        ["body", way, base, bytes, times] => match (bytes.parse(), times.parse()) {
            (Ok(bytes), Ok(times)) => growth::bodies::run(way, base, bytes, times),
            _ => ExitCode::FAILURE,
        },
        ["load", ref rest @ ..] => throughput::load::run(rest),
        ["instructions", ref names @ ..] => instructions::print(names),
        ["report", ref words @ ..] => report::run(words),
        _ => {
            eprintln!("usage: peers instructions [<name> …]\n       peers report [--quick] [<section> …]");
            ExitCode::FAILURE
        }
    }
}
