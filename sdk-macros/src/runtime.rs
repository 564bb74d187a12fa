//! The crate `sdk_runtime`, under the name that it has in the crate of the user.
//!
//! The generated code names the runtime, which fails at each mention if the dependency has another name. The
//! arguments of the compiler tell that name. They only choose what is reported.

use std::env;

use syn::{Ident, Path, parse_quote};

/// The name of the runtime in the crate that is compiled.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Runtime {
    /// `sdk_runtime`, or not known.
    Usual,
    Renamed(String),
    /// The crate does not depend on it, so another crate re-exports it.
    Absent,
}

const NAME: &str = "sdk_runtime";

impl Runtime {
    pub(crate) fn of_this_crate() -> Self {
        Self::of(env::args_os().map(|argument| argument.to_string_lossy().into_owned()))
    }

    fn of(arguments: impl Iterator<Item = String>) -> Self {
        let arguments: Vec<String> = arguments.collect();
        let values = |option: &str| -> Vec<&str> {
            let behind = arguments.windows(2).filter(|two| two[0] == option).map(|two| two[1].as_str());
            let inside = arguments.iter().filter_map(|it| it.strip_prefix(option)?.strip_prefix('='));
            behind.chain(inside).collect()
        };
        let crates: Vec<(&str, &str)> = values("--extern").into_iter().map(name_and_file).collect();
        let is_in_a_file = arguments.iter().any(|it| it.starts_with('@'));
        let is_usual = crates.iter().any(|(name, _)| *name == NAME) || values("--crate-name").contains(&NAME);
        if crates.is_empty() || is_in_a_file || is_usual {
            return Self::Usual;
        }
        let renamed = crates.iter().find(|(_, file)| is_library(file));
        renamed.map_or(Self::Absent, |(name, _)| Self::Renamed((*name).to_owned()))
    }

    /// Returns the path that generated code can use, if it is known.
    pub(crate) fn path(&self) -> Option<Path> {
        match self {
            Self::Usual => Some(parse_quote!(::sdk_runtime)),
            Self::Renamed(name) => {
                let name = syn::parse_str::<Ident>(name).ok()?;
                Some(parse_quote!(::#name))
            }
            Self::Absent => None,
        }
    }

    /// Returns what is wrong with the usual path, and the option `crate` that corrects it.
    pub(crate) fn mistake(&self) -> Option<(String, String)> {
        match self {
            Self::Usual => None,
            Self::Renamed(name) => {
                Some((format!("`{NAME}` is called `{name}` in this crate"), format!("crate = {name}")))
            }
            Self::Absent => Some((
                format!("this crate does not depend on `{NAME}` by that name"),
                "crate = my_crate::sdk".to_owned(),
            )),
        }
    }
}

/// Splits `priv,noprelude:name=file`, of which only the name is always there.
fn name_and_file(value: &str) -> (&str, &str) {
    let (name, file) = value.split_once('=').unwrap_or((value, ""));
    (name.rsplit(':').next().unwrap_or(name), file)
}

fn is_library(file: &str) -> bool {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let rest = name.strip_prefix("lib").and_then(|name| name.strip_prefix(NAME));
    rest.is_some_and(|rest| rest.starts_with(['-', '.']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(arguments: &str) -> Runtime {
        Runtime::of(arguments.split(' ').map(str::to_owned))
    }

    #[test]
    fn the_arguments_of_the_compiler_tell_the_name() {
        let usual = "rustc --crate-name app --extern sdk_runtime=libsdk_runtime-2.rmeta";
        assert_eq!(of(usual), Runtime::Usual);
        let renamed = "rustc --extern serde=libserde-1.rlib --extern http_sdk=a/b/libsdk_runtime-2.rmeta";
        assert_eq!(of(renamed), Runtime::Renamed("http_sdk".to_owned()));
        let with_options = "rustc --extern=priv,noprelude:http_sdk=a\\libsdk_runtime.rlib";
        assert_eq!(of(with_options), Runtime::Renamed("http_sdk".to_owned()));
        assert_eq!(of("rustc --extern my_sdk=libmy_sdk-3.rlib"), Runtime::Absent);
    }

    #[test]
    fn what_is_not_told_is_as_usual() {
        for arguments in [
            "rust-analyzer",
            "rustc @arguments --extern http_sdk=libsdk_runtime-2.rlib",
            "rustc --crate-name sdk_runtime --extern http=libhttp-1.rlib",
            "rustc --extern sdk_runtime",
        ] {
            assert_eq!(of(arguments), Runtime::Usual, "{arguments}");
        }
    }
}
