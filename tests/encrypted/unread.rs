//! Downloads that their callers do not read: they delay no other call of the client, and no refresh.

use sdk_runtime::ByteStream;
use tokio::task::JoinSet;

use crate::api::{ApiClient, Application, LARGE, client, in_time, trusting};
use crate::network::Network;
use crate::support::authority::Authority;
use crate::support::h2;
use crate::support::server::{Server, Setup};

async fn serve(authority: &Authority) -> (Server, Application) {
    let application = Application::default();
    let answers = application.clone();
    let server = Server::start(Setup::h2(authority), move |connection| {
        let application = answers.clone();
        h2::serve(connection, move |exchange| application.clone().answer(exchange))
    });
    (server.await, application)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refresh_waits_for_no_download_that_is_unread() {
    let authority = Authority::new();
    let (server, application) = serve(&authority).await;
    // As small as they are allowed to be, so that few downloads are enough.
    let network = Network { windows: Some(65_535), ..trusting(&authority) };
    let client = ApiClient::builder(server.url()).transport(network.transport()).build().unwrap();
    in_time(client.login("pw")).await.unwrap();
    let mut unread = Vec::new();
    for id in 0..3 {
        unread.push(in_time(client.file(id)).await.unwrap());
    }
    in_time(client.session().refresh()).await.unwrap();
    assert_eq!(application.refreshes(), 1);
    in_time(client.logout()).await.unwrap();
    in_time(client.login("pw")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_go_on_during_twenty_unread_downloads() {
    let authority = Authority::new();
    let (server, _) = serve(&authority).await;
    let client = client(&server.url(), &authority).build().unwrap();
    in_time(client.login("pw")).await.unwrap();
    let mut unread: Vec<ByteStream> = Vec::new();
    for id in 0..20 {
        unread.push(in_time(client.file(id)).await.unwrap());
    }
    for id in 0..20 {
        assert_eq!(in_time(client.issue(id)).await.unwrap(), id);
    }
    assert!(server.handshakes() <= 4, "each download on a connection of its own is no way out");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tasks_that_call_between_the_pieces_of_a_download_end() {
    let authority = Authority::new();
    let (server, _) = serve(&authority).await;
    let client = client(&server.url(), &authority).build().unwrap();
    in_time(client.login("pw")).await.unwrap();
    let mut tasks = JoinSet::new();
    for id in 0..3 {
        let client = client.clone();
        tasks.spawn(async move {
            let (mut body, mut received, mut issues) = (client.file(id).await.unwrap(), 0, 0);
            while let Some(piece) = body.next().await {
                received += piece.unwrap().len();
                if issues < 20 {
                    assert_eq!(client.issue(issues).await.unwrap(), issues);
                    issues += 1;
                }
            }
            received
        });
    }
    while let Some(done) = in_time(tasks.join_next()).await {
        assert_eq!(done.unwrap(), LARGE);
    }
}
