//! A client that progenitor generates from `openapi.json`. Its token is in the default headers of reqwest.

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};

use crate::subject::{FIELDS, OWNER, on_one_thread, sum, token};

mod generated {
    progenitor::generate_api!("openapi.json");
}

pub struct Generated(generated::Client);

impl Generated {
    pub fn new(base: &str) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::try_from(format!("Bearer {}", token())).unwrap());
        let client = reqwest::Client::builder().no_proxy().default_headers(headers).build().unwrap();
        Self(generated::Client::new_with_client(base, client))
    }

    pub async fn issue(&self, number: u32) -> u64 {
        self.0.issue(OWNER, number, FIELDS).await.unwrap().into_inner().id
    }
}

pub fn run(base: &str, calls: u32) -> u64 {
    on_one_thread(async {
        let client = Generated::new(base);
        sum(calls, |number| client.issue(number)).await
    })
}
