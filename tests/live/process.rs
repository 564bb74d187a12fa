//! A server in a process of its own.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdin, Command, Stdio};

/// A server that runs until this process ends, however it ends: the server reads its standard input, which
/// this process holds open, and exits at its end. So a test that panics, or is killed, leaves no server.
#[derive(Debug)]
pub(crate) struct Served {
    port: u16,
    /// Never read again. Both stay open for as long as this value lives.
    _input: ChildStdin,
    _child: Child,
}

impl Served {
    /// Starts `command`. It binds a free port, accepts connections there, and then writes the port as its
    /// first line.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let Ok(port) = line.trim().parse() else {
            panic!("{command:?} has not started: {}", child.wait().unwrap());
        };
        Self { port, _input: child.stdin.take().unwrap(), _child: child }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The same server as another origin.
    pub(crate) fn other_url(&self) -> String {
        format!("http://localhost:{}", self.port)
    }
}
