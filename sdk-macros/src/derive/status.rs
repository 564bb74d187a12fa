//! The argument of `#[status(…)]`: a status of an error, or a class of them.

use quote::ToTokens;

use crate::{
    args::Arg,
    diagnostics::{Diagnostics, Reported},
};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Exact(u16),
    /// The first digit of all its statuses.
    Class(u16),
}

/// Parses one argument.
pub(super) fn status(arg: &Arg, diagnostics: &Diagnostics) -> Result<Status, Reported> {
    const SOME: &str = "`#[status(409)]`, or `#[status(4xx)]` and `#[status(5xx)]` for whole classes";
    let text = arg.to_token_stream().to_string();
    if let Some(class) = class(&text) {
        return match class {
            4 | 5 => Ok(Status::Class(class)),
            _ => Err(no_error(arg, &text, class, diagnostics)),
        };
    }
    let help = match number(&text) {
        // 304 (Not Modified) is the one status between success, redirect and error.
        Some(status @ (304 | 400..=599)) => return Ok(Status::Exact(status)),
        Some(status @ 100..=399) => return Err(no_error(arg, &text, status / 100, diagnostics)),
        // The help corrects a status in quotes, with a type suffix, or with the class in capitals.
        _ => match (number(&loosely(&text)), class(&loosely(&text))) {
            (Some(400..=599), _) | (_, Some(4 | 5)) => format!("write `#[status({})]`", loosely(&text)),
            _ => format!("write {SOME}"),
        },
    };
    Err(diagnostics.report(arg, format!("`{text}` is not a status"), help))
}

fn no_error(arg: &Arg, text: &str, class: u16, diagnostics: &Diagnostics) -> Reported {
    let what = match class {
        1 => "announces an answer",
        2 => "is a success, which becomes the endpoint's value",
        _ => "points elsewhere",
    };
    let help =
        format!("a status of {class}xx {what}; those of errors are 4xx and 5xx, and 304: `#[status(409)]`");
    diagnostics.report(arg, format!("{text} is not an error status"), help)
}

fn number(text: &str) -> Option<u16> {
    (text.len() == 3 && text.bytes().all(|it| it.is_ascii_digit())).then(|| text.parse().ok())?
}

fn class(text: &str) -> Option<u16> {
    text.strip_suffix("xx")?.parse().ok().filter(|class| (1..=5).contains(class))
}

fn loosely(text: &str) -> String {
    text.trim_matches('"').trim_end_matches("u16").to_lowercase()
}
