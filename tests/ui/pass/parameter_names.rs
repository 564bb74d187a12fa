//! Parameters whose names the generated code might want for itself.
#![deny(warnings)]

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Names {
    #[post("/{self_}/{request}/{client}/{url}/{type}")]
    async fn many(
        &self,
        self_: u8,
        request: u8,
        client: u8,
        url: u8,
        r#type: u8,
        #[query] query: u8,
        #[query] r#fn: u8,
        #[header] endpoint: u8,
        #[json] body: u8,
    ) -> Result<()>;

    #[get("/{ENDPOINT}/{arguments}")]
    #[allow(non_snake_case)]
    async fn upper(&self, ENDPOINT: u8, arguments: u8, #[query] decoder: u8, #[query] grant: u8) -> Result<()>;

    #[get("/type")]
    async fn r#type(&self) -> Result<String>;

    async fn composite(&self, self_: u8, output: u8) -> Result<()> {
        self.upper(self_, output, self_, output).await
    }
}

fn main() {
    let client = NamesClient::new("https://names.example").unwrap();
    let _ = client.many(1, 2, 3, 4, 5, 6, 7, 8, 9);
    let _ = client.r#type();
}
