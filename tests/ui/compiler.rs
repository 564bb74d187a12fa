//! The compiler, as it compiles a fixture against the crates that cargo has built for this very test: nothing
//! is compiled but the fixture. Must not know what an answer should be.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

/// The crates that a fixture may use. trybuild gives them those dependencies of `tests/Cargo.toml` which are
/// there for it as well.
const CRATES: [&str; 4] = ["sdk_runtime", "serde", "bytes", "tokio"];

/// Compiles only if the crates are of one build.
const PROBE: &str = "
    use {sdk_runtime::ErrorResponse, tokio as _};
    #[derive(serde::Deserialize)]
    pub struct Read;
    fn main() {
        let _: fn(&ErrorResponse) -> Result<Read, _> = ErrorResponse::json;
        let _: fn(bytes::Bytes) -> sdk_runtime::Bytes = |bytes| bytes;
    }
";

/// A fixture takes a second or two. A macro that never ends is killed.
const LONGEST: Duration = Duration::from_secs(180);

pub(crate) struct Compiler {
    arguments: Vec<OsString>,
    output: PathBuf,
}

impl Compiler {
    /// With the crates of the features and the profile of this test.
    pub(crate) fn of_this_build() -> Self {
        let output = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ui");
        let mut refused = String::new();
        for arguments in Built::with_this_test().choices() {
            let compiler = Self { arguments, output: output.clone() };
            let probe = Scratch::in_folder(&compiler.output);
            let program = probe.0.join("probe.rs");
            fs::write(&program, PROBE).unwrap();
            let (is_one_build, said) = compiler.check(&program);
            if is_one_build {
                return compiler;
            }
            refused = said;
        }
        panic!("cargo has not built {CRATES:?} for this test, or not together:\n{refused}");
    }

    /// Whether it compiles as far as `cargo check` goes, and what is said about it: a message a line, as
    /// JSON.
    pub(crate) fn check(&self, program: &Path) -> (bool, String) {
        self.compile(program, "metadata", &Scratch::in_folder(&self.output))
    }

    /// Whether it compiles, links, and runs to its end, and what is said about it.
    pub(crate) fn run(&self, program: &Path) -> (bool, String) {
        let scratch = Scratch::in_folder(&self.output);
        match self.compile(program, "link", &scratch) {
            (true, _) => scratch.wait_for(&mut Command::new(scratch.0.join("fixture"))),
            refused => refused,
        }
    }

    /// The linked program, if it compiles, and what is said about it.
    pub(crate) fn link(&self, program: &Path) -> (Option<Linked>, String) {
        let scratch = Scratch::in_folder(&self.output);
        let (is_ok, said) = self.compile(program, "link", &scratch);
        (is_ok.then_some(Linked(scratch)), said)
    }

    fn compile(&self, program: &Path, emitted: &str, scratch: &Scratch) -> (bool, String) {
        let mut rustc = rustc();
        rustc.args(["--edition=2024", "--crate-name=fixture", "--crate-type=bin", "--error-format=json"]);
        // As trybuild has it.
        rustc.args(["--cfg=trybuild", "-Adead_code", "--diagnostic-width=140"]);
        rustc.arg("--emit").arg(emitted).arg("--out-dir").arg(&scratch.0);
        if emitted == "metadata" {
            // As cargo has it by default. The compiler then shows an error again for each item that has it,
            // and otherwise shows equal errors once.
            rustc.arg(format!("-Cincremental={}", scratch.0.join("incremental").display()));
        }
        // Cargo sets it, and the compiler's help then names commands of cargo.
        rustc.env("CARGO_CRATE_NAME", "fixture");
        // It shows lines of our crates only if it runs where cargo has compiled them.
        rustc.current_dir(root()).args(&self.arguments).arg(Path::new("tests").join(program));
        scratch.wait_for(&mut rustc)
    }
}

/// A program that can be run several times.
pub(crate) struct Linked(Scratch);

impl Linked {
    /// Whether it runs to its end, and what it says.
    pub(crate) fn run(&self, arguments: &[&str], variables: &[(&str, &str)]) -> (bool, String) {
        let mut program = Command::new(self.0.0.join("fixture"));
        self.0.wait_for(program.args(arguments).envs(variables.iter().copied()))
    }
}

/// A folder that no other thread and no other process uses: the compiler gives what it links the same names
/// each time.
struct Scratch(PathBuf);

impl Scratch {
    fn in_folder(folder: &Path) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = folder.join(format!("{}-{number}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    /// Whether it succeeds, and what it says.
    fn wait_for(&self, command: &mut Command) -> (bool, String) {
        // A file takes all output, and needs no thread that reads it meanwhile.
        let said = self.0.join("said");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(&said).unwrap());
        let (mut child, begin) = (command.spawn().unwrap(), Instant::now());
        let status = loop {
            match child.try_wait().unwrap() {
                None if begin.elapsed() < LONGEST => sleep(Duration::from_millis(5)),
                status => break status,
            }
        };
        if status.is_none() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
        let mut output = String::from_utf8_lossy(&fs::read(said).unwrap()).into_owned();
        if status.is_none() {
            output += &format!("killed after {LONGEST:?}");
        }
        (status.is_some_and(|status| status.success()), output)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The version that compiles the fixtures.
pub(crate) fn version() -> String {
    let version = rustc().arg("--version").output().unwrap();
    String::from_utf8(version.stdout).unwrap()
}

/// The root of the workspace.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn rustc() -> Command {
    Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
}

/// What cargo tells about this test; it finds all of it built.
struct Built {
    /// Where to find what the crates depend on, and for which platform they are.
    arguments: Vec<OsString>,
    /// The libraries of each of the `CRATES`. One that build scripts or macros need with other features than
    /// we do is there twice.
    libraries: [Vec<String>; CRATES.len()],
}

impl Built {
    fn with_this_test() -> Self {
        // This test is `<profile>/deps/ui-…` in the target directory, or in that of a platform there. Cargo
        // tells it neither.
        let test = env::current_exe().unwrap();
        let profile = test.ancestors().nth(2).and_then(|folder| folder.file_name()?.to_str()).unwrap();
        let mut target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["test", "--no-run", "--offline", "--quiet", "--message-format=json", "--test=ui"]);
        // As `cargo test` runs there: of the tests alone, cargo would build the crates with other features.
        cargo.current_dir(root());
        let mut arguments = Vec::new();
        let platforms =
            String::from_utf8(rustc().arg("--print=target-list").output().unwrap().stdout).unwrap();
        if let Some(platform) = platforms.lines().find(|platform| target.ends_with(platform)) {
            arguments.extend(["--target", platform].map(OsString::from));
            target = target.parent().unwrap();
        }
        cargo.args(&arguments).arg("--target-dir").arg(target);
        cargo.args(["--profile", if profile == "debug" { "test" } else { profile }]);
        let features = [("keyring", cfg!(feature = "keyring")), ("encodings", cfg!(feature = "encodings"))];
        cargo.args(features.iter().filter(|(_, is_on)| *is_on).flat_map(|(name, _)| ["--features", name]));
        // What cargo says about this package, build scripts of others may take for a change.
        let of_this_package =
            |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
        for (name, _) in env::vars_os().filter(|(name, _)| name.to_str().is_some_and(of_this_package)) {
            cargo.env_remove(name);
        }
        let output = cargo.output().unwrap();
        assert!(output.status.success(), "{cargo:?}: {}", String::from_utf8_lossy(&output.stderr));
        let messages = String::from_utf8(output.stdout).unwrap();
        let messages: Vec<Value> =
            messages.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let files = |message: &Value| -> Vec<String> {
            let files = message["filenames"].as_array().into_iter().flatten();
            files.filter_map(|file| file.as_str()).map(str::to_owned).collect()
        };
        // A macro is in another folder than a library where a platform was given.
        let is_crate = |message: &&Value| {
            message["target"]["kind"]
                .as_array()
                .into_iter()
                .flatten()
                .any(|it| it == "lib" || it == "proc-macro")
        };
        let crates = messages.iter().filter(is_crate).flat_map(files);
        let folders: BTreeSet<_> =
            crates.filter_map(|file| Some(Path::new(&file).parent()?.to_owned())).collect();
        arguments.extend(folders.iter().map(|folder| format!("-Ldependency={}", folder.display()).into()));
        let libraries = CRATES.map(|name| {
            let files = messages.iter().filter(|message| message["target"]["name"] == name).flat_map(files);
            files.filter(|file| file.ends_with(".rlib")).collect()
        });
        Self { arguments, libraries }
    }

    /// The arguments for each way to take one library of each crate.
    fn choices(&self) -> Vec<Vec<OsString>> {
        let mut choices = vec![self.arguments.clone()];
        for (name, libraries) in CRATES.iter().zip(&self.libraries) {
            let longer = choices.iter().flat_map(|choice| {
                let library = |file| OsString::from(format!("--extern={name}={file}"));
                libraries.iter().map(move |file| [choice.clone(), vec![library(file)]].concat())
            });
            choices = longer.collect();
        }
        choices
    }
}
