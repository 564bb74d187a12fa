//! A method has neither a verb nor a body.

use sdk_runtime::{Result, api_client};

#[api_client]
trait Users {
    fn about(&self) -> String;

    #[get("/users")]
    async fn users(&self) -> Result<()>;
}

fn main() {}
