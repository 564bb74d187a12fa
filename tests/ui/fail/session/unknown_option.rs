//! A misspelt `refused`.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/refresh")]
    #[session(refresh, refusd = refusal)]
    async fn refresh(
        &self,
        #[form] request: sdk_runtime::oauth::RefreshRequest,
    ) -> Result<sdk_runtime::oauth::TokenAnswer>;
}

fn refusal(_: &sdk_runtime::ErrorResponse) -> Option<sdk_runtime::Refusal> {
    None
}

fn main() {}
