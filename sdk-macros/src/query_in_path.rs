//! Parameters that stand in the query part of a path, such as `?<page>` or `?page={page}`, on strings alone.

use crate::{
    meant_path::name_and_rest,
    path_mistake::{Found, HelpOf},
};

/// One such parameter.
pub(crate) struct InQuery {
    /// As it is written, with its brackets.
    shown: String,
    /// The role of a parameter for it, and the name of that parameter.
    roles: Vec<(String, String)>,
}

impl InQuery {
    /// Returns what `inner` stands for behind `before`, the query part so far. `{?page,limit}` has two names.
    pub(crate) fn new(shown: String, inner: &str, before: &str) -> Self {
        let key = before.rsplit('&').next().and_then(|pair| pair.strip_suffix('=')).unwrap_or_default();
        let plain = inner.trim_start_matches(['?', '&']);
        let names: Vec<&str> = plain.split(',').collect();
        let is_one = names.len() == 1;
        let roles = names.into_iter().map(|text| {
            let own = name_and_rest(text).0;
            let own = if own.is_empty() { key } else { &own };
            let (wire, name) = (if is_one && !key.is_empty() { key } else { own }, own.replace('-', "_"));
            let role = match text.trim().ends_with("..") {
                // `<filter..>` has all that is left.
                true => "queries".to_owned(),
                false if wire != name => format!("query({wire:?})"),
                false => "query".to_owned(),
            };
            (role, if name.is_empty() { "value".to_owned() } else { name })
        });
        Self { shown, roles: roles.collect() }
    }

    /// Returns whether it is in angle brackets, as a placeholder of the path may be as well.
    pub(crate) fn is_in_angle_brackets(&self) -> bool {
        self.shown.starts_with('<')
    }
}

/// Returns one mistake for all of them. Its help has no types of the parameters that there are.
pub(crate) fn mistake(all: &[InQuery], parameters: &[String]) -> Option<Found> {
    let first = all.first()?;
    let line = |(role, name): &(String, String)| {
        let ty = match role.as_str() {
            _ if parameters.contains(name) => "",
            "queries" => ": &[(&str, &str)]",
            _ => ": &str",
        };
        format!("`#[{role}] {name}{ty}`")
    };
    let lines: Vec<String> = all.iter().flat_map(|it| &it.roles).map(line).collect();
    let lines = lines.join(", ");
    let help: HelpOf =
        Box::new(move |meant| format!("write `{meant:?}`, and send it by a parameter: {lines}"));
    let message = format!("the placeholder `{}` is not allowed in the query part", first.shown);
    Some(Found { message, why: "", help: Some(help) })
}
