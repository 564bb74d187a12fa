//! Protection of the login file on systems with owners, modes and links.

use std::{
    fs::{self, Permissions},
    os::unix::{
        fs::{PermissionsExt, chown, symlink},
        process::CommandExt,
    },
    path::Path,
    process::{Command, Stdio},
    sync::mpsc,
    thread,
};

use rustix::process::geteuid;
use sdk_runtime::{
    FileStore,
    error::StoreErrorKind,
    store::{StoredLogin, TokenStore},
};

use crate::{
    file::{WRITTEN, login, refused},
    place::{PATIENCE, Place, child, given, output},
};

fn mode(path: impl AsRef<Path>) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

fn set_mode(path: impl AsRef<Path>, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[tokio::test]
async fn all_that_is_made_is_for_one_user() {
    let place = Place::new();
    let directory = place.path().join("a/b");
    let store = FileStore::new(directory.join("login"));
    assert_eq!(store.load().await.unwrap(), None);
    assert!(place.names().is_empty(), "reading makes nothing");
    for version in 0..2 {
        assert!(store.replace(version, login(version + 1)).await.unwrap());
    }
    let _lock = store.try_lock().await.unwrap();
    assert_eq!((mode(place.path().join("a")), mode(&directory)), (0o700, 0o700));
    for name in ["login", "login.lock", "login.renewing"] {
        assert_eq!(mode(directory.join(name)), 0o600, "{name}");
    }
    assert_eq!(fs::read_dir(directory).unwrap().count(), 3);
}

#[tokio::test]
async fn what_others_could_read_or_replace_is_refused() {
    let place = Place::new();
    let path = place.login();
    let store = FileStore::new(&path);
    assert!(store.replace(0, login(1)).await.unwrap());
    for (what, is, was, way_out) in [
        (path.as_path(), 0o644, 0o600, "chmod 600"),
        (&path, 0o640, 0o600, "chmod 600"),
        (&path, 0o620, 0o600, "chmod 600"),
        (&path, 0o602, 0o600, "chmod 600"),
        (place.path(), 0o777, 0o700, "chmod go-w"),
        (place.path(), 0o770, 0o700, "chmod go-w"),
        (place.path(), 0o1777, 0o700, "chmod go-w"),
    ] {
        set_mode(what, is);
        let error = refused(&path).await;
        let shown = error.to_string();
        assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{shown}");
        let mode = format!("mode {is:o},");
        for part in [what.to_str().unwrap(), &mode, way_out] {
            assert!(shown.contains(part), "{part} in {shown}");
        }
        set_mode(what, was);
        assert_eq!(store.load().await.unwrap(), Some(login(1)), "nothing is lost");
    }
    // Its names may be seen: there is nothing in them.
    set_mode(place.path(), 0o755);
    assert!(store.replace(1, login(2)).await.unwrap());
}

#[tokio::test]
async fn the_file_of_another_user_stays_theirs() {
    if !geteuid().is_root() {
        return; // No other user can read such a file, or make one.
    }
    let place = Place::new();
    let path = place.login();
    assert!(FileStore::new(&path).replace(0, login(1)).await.unwrap());
    chown(&path, Some(12345), None).unwrap();
    let shown = refused(&path).await.to_string();
    assert!(shown.contains("another user") && shown.contains("12345"), "{shown}");
}

#[tokio::test]
async fn a_directory_of_another_user_is_not_private() {
    if !geteuid().is_root() {
        return; // No other user can give a directory away.
    }
    let place = Place::new();
    for (name, kept) in [("with a login", true), ("empty", false)] {
        let directory = place.path().join(name);
        let path = directory.join("login");
        fs::create_dir(&directory).unwrap();
        set_mode(&directory, 0o755);
        if kept {
            assert!(FileStore::new(&path).replace(0, login(1)).await.unwrap(), "root's own is private");
        }
        chown(&directory, Some(12345), None).unwrap();
        let error = refused(&path).await;
        assert_eq!(error.kind(), StoreErrorKind::Unavailable);
        let shown = error.to_string();
        assert!(shown.contains("another user") && shown.contains("12345"), "{shown}");
        assert!(FileStore::new(&path).try_lock().await.is_err());
        chown(&directory, Some(0), None).unwrap();
        assert_eq!(FileStore::new(&path).load().await.unwrap(), kept.then(|| login(1)), "nothing is lost");
    }
}

/// The result of `work`, which may block without end: then its thread is left behind.
fn on_a_thread<F: Future<Output = ()>>(work: impl FnOnce() -> F + Send + 'static) {
    let (tell, told) = mpsc::channel();
    let thread = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(work());
        tell.send(()).unwrap();
    });
    match told.recv_timeout(PATIENCE) {
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("it hangs"),
        _ => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
    }
}

#[test]
fn what_is_no_file_of_its_own_is_refused_and_left() {
    // A pipe may be waited for without end.
    on_a_thread(what_is_no_file_of_its_own);
}

async fn what_is_no_file_of_its_own() {
    for suffix in ["", ".lock", ".renewing"] {
        let place = Place::new();
        let elsewhere = place.path().join("elsewhere");
        fs::write(&elsewhere, WRITTEN).unwrap();
        set_mode(&elsewhere, 0o600);
        let path = place.login();
        let entry = place.path().join(format!("login{suffix}"));
        let make: [(&str, &dyn Fn()); 4] = [
            ("a link", &|| symlink(&elsewhere, &entry).unwrap()),
            ("a link to nothing", &|| symlink(place.path().join("nothing"), &entry).unwrap()),
            ("a directory", &|| fs::create_dir(&entry).unwrap()),
            ("a pipe", &|| assert!(Command::new("mkfifo").arg(&entry).status().unwrap().success())),
        ];
        for (what, make) in make {
            make();
            let store = FileStore::new(&path);
            let error = match suffix {
                "" => refused(&path).await,
                ".lock" => store.replace(0, login(1)).await.unwrap_err(),
                _ => store.try_lock().await.unwrap_err(),
            };
            assert_eq!(error.kind(), StoreErrorKind::Foreign, "{what}: {error}");
            assert!(error.to_string().contains(entry.to_str().unwrap()), "{error}");
            assert!(fs::symlink_metadata(&entry).is_ok_and(|about| !about.is_file()), "{what} is left");
            if what == "a directory" { fs::remove_dir(&entry) } else { fs::remove_file(&entry) }.unwrap();
        }
        assert!(!place.path().join("nothing").exists(), "{suffix}");
        assert_eq!(fs::read(&elsewhere).unwrap(), WRITTEN, "{suffix}");
    }
}

#[tokio::test]
async fn a_link_to_the_directory_is_followed() {
    let place = Place::new();
    fs::create_dir(place.path().join("real")).unwrap();
    symlink("real", place.path().join("link")).unwrap();
    assert!(FileStore::new(place.path().join("link/login")).replace(0, login(1)).await.unwrap());
    let real = FileStore::new(place.path().join("real/login"));
    assert_eq!(real.load().await.unwrap(), Some(login(1)));
}

#[tokio::test]
async fn a_path_that_names_no_file_is_said() {
    let place = Place::new();
    fs::write(place.path().join("file"), "").unwrap();
    symlink("loop", place.path().join("loop")).unwrap();
    for end in ["file/login", "loop/login", &format!("{}/login", "x".repeat(300)), &"x".repeat(300)] {
        let path = place.path().join(end);
        let store = FileStore::new(&path);
        assert_eq!(store.load().await.unwrap_err().kind(), StoreErrorKind::Unavailable, "{end}");
        let error = store.replace(0, login(1)).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{end}");
        assert!(error.to_string().contains(place.path().to_str().unwrap()), "{error}");
    }
    assert!(FileStore::new(place.path().join("..")).replace(0, login(1)).await.is_err());
}

/// A process that may read every directory runs the rest as a user who may not.
#[tokio::test]
async fn a_directory_that_cannot_be_read_is_no_login_lost() {
    let place = Place::new();
    let path = place.login();
    assert!(FileStore::new(&path).replace(0, login(1)).await.unwrap());
    if geteuid().is_root() {
        let public = Place::new();
        set_mode(public.path(), 0o755);
        let copy = public.path().join("test");
        fs::copy(std::env::current_exe().unwrap(), &copy).unwrap();
        let directory = public.path().to_owned();
        let like = child("private::finds_a_directory_that_cannot_be_read", "file", &path);
        let mut child = Command::new(copy);
        child.args(like.get_args()).current_dir(directory).uid(65534).gid(65534);
        child.envs(like.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let output = output(child).await;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    } else {
        set_mode(place.path(), 0);
        cannot_be_read(&path).await;
        set_mode(place.path(), 0o700);
    }
    assert_eq!(FileStore::new(&path).load().await.unwrap(), Some(login(1)));
}

#[tokio::test]
#[ignore = "needs the user that the test above runs it as"]
async fn finds_a_directory_that_cannot_be_read() {
    let Some((_, path)) = given() else { return };
    cannot_be_read(&path).await;
}

async fn cannot_be_read(path: &Path) {
    let directory = path.parent().unwrap();
    // Neither can what is in it, nor whether there is anything.
    for path in [path, &directory.join("below/login")] {
        let store = FileStore::new(path);
        let failed = [
            store.load().await.map(drop),
            store.replace(0, login(1)).await.map(drop),
            store.try_lock().await.map(drop),
        ];
        for failed in failed {
            let error = failed.unwrap_err();
            assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error}");
            assert!(error.to_string().contains(path.parent().unwrap().to_str().unwrap()), "{error}");
        }
    }
}

/// A limit to the size of files fails in the middle of one, as a full disk does, and needs no disk to fill.
#[tokio::test]
async fn a_full_disk_leaves_the_old_login() {
    let place = Place::new();
    let path = place.login();
    assert!(FileStore::new(&path).replace(0, login(1)).await.unwrap());
    let like = child("private::finds_a_full_disk", "file", &path);
    let mut limited = Command::new("sh");
    limited.args(["-c", r#"trap '' XFSZ; ulimit -f 8; exec "$0" "$@""#]).arg(like.get_program());
    limited.args(like.get_args()).envs(like.get_envs().filter_map(|(name, value)| Some((name, value?))));
    limited.stdin(Stdio::null());
    let output = output(limited).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(FileStore::new(&path).load().await.unwrap(), Some(login(2)));
    assert_eq!(place.names(), ["login", "login.lock"]);
}

#[tokio::test]
#[ignore = "needs the limit that the test above runs it with"]
async fn finds_a_full_disk() {
    let Some((_, path)) = given() else { return };
    let store = FileStore::new(&path);
    let error = store.replace(1, StoredLogin::new(2, "x".repeat(100_000))).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error}");
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 2, "what was half written is gone");
    assert_eq!(store.load().await.unwrap(), Some(login(1)));
    assert!(store.replace(1, login(2)).await.unwrap(), "there is room for little");
}
