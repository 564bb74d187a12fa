//! The runtime under another name, through a re-export.
#![deny(warnings)]

mod vendor {
    pub(crate) use sdk_runtime as sdk;
}

mod users {
    #[crate::vendor::sdk::api_client(crate = crate::vendor::sdk)]
    pub(crate) trait Users {
        #[get("/users/{id}")]
        async fn user(&self, id: u64) -> crate::vendor::sdk::Result<String>;
    }
}

fn main() {
    let client = users::UsersClient::new("https://users.example").unwrap();
    let _ = client.user(7);
}
