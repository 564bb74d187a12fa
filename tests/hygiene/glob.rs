//! A glob import of the runtime: none of its traits hides a method of a type.
#![deny(warnings)]

use std::borrow::Cow;
use std::sync::Arc;

use sdk_runtime::*;

#[api_client(auth = none, headers("accept" = "application/json"))]
trait Notes {
    #[get("/notes/{id}")]
    async fn note(&self, id: u64) -> Result<String>;
}

/// Each by value, by reference and through a pointer, since a trait method that is found one step earlier
/// wins.
#[test]
fn methods_of_the_standard_library_keep_their_meaning() {
    let text = String::from("a\nb");
    assert_eq!(text.lines().count(), 2);
    let (by_reference, twice) = (&text, &"a\nb");
    assert_eq!(by_reference.lines().last(), Some("b"));
    assert_eq!("a\nb".lines().count(), 2);
    assert_eq!(twice.lines().count(), 2);
    assert_eq!(Cow::from("a\nb").lines().count(), 2);
    assert_eq!(Box::<str>::from("a\nb").lines().count(), 2);
    assert_eq!(Arc::<str>::from("a\nb").lines().count(), 2);
    let list = vec![1, 2];
    assert!(!list.is_empty() && !Arc::new(list.clone()).is_empty() && !Some(list).iter().any(Vec::is_empty));
    let bytes = Bytes::from_static(b"ab");
    assert!(!bytes.is_empty() && bytes.iter().count() == 2);
    let (parts, ()) = http::Request::new(()).into_parts();
    assert_eq!(parts.uri.into_parts().path_and_query.unwrap(), "/");
}

#[tokio::test]
async fn a_client_is_declared_with_it() {
    let notes = crate::client!(NotesClient);
    assert_eq!(notes.note(7).await.unwrap(), "\"GET /notes/7\"");
}
