//! No secret in a span or an event, wherever a program puts one.

use sdk_runtime::{Attach, ServiceTransport, Tokens};
use sdk_testkit::{Backend, Reply};

use crate::TrackerClient;
use crate::recorder::Recorder;

const SECRET: &str = "s3cr3t";

#[tokio::test(start_paused = true)]
async fn i27_no_span_and_no_event_holds_a_secret() {
    let answers: [fn() -> Reply; 6] = [
        || Reply::text(SECRET).header("x-token", SECRET).header("set-cookie", format!("sid={SECRET}")),
        || Reply::text(SECRET).status(401),
        || Reply::text(format!("{{\"error\":\"{SECRET}\"}}")).status(400),
        || Reply::redirect(&format!("https://other.test/{SECRET}?{SECRET}")),
        || Reply::text(SECRET).status(503).header("retry-after", "1"),
        Reply::reset,
    ];
    let places = [Attach::bearer, || Attach::query("key")];
    let all = places.into_iter().flat_map(|place| answers.map(|answer| (place, answer)));
    for (at, (place, answer)) in all.enumerate() {
        let backend = Backend::new().fallback(move |_| std::future::ready(answer()));
        let client = TrackerClient::builder("https://tracker.test")
            .header("x-default", SECRET)
            .attach(place())
            .transport(ServiceTransport::new(backend))
            .build()
            .unwrap();
        let (recorder, _guard) = Recorder::start();
        let tokens = Tokens::new(SECRET).refresh_token(SECRET).subject(SECRET).scopes([SECRET]);
        client.session().sign_in(tokens).unwrap();
        let _ = client.issue(SECRET, Some(SECRET), Some(SECRET)).header("x-call", SECRET).await;
        let _ = client.update(SECRET, SECRET).await;
        let _ = client.session().refresh().await;
        let _ = client.logout().await;
        let _ = client.login(&test_support::Credentials { username: SECRET, password: SECRET }).await;
        let text = recorder.text();
        assert!(text.contains("Tracker::issue") && text.contains("refresh.outcome"), "{at}: {text}");
        assert!(!text.contains(SECRET), "I27: answer {at}: {text}");
    }
}
