//! A proxy that records its requests. It opens tunnels for CONNECT, and answers plain requests itself.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use super::h1::{Request, Wire};

pub(crate) struct Proxy {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Request>>>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Answers each CONNECT with `connect`, such as `200 OK`, and opens the tunnel where that is a success.
    pub(crate) async fn start(connect: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, seen) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(Vec::new())));
        let writes = seen.clone();
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let Ok((stream, _)) = listener.accept().await else { return };
                let seen = writes.clone();
                connections.spawn(async move {
                    let mut wire = Wire::new(stream);
                    while let Ok(Some(request)) = wire.request().await {
                        seen.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
                        let Some(target) = request.line.strip_prefix("CONNECT ") else {
                            let _ = wire.answer("{}").await;
                            continue;
                        };
                        let target = target.split(' ').next().unwrap_or_default().to_owned();
                        let sent = wire.send(format!("HTTP/1.1 {connect}\r\n\r\n").as_bytes()).await;
                        if sent.is_ok() && connect.starts_with('2') {
                            let Ok(mut there) = TcpStream::connect(target).await else { return };
                            let _ = tokio::io::copy_bidirectional(&mut wire.into_inner(), &mut there).await;
                        }
                        return;
                    }
                });
            }
        });
        Self { address, seen, task }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All requests so far, CONNECTs included.
    pub(crate) fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}
