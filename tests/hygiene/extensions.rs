//! Next to traits of the user that give methods to everything, with names that the generated code calls.
#![deny(warnings)]

use sdk_runtime::{Result, api_client};
use serde::Serialize;

/// For every type there is. The names that look an argument or an answer up by its type (`query`, `decoder`
/// …) are not among them: a trait that has one of these for everything would be found first.
#[expect(dead_code, reason = "names that could collide, and are not used")]
#[expect(
    clippy::new_ret_no_self,
    clippy::wrong_self_convention,
    reason = "and they are not chosen for their sense"
)]
trait Everything {
    fn client(&self) {}
    fn new(&self) {}
    fn build(&self) {}
    fn session(&self) {}
    fn into_future(&self) {}
    fn finish(&self) {}
    fn debug_struct(&self) {}
    fn clone(&self) {}
    fn as_ref(&self) {}
    fn unimplemented(&self) {}
}

impl<T: ?Sized> Everything for T {}

/// For every argument, as in a crate's own `value.json()`.
#[expect(dead_code, reason = "names that could collide, and are not used")]
trait Arguments: Serialize {
    fn segment(&self) {}
    fn query(&self) {}
    fn header(&self) {}
    fn json(&self) {}
    fn body(&self) {}
    fn request(&self) {}
}

impl<T: Serialize + ?Sized> Arguments for T {}

#[api_client(dyn, auth = none)]
pub trait Users {
    #[put("/users/{id}")]
    async fn update(
        &self,
        id: u64,
        #[query] q: &str,
        #[header] x_test: bool,
        #[json] name: &String,
    ) -> Result<String>;
}

#[tokio::test]
async fn what_is_generated_calls_its_own() {
    let users = DynUsers::new(crate::client!(UsersClient));
    let name = String::from("ann");
    assert_eq!(users.update(7, "x", true, &name).await.unwrap(), "PUT /users/7?q=x true \"ann\"");
}
