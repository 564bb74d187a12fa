//! A progress bar on stderr while the callers work. Draws nothing if stderr is not a terminal.

use std::io::{IsTerminal as _, Write as _, stderr};
use std::time::{Duration, Instant};

use sdk_testkit::TokenServer;

const WIDTH: usize = 28;

/// Draws until `end`. Clears the line when it is dropped, so also when its task is aborted.
pub(crate) async fn show(records: TokenServer, end: Instant) {
    if !stderr().is_terminal() {
        return;
    }
    let (begin, line) = (Instant::now(), Line);
    loop {
        let whole = end.saturating_duration_since(begin).as_secs_f64();
        let part = begin.elapsed().as_secs_f64() / whole.max(0.001);
        let done = ((part * WIDTH as f64) as usize).min(WIDTH);
        let counts = records.counts();
        line.draw(&format!(
            "          \x1b[36m{}\x1b[0;2m{}\x1b[0m  {} calls, {} refreshes",
            "━".repeat(done),
            "─".repeat(WIDTH - done),
            counts.served_calls,
            counts.rotations
        ));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The line of the terminal that the cursor is in.
struct Line;

impl Line {
    fn draw(&self, text: &str) {
        let mut terminal = stderr().lock();
        // A terminal that is gone needs no progress bar.
        let _ = write!(terminal, "\r\x1b[2K{text}");
        let _ = terminal.flush();
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.draw("");
    }
}
