//! Virtual environments of Python, below `target`.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Returns the `python` of the environment `name`, which has what `requirements` pins and nothing else. It is
/// made once, and once more when the requirements or the version of Python have changed.
pub(crate) fn environment(name: &str, requirements: &Path) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("live-{name}"));
    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let installed = folder.join("installed");
    let version = output(Command::new("python3").arg("--version"));
    let wanted = version + &fs::read_to_string(requirements).unwrap();

    // Several test processes may want it at once.
    let lock = File::create(folder.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    if fs::read_to_string(&installed).is_ok_and(|it| it == wanted) {
        return python;
    }
    output(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder));
    let options =
        ["--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes", "--requirement"];
    output(Command::new(&python).args(["-m", "pip", "install"]).args(options).arg(requirements));
    fs::write(installed, wanted).unwrap();
    python
}

fn output(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
