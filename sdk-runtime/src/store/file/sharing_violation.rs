//! Sharing violations: files that another program has open for a moment.
//!
//! Unix can open, replace and remove a file that another program has open. Windows cannot, if the other
//! program does not share the file: a virus scanner, an indexer, a backup. On file systems without POSIX
//! semantics (FAT, many network drives) it cannot replace a file that any reader has open.

use std::io;
use std::time::Duration;

use crate::runtime;

/// The longest retry. Scanners and readers hold a file for milliseconds. The session waits 5 s for a whole
/// operation.
const LIMIT: Duration = Duration::from_secs(2);

/// `ERROR_ACCESS_DENIED`, `ERROR_SHARING_VIOLATION`.
const HELD: [i32; 2] = [5, 32];

/// Runs `work`, and repeats it for at most [`LIMIT`] while Windows refuses it because another program has the
/// file open. Blocks.
pub(super) fn retry<T>(mut work: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    let done = runtime::insist(LIMIT, || Some(work()).filter(|done| !done.as_ref().is_err_and(is_held)));
    done.unwrap_or_else(work)
}

fn is_held(error: &io::Error) -> bool {
    cfg!(windows) && error.raw_os_error().is_some_and(|code| HELD.contains(&code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused_is_done_again_on_windows_alone_and_there_while_another_program_has_the_file() {
        for (code, is_held) in [(2, false), (5, true), (32, true), (33, false)] {
            let mut times = 0;
            let done = retry(|| {
                times += 1;
                if times == 1 { Err(io::Error::from_raw_os_error(code)) } else { Ok(()) }
            });
            let is_done_again = is_held && cfg!(windows);
            assert_eq!((times, done.is_ok()), (1 + i32::from(is_done_again), is_done_again), "{code}");
        }
        let mut times = 0;
        let done = retry(|| {
            times += 1;
            Ok(times)
        });
        assert_eq!(done.unwrap(), 1, "what succeeded is not done again");
    }
}
