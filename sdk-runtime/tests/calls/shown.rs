//! What a program sees of a client, of a call and of a pool when it prints them, and where it may take them.

use std::fmt::Debug;

use sdk_runtime::__private::{Client, Endpoint, Paginate};
use sdk_runtime::{
    ServiceTransport,
    client::{ClientBuilder, SessionPool},
    store::MemoryStore,
};
use sdk_testkit::Backend;

use crate::pages::list;
use crate::support::{Api, client, endpoint};

fn assert_shown(value: &impl Debug, contains: &[&str]) {
    let text = format!("{value:?}");
    assert!(contains.iter().all(|part| text.contains(part)), "{contains:?}: {text}");
    assert!(!text.contains("hunter2"), "{text}");
}

/// The key of a pool is the name of a user, and an address may be one.
#[test]
fn what_can_be_printed_says_what_it_is_and_neither_arguments_nor_keys() {
    let backend = Backend::new();
    let builder = || {
        let builder = ClientBuilder::<Api>::new("http://localhost/hunter2");
        builder.header("x-key", "hunter2").transport(ServiceTransport::new(backend.clone()))
    };
    assert_shown(&builder(), &["ClientBuilder {"]);
    let sessions: SessionPool<&str, Api> = builder().build_pool(|_: &&str| MemoryStore::new()).unwrap();
    let _ = sessions.get(&"hunter2");
    assert_shown(&sessions, &["SessionPool {"]);
    let api = client(&backend, |builder| builder);
    let shown: &Client = &api.0;
    assert_shown(shown, &["Client {", "session: Session"]);
    let it = endpoint(Endpoint::new("Api::it", "GET", "/hunter2"));
    assert_shown(&api.call(it).header("x-key", "hunter2"), &["Call {", "endpoint: Api::it"]);
    assert_shown(&api.call(it).response(), &["ResponseCall(Call {", "endpoint: Api::it"]);
    assert_shown(&list(&api, Paginate::Link), &["Pages {", "endpoint: Api::list"]);
    assert_shown(&list(&api, Paginate::Link).items(), &["PageItems {", "Pages {", "endpoint: Api::list"]);
}

#[test]
fn pages_can_be_sent_to_another_thread() {
    fn is_send_stream<T: futures_core::Stream + Send + Unpin + 'static>(_: T) {}
    let api = client(&Backend::new(), |builder| builder);
    is_send_stream(list(&api, Paginate::Link));
    is_send_stream(list(&api, Paginate::Link).items());
}
