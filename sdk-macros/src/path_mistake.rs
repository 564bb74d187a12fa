//! The mistakes in a path, and how their help is made of the corrected path.

/// One mistake in a template.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mistake {
    pub(crate) message: String,
    pub(crate) help: String,
}

/// All mistakes in one template; at least one.
#[derive(Debug)]
pub(crate) struct Mistakes {
    pub(crate) first: Mistake,
    pub(crate) more: Vec<Mistake>,
}

impl Mistakes {
    /// Calls `report` with each mistake. Returns the result for the first mistake.
    pub(crate) fn report_each<T>(self, mut report: impl FnMut(Mistake) -> T) -> T {
        let reported = report(self.first);
        self.more.into_iter().for_each(|mistake| drop(report(mistake)));
        reported
    }

    /// Returns the mistakes with their help, if there are any. `meant` makes the corrected path.
    pub(crate) fn told(
        found: Vec<Found>,
        meant: impl FnOnce() -> String,
        is_correct: impl FnOnce(&str) -> bool,
    ) -> Option<Self> {
        let mut found = found.into_iter();
        let first = found.next()?;
        let meant = meant();
        let is_correct = is_correct(&meant);
        let told = |Found { message, help, why }: Found| Mistake {
            message,
            help: match help {
                Some(help) => help(&meant),
                None if is_correct => format!("write `{meant:?}`{why}"),
                None => format!("write a path such as `\"/users/{{id}}\"`{why}"),
            },
        };
        Some(Self { first: told(first), more: found.map(told).collect() })
    }
}

/// Makes a help of the corrected path.
pub(crate) type HelpOf = Box<dyn Fn(&str) -> String>;

/// A mistake before the path is corrected.
pub(crate) struct Found {
    pub(crate) message: String,
    /// What stands behind the corrected path in the help.
    pub(crate) why: &'static str,
    /// The help, where it is not the corrected path alone.
    pub(crate) help: Option<HelpOf>,
}

impl Found {
    pub(crate) fn new(message: impl Into<String>, why: &'static str) -> Self {
        Self { message: message.into(), why, help: None }
    }
}

/// Returns the words for a parameter that the corrected path needs.
pub(crate) fn with_parameter(name: &str, rest: bool) -> String {
    let ty = if rest { "&str" } else { "u64" };
    format!(", with a parameter such as `{}: {ty}`", name.replace('-', "_"))
}
