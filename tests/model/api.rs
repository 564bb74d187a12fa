//! The API of the model, declared as any user would. Its types panic now and then, as types of users do.

use std::cell::Cell;
use std::time::Duration;

use sdk_runtime::{Grant, Head, Refusal, Result, TokenRequest, TokenResponse, Tokens, api_client};
use serde::{Deserialize, Serialize};

thread_local! {
    /// How often code of the user's panics, in a thousand times. Each world has a thread of its own while it
    /// runs.
    static PANICS: Cell<u32> = const { Cell::new(0) };
}

pub fn let_panic(in_a_thousand: u32) {
    PANICS.set(in_a_thousand);
}

/// A panic of the user's, by chance, without a word on the screen.
pub fn perhaps_panic() {
    if by_chance(PANICS.get()) {
        std::panic::resume_unwind(Box::new("a panic in code of the user's"));
    }
}

pub fn by_chance(in_a_thousand: u32) -> bool {
    in_a_thousand > 0 && fastrand::u32(0..1000) < in_a_thousand
}

/// As many milliseconds, by chance.
pub fn pause(millis: std::ops::Range<u64>) -> impl Future<Output = ()> {
    tokio::time::sleep(Duration::from_millis(fastrand::u64(millis)))
}

#[derive(Serialize)]
pub struct Who {
    pub user: &'static str,
}

#[derive(Serialize, Deserialize)]
pub struct Refresh {
    pub refresh: String,
}

impl TokenRequest for Refresh {
    fn from_grant(grant: &Grant) -> Option<Self> {
        perhaps_panic();
        Some(Self { refresh: grant.refresh_token()?.expose().to_owned() })
    }
}

#[derive(Serialize, Deserialize, Clone)]
pub struct Signed {
    pub access: String,
    pub refresh: Option<String>,
    pub seconds: Option<u64>,
    pub subject: Option<String>,
}

impl TokenResponse for Signed {
    fn tokens(&self, _: &Head) -> std::result::Result<Tokens, Refusal> {
        Ok(self.given())
    }
}

impl Signed {
    /// What a session is given.
    pub fn given(&self) -> Tokens {
        let mut tokens = Tokens::new(self.access.as_str());
        if let Some(refresh) = &self.refresh {
            tokens = tokens.refresh_token(refresh.as_str());
        }
        if let Some(seconds) = self.seconds {
            tokens = tokens.expires_in(Duration::from_secs(seconds));
        }
        if let Some(subject) = &self.subject {
            tokens = tokens.subject(subject.as_str());
        }
        tokens
    }
}

#[derive(Serialize, Deserialize)]
pub struct Mine {
    pub user: String,
}

#[api_client]
pub trait Api {
    #[post("/login")]
    #[session(start)]
    async fn login(&self, #[json] who: &Who) -> Result<Signed>;

    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: Refresh) -> Result<Signed>;

    #[post("/logout")]
    #[session(end)]
    async fn logout(
        &self,
        #[json]
        #[from_session]
        request: Refresh,
    ) -> Result<()>;

    #[get("/mine/{tag}")]
    async fn mine(&self, tag: u32) -> Result<Mine>;

    #[put("/mine/{tag}")]
    async fn alter(&self, tag: u32, #[json] text: &str) -> Result<Mine>;

    #[get("/maybe/{tag}", auth = optional)]
    async fn maybe(&self, tag: u32) -> Result<Mine>;

    /// Rejects every token.
    #[get("/closed/{tag}")]
    async fn closed(&self, tag: u32) -> Result<Mine>;

    /// As well.
    #[get("/sealed/{tag}")]
    async fn sealed(&self, tag: u32) -> Result<Mine>;

    /// Rejects every token where `issue` is 2.
    #[get("/issues/{issue}/{tag}")]
    async fn issue(&self, issue: u32, tag: u32) -> Result<Mine>;

    /// Rejects a token now and then.
    #[get("/moody/{tag}")]
    async fn moody(&self, tag: u32) -> Result<Mine>;

    #[get("/open/{tag}", auth = none)]
    async fn open(&self, tag: u32) -> Result<Mine>;

    /// Goes to another origin, where no token may go.
    #[get]
    async fn fetch(&self, #[url] address: &str) -> Result<Mine>;
}
