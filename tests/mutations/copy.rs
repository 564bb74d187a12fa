//! A copy of the workspace that may be broken, with a target directory of its own. The tests it runs have an
//! end, since what is broken may hang.

use std::fmt;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::list::Mutation;
use crate::named::root;

/// The slowest of the tests takes a few seconds.
const LONGEST: Duration = Duration::from_secs(60);

pub(crate) struct Copy {
    root: PathBuf,
    target: PathBuf,
    output: PathBuf,
}

/// What came of a test.
#[derive(PartialEq, Eq)]
pub(crate) enum Ran {
    Passed,
    /// With what it has printed.
    Failed(String),
    Hung,
    /// It did not end, or there is no such test.
    NoResult(String),
    DoesNotCompile(String),
}

impl Ran {
    /// Whether it failed, and its name or its message has the number of `invariant`.
    pub(crate) fn names(&self, invariant: &str) -> bool {
        let Self::Failed(printed) = self else { return false };
        printed.split(|it: char| !it.is_ascii_alphanumeric()).any(|it| it.eq_ignore_ascii_case(invariant))
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed => f.write_str("it passes"),
            Self::Failed(printed) => write!(f, "it fails, and names no invariant:\n{printed}"),
            Self::Hung => f.write_str("it hangs"),
            Self::NoResult(printed) => write!(f, "it has no result:\n{printed}"),
            Self::DoesNotCompile(errors) => write!(f, "it does not compile:\n{errors}"),
        }
    }
}

impl Copy {
    /// Of what git knows of, or would, as it is in the working tree.
    pub(crate) fn of_the_workspace() -> Self {
        let base = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mutations");
        let copy =
            Self { root: base.join("workspace"), target: base.join("target"), output: base.join("output") };
        let _ = fs::remove_dir_all(&copy.root);
        let listed = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
        let listed = Command::new("git").args(listed).current_dir(root()).output().unwrap();
        assert!(listed.status.success(), "git: {}", String::from_utf8_lossy(&listed.stderr));
        for path in String::from_utf8(listed.stdout).unwrap().split_terminator('\0') {
            let to = copy.root.join(path);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            // One that is listed may have been removed.
            if root().join(path).is_file() {
                fs::copy(root().join(path), to).unwrap();
            }
        }
        copy
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.root.join(file)).unwrap()
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        fs::write(self.root.join(file), text).unwrap();
    }

    /// Compiles what there is now, and runs the test of `mutation`.
    pub(crate) fn run(&self, mutation: &Mutation) -> Ran {
        let built = Command::new(env!("CARGO"))
            .args(["test", "--no-run", "--message-format=json", "--target-dir"])
            .arg(&self.target)
            .args(target_of(&mutation.test_file))
            .current_dir(&self.root)
            .output()
            .unwrap();
        if !built.status.success() {
            return Ran::DoesNotCompile(String::from_utf8_lossy(&built.stderr).into_owned());
        }
        let messages = String::from_utf8(built.stdout).unwrap();
        let messages =
            messages.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        let mut made = messages.filter_map(|message| {
            let test = message["executable"].as_str().filter(|_| message["profile"]["test"] == true)?;
            Some((PathBuf::from(test), PathBuf::from(message["manifest_path"].as_str()?)))
        });
        let (test, manifest) = made.next_back().unwrap();
        self.run_for_a_while(Command::new(test).current_dir(manifest.parent().unwrap()), &mutation.test)
    }

    fn run_for_a_while(&self, test: &mut Command, name: &str) -> Ran {
        // A file takes all output, and needs no thread that reads it meanwhile.
        let output = File::create(&self.output).unwrap();
        test.arg(name)
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::null())
            .stderr(output.try_clone().unwrap())
            .stdout(output);
        let (mut test, begin) = (test.spawn().unwrap(), Instant::now());
        while test.try_wait().unwrap().is_none() {
            if begin.elapsed() > LONGEST {
                test.kill().unwrap();
                test.wait().unwrap();
                return Ran::Hung;
            }
            sleep(Duration::from_millis(20));
        }
        let printed = String::from_utf8_lossy(&fs::read(&self.output).unwrap()).into_owned();
        let has = |result| {
            let mut paths =
                printed.lines().filter_map(|line| line.strip_prefix("test ")?.strip_suffix(result));
            paths.any(|path| path.rsplit("::").next() == Some(name))
        };
        match (has(" ... ok"), has(" ... FAILED")) {
            (true, false) => Ran::Passed,
            (false, true) => Ran::Failed(printed),
            _ => Ran::NoResult(printed),
        }
    }
}

/// What cargo calls the tests of a file.
fn target_of(file: &str) -> Vec<String> {
    let of = |package: &str, tests: String| vec![format!("--package={package}"), tests];
    match file.split('/').collect::<Vec<_>>()[..] {
        [package, "src", ..] => of(package, "--lib".to_owned()),
        [package, "tests", test, ..] => of(package, format!("--test={test}")),
        ["oauth2", ..] => {
            let tests = of(env!("CARGO_PKG_NAME"), "--test=oauth2".to_owned());
            tests.into_iter().chain(["--features=oauth2".to_owned()]).collect()
        }
        [test, ..] => of(env!("CARGO_PKG_NAME"), format!("--test={test}")),
        [] => unreachable!(),
    }
}
