//! Made by a `macro_rules!`, with each part of it given by the caller.
#![deny(warnings)]

use sdk_runtime::{Result, api_client};

macro_rules! resource {
    ($(#[$attr:meta])* $vis:vis $name:ident, $path:literal, $limit:literal, $auth:ident, $ty:ty, $argument:ident, $($body:tt)*) => {
        #[api_client(timeout = $limit, auth = $auth)]
        $(#[$attr])*
        $vis trait $name {
            #[get($path)]
            async fn get(&self, id: u64, #[query] $argument: $ty) -> Result<$ty>;

            #[get("/all")]
            async fn all(&self) -> Result<Vec<$ty>>;

            $($body)*
        }
    };
}

resource!(
    /// Users.
    pub Users, "/users/{id}", 30s, none, String, name,
    async fn twice(&self) -> Result<()> {
        self.get(1, String::new()).await?;
        self.get(2, String::new()).await?;
        Ok(())
    }
);

fn main() {
    let client = UsersClient::new("https://users.example").unwrap();
    let _ = client.get(7, String::new());
    drop(client.twice());
}
