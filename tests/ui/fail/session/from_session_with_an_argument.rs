//! `#[from_session]` with an argument.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/logout")]
    #[session(end)]
    async fn logout(
        &self,
        #[form] #[from_session("token")] request: sdk_runtime::oauth::RefreshRequest,
    ) -> Result<()>;
}

fn main() {}
