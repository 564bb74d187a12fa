//! Programs for Node with their packages, below `target`.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Returns a folder with the `script` of `source` and the packages that its `package-lock.json` pins. It is
/// made once, and once more when a file or the version of Node has changed.
pub(crate) fn installed(name: &str, source: &Path, script: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("live-{name}"));
    let mark = folder.join("installed");
    let mut wanted = output(Command::new("node").arg("--version"));
    let files = ["package.json", "package-lock.json", script];
    for file in files {
        wanted += &fs::read_to_string(source.join(file)).unwrap();
    }

    // Several test processes may want it at once.
    let lock = File::create(folder.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    if fs::read_to_string(&mark).is_ok_and(|it| it == wanted) {
        return folder;
    }
    fs::create_dir_all(&folder).unwrap();
    for file in files {
        fs::copy(source.join(file), folder.join(file)).unwrap();
    }
    // No package runs a script of its own. `npm ci` compares each with its hash.
    let options = ["ci", "--ignore-scripts", "--engine-strict", "--no-audit", "--no-fund"];
    output(Command::new("npm").args(options).current_dir(&folder));
    fs::write(mark, wanted).unwrap();
    folder
}

fn output(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
