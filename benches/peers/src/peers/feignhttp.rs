//! A trait of feignhttp, over reqwest. It does not encode arguments of a path, so its caller does.

use feignhttp::{Client, ClientWrapper, Context, FeignClientBuilder as _, feign};

use crate::subject::{FIELDS, Issue, OWNER, encoded, on_one_thread, sum, token};

#[derive(Context)]
struct Shared {
    #[url_path]
    base: String,
    #[header]
    authorization: String,
    #[header]
    accept: String,
}

#[feign(url = "{base}")]
pub trait Tracker {
    #[get("/repos/{owner}/issues/{number}")]
    async fn issue(
        &self,
        #[path] owner: &str,
        #[path] number: u32,
        #[query] fields: &str,
    ) -> feignhttp::Result<Issue>;
}

pub struct Declared(Tracker);

impl Declared {
    pub fn new(base: &str) -> Self {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let shared = Shared {
            base: base.to_owned(),
            authorization: format!("Bearer {}", token()),
            accept: "application/json".to_owned(),
        };
        let client = ClientWrapper::with_client(client).unwrap();
        Self(TrackerBuilder::build_with_context(client, shared).unwrap())
    }

    pub async fn issue(&self, number: u32) -> u64 {
        self.0.issue(&encoded(OWNER).to_string(), number, FIELDS).await.unwrap().id
    }
}

pub fn run(base: &str, calls: u32) -> u64 {
    on_one_thread(async {
        let client = Declared::new(base);
        sum(calls, |number| client.issue(number)).await
    })
}
