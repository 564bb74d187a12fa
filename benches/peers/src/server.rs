//! The server: a process of its own, which answers each request with the same bytes.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitCode, Stdio};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// 480 bytes of JSON with ten fields.
pub const ANSWER: &str = concat!(
    r#"{"id":1296269,"number":1347,"title":"Found a bug in the parser of dates","state":"open","#,
    r#""locked":false,"author":"octocat","comments":42,"labels":["bug","parser","good first issue"],"#,
    r#""created_at":"2026-04-22T13:33:48Z","#,
    r#""body":"The parser accepts 2026-02-30, which is no date. A date is checked by its month and by "#,
    r#"its year. Steps: call it with that text, and print the result. Expected: an error with the "#,
    r#"position of the day. Seen: a date in March, which the text does not contain"}"#
);

/// Runs the server, and prints its address.
pub fn serve() -> ExitCode {
    assert_eq!(ANSWER.len(), 480);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("http://{}/api/v1", listener.local_addr().unwrap());
        while let Ok((socket, _)) = listener.accept().await {
            socket.set_nodelay(true).unwrap();
            tokio::spawn(answer(socket));
        }
    });
    ExitCode::SUCCESS
}

async fn answer(mut socket: TcpStream) {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ndate: Mon, 30 Nov 2026 12:00:00 GMT\r\n";
    let answer = format!("{head}content-length: {}\r\n\r\n{ANSWER}", ANSWER.len());
    let mut buffer = [0; 8_192];
    let mut read = 0;
    while let Ok(more @ 1..) = socket.read(&mut buffer[read..]).await {
        read += more;
        if buffer[..read].ends_with(b"\r\n\r\n") {
            read = 0;
            if socket.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    }
}

/// The server in a process of its own, which ends with this.
pub struct Server {
    process: Child,
    pub base: String,
}

impl Server {
    pub fn start() -> Self {
        let this = std::env::current_exe().unwrap();
        let mut process = Command::new(this).arg("serve").stdout(Stdio::piped()).spawn().unwrap();
        let mut base = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut base).unwrap();
        Self { process, base: base.trim().to_owned() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
