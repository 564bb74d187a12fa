//! The endpoints of a session, with a `refused` and everything else, without any prelude.
#![deny(warnings)]

use sdk_runtime::{Error, ServiceTransport, SessionState};
use sdk_testkit::{Reply, TokenServer};

use declared::{Account, AccountClient, Credentials, DynAccount};

#[no_implicit_prelude]
mod declared {
    #[derive(::serde::Serialize)]
    pub struct Credentials {
        pub username: &'static str,
        pub password: &'static str,
    }

    #[derive(::serde::Serialize)]
    pub struct Refresh {
        refresh_token: ::std::string::String,
    }

    impl ::sdk_runtime::TokenRequest for Refresh {
        fn from_grant(grant: &::sdk_runtime::Grant) -> ::core::option::Option<Self> {
            let refresh_token = ::std::borrow::ToOwned::to_owned(grant.refresh_token()?.expose());
            ::core::option::Option::Some(Self { refresh_token })
        }
    }

    #[derive(::serde::Deserialize)]
    pub struct Answer {
        access_token: ::std::string::String,
        refresh_token: ::std::string::String,
    }

    impl ::sdk_runtime::TokenResponse for Answer {
        fn tokens(
            &self,
            _: &::sdk_runtime::Head,
        ) -> ::core::result::Result<::sdk_runtime::Tokens, ::sdk_runtime::Refusal> {
            let tokens = ::sdk_runtime::Tokens::new(self.access_token.as_str());
            ::core::result::Result::Ok(tokens.refresh_token(self.refresh_token.as_str()))
        }
    }

    fn refused(answer: &::sdk_runtime::ErrorResponse) -> ::core::option::Option<::sdk_runtime::Refusal> {
        let message = ::std::borrow::ToOwned::to_owned("asked");
        answer.status().is_client_error().then_some(::sdk_runtime::Refusal::Dead(message))
    }

    #[::sdk_runtime::api_client(dyn)]
    pub trait Account {
        #[post("/auth/login")]
        #[session(start)]
        async fn login(&self, #[json] credentials: &Credentials) -> ::sdk_runtime::Result<Answer>;

        #[cfg(test)]
        #[post("/auth/refresh", timeout = 10s)]
        #[session(refresh, refused = self::refused)]
        async fn refresh(&self, #[json] request: &Refresh) -> ::sdk_runtime::Result<Answer>;

        #[post("/auth/logout")]
        #[session(end)]
        async fn logout(
            &self,
            #[json]
            #[from_session]
            request: Refresh,
        ) -> ::sdk_runtime::Result<()>;

        #[get("/me", auth = scopes("read"))]
        async fn me(&self) -> ::sdk_runtime::Result<::std::string::String>;
    }
}

fn served() -> (TokenServer, AccountClient) {
    let server = TokenServer::new().guard("GET", "/me", |_, user| {
        let name = user.name().to_owned();
        async move { Reply::text(name) }
    });
    let transport = ServiceTransport::new(server.backend().clone());
    let client = AccountClient::builder("http://localhost").transport(transport).build().unwrap();
    (server, client)
}

#[tokio::test]
async fn a_login_lives_and_ends() {
    let (server, client) = served();
    let account = DynAccount::new(client.clone());
    account.login(&Credentials { username: "ann", password: "right" }).await.unwrap();
    server.expire_access_tokens();
    assert_eq!(account.me().await.unwrap(), "ann");
    assert_eq!(server.counts().refreshes, 1);
    account.logout().await.unwrap();
    assert!(matches!(client.session().state(), SessionState::SignedOut));
}

#[tokio::test]
async fn what_refused_says_counts() {
    let (server, client) = served();
    client.login(&Credentials { username: "ann", password: "right" }).await.unwrap();
    server.revoke_all();
    match client.me().await {
        Err(Error::SessionExpired(expired)) => {
            assert_eq!(expired.message(), Some("asked"));
        }
        _ => panic!("the login is over"),
    }
}
