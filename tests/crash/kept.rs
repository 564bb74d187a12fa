//! Contents of the login file, as far as a test has to know them.

use sdk_runtime::store::StoredLogin;
use serde_json::Value;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kept {
    Nothing,
    /// A user was signed in, and no token is left.
    End,
    Login {
        /// Goes up with every refresh, and is 1 after a sign-in.
        number: usize,
        /// Whether a process is about to spend the refresh token, or has spent it.
        intent: bool,
    },
}

impl Kept {
    /// Fails where that is nothing a session could read.
    pub(crate) fn of(kept: Option<&StoredLogin>) -> Self {
        let Some(kept) = kept else { return Self::Nothing };
        let text: Value = serde_json::from_str(kept.text()).unwrap();
        assert_eq!(text["format"], 1);
        match &text["login"] {
            Value::Null => Self::End,
            login => Self::Login {
                number: login["number"].as_u64().unwrap() as usize,
                intent: login["intent"] == true,
            },
        }
    }
}
