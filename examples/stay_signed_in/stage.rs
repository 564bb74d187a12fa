//! The demonstration: a server, and a program that is started, typed to and killed, three times.

use std::error::Error;
use std::path::PathBuf;
use std::process::Stdio;

use sdk_runtime::{FileStore, store::TokenStore};
use sdk_testkit::{Reply, TokenServer};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

pub(crate) async fn play() -> Result {
    let server = TokenServer::new().guard("GET", "/issues/{id}", |request, user| async move {
        Reply::text(format!("issue {} is {}'s", request.param("id"), user.name()))
    });
    let socket = server.serve().await?;
    let home = std::env::temp_dir().join(format!("stay-signed-in-{}", std::process::id()));
    let stage = Stage { url: socket.url(), login: home.join("login") };

    let mut program = stage.start()?;
    program.enter("7", "Password?").await?;
    program.enter("correct horse", "issue 7 is ann's").await?;
    program.kill().await?;

    let mut program = stage.start()?;
    program.enter("7", "issue 7 is ann's").await?;
    program.kill().await?;

    println!("\n(While nothing runs, the access token dies.)");
    server.expire_access_tokens();
    let mut program = stage.start()?;
    program.enter("8", "issue 8 is ann's").await?;
    let counts = server.counts();
    assert_eq!((counts.logins, counts.rotations), (1, 1), "it was refreshed, and no password sent");

    println!("\n(An administrator ends ann's login at the server.)");
    server.revoke("ann");
    program.enter("9", "the session has expired").await?;
    let kept = FileStore::new(&stage.login).load().await?.ok_or("the file is gone")?;
    assert!(!kept.text().contains("refresh-"), "a token that no longer works is not stored");
    program.enter("correct horse", "issue 9 is ann's").await?;
    program.kill().await?;

    std::fs::remove_dir_all(home)?;
    let sdk_testkit::Counts { logins, reused, .. } = server.counts();
    assert_eq!((logins, reused), (2, 0));
    println!(
        "\nok: killed 3 times, and {logins} passwords: the second after the login was ended; {reused} tokens \
         sent twice"
    );
    Ok(())
}

/// The address of the server, and the file with the login.
struct Stage {
    url: String,
    login: PathBuf,
}

impl Stage {
    fn start(&self) -> Result<Program> {
        println!("\n$ tracker");
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(&self.url).arg(&self.login).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.kill_on_drop(true).spawn()?;
        let keyboard = child.stdin.take().ok_or("it has no input")?;
        let screen = BufReader::new(child.stdout.take().ok_or("it has no output")?).lines();
        Ok(Program { child, keyboard, screen })
    }
}

struct Program {
    child: Child,
    keyboard: ChildStdin,
    screen: Lines<BufReader<ChildStdout>>,
}

impl Program {
    /// Types a line. The answer must contain `expected`.
    async fn enter(&mut self, line: &str, expected: &str) -> Result {
        println!("> {line}");
        self.keyboard.write_all(format!("{line}\n").as_bytes()).await?;
        let answer = self.screen.next_line().await?.ok_or("it has ended by itself")?;
        println!("{answer}");
        answer.contains(expected).then_some(()).ok_or_else(|| format!("not answered by: {expected}").into())
    }

    async fn kill(mut self) -> Result {
        println!("^ kill -9");
        Ok(self.child.kill().await?)
    }
}
