//! The argument of `#[status(…)]`: a status of an error, or a class of them.

use crate::{
    args::Arg,
    diagnostics::{Diagnostics, Reported},
    validate::shown,
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
    let text = shown(arg);
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
        _ => match meant(&text) {
            Some(status) => format!("write `#[status({status})]`"),
            None => format!("write {SOME}"),
        },
    };
    Err(diagnostics.report(arg, format!("`{text}` is not a status"), help))
}

/// Returns the status of an error that the text means: `404` for `"404"`, `NOT_FOUND` or
/// `StatusCode::NotFound`.
pub(super) fn meant(text: &str) -> Option<String> {
    let loose = loosely(text);
    if let (Some(304 | 400..=599), _) | (_, Some(4 | 5)) = (number(&loose), class(&loose)) {
        return Some(loose);
    }
    let last = loose.rsplit("::").next()?.trim();
    let name = last.replace(['_', ' ', '-', '\''], "");
    let found = NAMES.iter().find(|(_, known)| *known == name);
    found.map(|(status, _)| status.to_string())
}

/// The names of statuses of errors, in lower case.
const NAMES: &[(u16, &str)] = &[
    (304, "notmodified"),
    (400, "badrequest"),
    (401, "unauthorized"),
    (402, "paymentrequired"),
    (403, "forbidden"),
    (404, "notfound"),
    (405, "methodnotallowed"),
    (406, "notacceptable"),
    (408, "requesttimeout"),
    (409, "conflict"),
    (410, "gone"),
    (411, "lengthrequired"),
    (412, "preconditionfailed"),
    (413, "payloadtoolarge"),
    (413, "contenttoolarge"),
    (415, "unsupportedmediatype"),
    (418, "imateapot"),
    (422, "unprocessableentity"),
    (422, "unprocessablecontent"),
    (423, "locked"),
    (424, "faileddependency"),
    (425, "tooearly"),
    (428, "preconditionrequired"),
    (429, "toomanyrequests"),
    (451, "unavailableforlegalreasons"),
    (500, "internalservererror"),
    (501, "notimplemented"),
    (502, "badgateway"),
    (503, "serviceunavailable"),
    (504, "gatewaytimeout"),
    (507, "insufficientstorage"),
];

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
