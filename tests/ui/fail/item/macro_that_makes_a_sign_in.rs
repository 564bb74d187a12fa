//! A macro that makes the endpoints of a session, in a trait with `dyn`.

use sdk_runtime::{Result, api_client, oauth};

macro_rules! session {
    ($answer:ty) => {
        #[session(start)]
        #[post("/login")]
        async fn login(&self, #[query] name: &str) -> Result<$answer>;

        #[post("/token")]
        #[session(refresh)]
        async fn refresh(&self, #[form] request: oauth::RefreshRequest) -> Result<$answer>;
    };
}

#[api_client(dyn)]
trait Api {
    session!(oauth::TokenAnswer);

    #[get("/me")]
    async fn me(&self) -> Result<String>;
}

struct Program {
    api: DynApi,
}

impl Program {
    async fn run(&self) -> Result<String> {
        self.api.login("ada").await?;
        self.api.me().await
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let program = Program { api: DynApi::new(ApiClient::new("https://api.example.com")?) };
    println!("{}", program.run().await?);
    Ok(())
}
