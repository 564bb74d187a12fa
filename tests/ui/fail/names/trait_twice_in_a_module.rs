//! The same trait twice in a module, with a fake.

mod api {
    use sdk_runtime::{Result, api_client};

    /// Written first.
    #[api_client(dyn)]
    pub trait Users {
        #[get("/users/{id}")]
        async fn user(&self, id: u64) -> Result<String>;
    }

    /// Copied.
    #[api_client(dyn)]
    pub trait Users {
        #[get("/users/{id}")]
        async fn user(&self, id: u64) -> Result<String>;
    }
}

use api::{DynUsers, Users, UsersClient};
use sdk_runtime::Result;

struct Fake;

impl Users for Fake {
    async fn user(&self, id: u64) -> Result<String> {
        Ok(id.to_string())
    }
}

struct Program {
    users: DynUsers,
}

#[tokio::main]
async fn main() -> Result<()> {
    let users = UsersClient::new("https://api.example.com")?;
    let programs = [Program { users: DynUsers::new(users) }, Program { users: DynUsers::new(Fake) }];
    for program in programs {
        println!("{}", program.users.user(7).await?);
    }
    Ok(())
}
