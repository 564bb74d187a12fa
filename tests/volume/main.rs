//! Large bodies in constant memory: an upload and a download through the default transport, over a socket of
//! this machine. The client is a process of its own, so that its memory is that of the transfer alone.
//!
//! `VOLUME_MIB` is the size of each body, by default 256. `just soak` sets 10,240.

mod client;
mod server;

use std::env;
use std::time::Duration;

use tokio::process::Command;

/// How much more the process may hold at its peak than after a transfer of 1 MiB. The transport keeps at most
/// 256 KiB of an upload in flight, and reads a download in pieces.
const GROWTH_KIB: u64 = 8 << 10;

/// What it takes on the slowest machine.
fn patience(mebibytes: u64) -> Duration {
    Duration::from_secs(180 + mebibytes / 5)
}

#[tokio::test]
async fn bodies_of_any_size_pass_in_constant_memory() {
    let mebibytes = env::var("VOLUME_MIB").map_or(256, |text| text.parse().unwrap());
    let server = server::Server::start().await;
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "client::transfers", "--ignored", "--nocapture"]).kill_on_drop(true);
    command.env(client::SERVER, server.url()).env(client::MEBIBYTES, mebibytes.to_string());
    let output = tokio::time::timeout(patience(mebibytes), command.output()).await.unwrap().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    let figures = told.lines().find_map(|line| line.split_once(client::FIGURES)).expect(&told).1;
    println!("{mebibytes} MiB: {figures}");
    // 1 MiB first, and then all.
    assert_eq!(server.bytes(), [(mebibytes + 1) << 20; 2]);
    let [before, after] = ["before", "after"].map(|name| {
        let kibibytes = figures.split(' ').find_map(|figure| figure.strip_prefix(&format!("{name}=")));
        kibibytes.expect(figures).parse::<u64>().unwrap()
    });
    assert!(after - before <= GROWTH_KIB, "the memory grows with the body: {figures}");
}
