//! `LoginName`: the name of a login, by which the processes that share a store tell logins apart.

use std::fmt;
use std::sync::Arc;

/// The name of a login. This library draws a number, which takes no memory of its own. A store may have any
/// text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum LoginName {
    Number(u64),
    Text(Arc<str>),
}

impl From<&str> for LoginName {
    fn from(text: &str) -> Self {
        // Of one number there is one text, so that two names are equal where their texts are.
        let number = u64::from_str_radix(text, 16).ok().map(Self::Number);
        number.filter(|number| number.to_string() == text).unwrap_or_else(|| Self::Text(text.into()))
    }
}

impl fmt::Display for LoginName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number:016x}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_its_text_and_a_drawn_number_is_no_other_name() {
        for text in ["", "a", "7", "000000000000000a", "ffffffffffffffff"] {
            assert_eq!(LoginName::from(text).to_string(), text);
        }
        assert_eq!(LoginName::from("000000000000000a"), LoginName::Number(10));
        for other in ["a", "000000000000000A", "+00000000000000a", "0000000000000000a", " 00000000000000a"] {
            assert_eq!(LoginName::from(other), LoginName::Text(other.into()), "{other:?}");
        }
    }
}
