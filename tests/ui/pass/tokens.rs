//! The derives of tokens: the usual names, roles, envelopes, generics, newtypes, without a prelude, under
//! lints, under shadowed names, and renamed.
#![no_implicit_prelude]
#![deny(warnings, missing_docs, unreachable_pub, unused, unused_qualifications, rust_2018_idioms)]

use ::sdk_runtime::http::{HeaderMap, HeaderValue, StatusCode};
use ::sdk_runtime::{Grant, Head, TokenRequest, TokenResponse, Tokens, session::{AccessToken, RefreshToken}};
use ::std::iter::FromIterator;
use ::std::{assert, assert_eq};

/// A text under another name.
pub type Text = ::std::string::String;
/// What may be there, under another name.
pub type Maybe<T> = ::std::option::Option<T>;

/// The usual names.
#[derive(::serde::Deserialize, TokenResponse)]
#[serde(rename_all = "camelCase")]
pub struct Usual {
    access_token: Text,
    refresh_token: Maybe<Text>,
    expires_in: Maybe<u64>,
    scope: Maybe<Text>,
    /// Not the subject.
    pub id: u64,
    /// Not the access token.
    pub id_token: Maybe<Text>,
    /// Of the refresh token.
    pub refresh_expires_in: Maybe<u64>,
}

/// Names of the server's own, and secrets that are never shown.
#[derive(Debug, ::serde::Deserialize, TokenResponse)]
struct Marked {
    #[token(access)]
    jwt: AccessToken,
    #[token(refresh)]
    again: ::std::option::Option<RefreshToken>,
    #[token(expires_in = ms)]
    expires: Text,
    #[token(subject)]
    user_id: u64,
    #[token(scope)]
    rights: ::std::vec::Vec<Text>,
    #[token(ignore)]
    #[expect(dead_code, reason = "it is the user's own")]
    token: Maybe<Text>,
}

/// In an envelope, with a flag and a time.
#[derive(::serde::Deserialize, TokenResponse)]
#[token(at = "data.result", ok = "success", message = "error.text")]
struct Enveloped {
    access: Text,
    expires_at: Text,
}

/// A flag next to the tokens.
#[derive(::serde::Deserialize, TokenResponse)]
struct Flagged {
    #[token(ok)]
    success: bool,
    #[token(message)]
    reason: Maybe<Text>,
    token: Maybe<Text>,
}

/// Nothing in the body.
#[derive(TokenResponse)]
#[token(access(header = "x-access-token"), refresh(cookie = "refresh"))]
struct InTheHead;

/// Cookies alone.
#[derive(::serde::Deserialize, TokenResponse)]
#[token(cookies)]
struct Cookies {
    #[token(subject)]
    email: Text,
}

/// One token for both.
#[derive(::serde::Deserialize, TokenResponse)]
struct One {
    #[token(access, refresh)]
    token: Text,
}

/// Any envelope.
#[derive(::serde::Deserialize, TokenResponse)]
struct Any<'a, T, S = Text, const N: usize = 0> {
    #[token(nested)]
    data: ::std::option::Option<T>,
    sub: S,
    #[serde(skip)]
    rest: ::std::marker::PhantomData<&'a [u8; N]>,
}

/// A newtype of a type of ours.
#[derive(::serde::Deserialize, TokenResponse)]
struct Login(::sdk_runtime::oauth::TokenAnswer);

/// A newtype of a text.
#[derive(::serde::Deserialize, TokenResponse)]
struct Jwt(#[token(access)] Text);

/// A text of the user's own.
#[derive(::serde::Serialize, ::serde::Deserialize)]
struct Secret(Text);

impl ::std::convert::AsRef<str> for Secret {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl ::std::convert::From<Text> for Secret {
    fn from(text: Text) -> Self {
        Self(text)
    }
}

/// With a type of the user's own.
#[derive(::serde::Deserialize, TokenResponse)]
struct Own<T> {
    access_token: T,
    refresh_token: Secret,
}

/// The client of a server.
const CLIENT: &str = "tracker-cli";

/// The usual names of a request.
#[derive(::serde::Serialize, TokenRequest)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    grant_type: &'static str,
    refresh_token: Text,
    access_token: Maybe<Text>,
    #[token(value = "web")]
    platform: Text,
    #[token(value = CLIENT)]
    client_id: Text,
    #[token(value = 2)]
    version: u8,
    #[token(value = true)]
    rotate: bool,
    #[token(default)]
    scopes: ::std::vec::Vec<Text>,
    #[serde(skip)]
    kept: Maybe<u8>,
}

/// Everything else as it is by default.
#[derive(::serde::Serialize, ::std::default::Default, TokenRequest)]
#[token(default)]
struct Rest<T> {
    #[token(refresh)]
    token: T,
    mode: Text,
    client: ::std::option::Option<Text>,
}

/// Newtypes of requests.
#[derive(::serde::Serialize, TokenRequest)]
struct Standard(::sdk_runtime::oauth::RefreshRequest);

#[derive(::serde::Serialize, TokenRequest)]
struct Alone(#[token(refresh)] Text);

#[derive(::serde::Serialize, TokenRequest)]
struct Empty {}

/// A request inside a request.
#[derive(::serde::Serialize, TokenRequest)]
struct Outer {
    #[serde(flatten)]
    #[token(nested)]
    inner: ::sdk_runtime::oauth::RefreshRequest,
    #[serde(serialize_with = "RefreshToken::serialize")]
    #[token(refresh)]
    again: RefreshToken,
}

mod shadowed {
    //! Where the names of the prelude mean something else.
    pub(crate) struct Option;
    pub(crate) struct String;
    pub(crate) trait From {}
    pub(crate) trait AsRef {}
    pub(crate) mod core {}
    pub(crate) mod std {}
    pub(crate) use ::sdk_runtime as sdk;

    #[derive(::serde::Deserialize, sdk::TokenResponse)]
    #[token(crate = crate::shadowed::sdk)]
    pub(crate) struct Issued<T> {
        pub(crate) access_token: T,
        pub(crate) expires_in: u32,
    }

    #[derive(::serde::Serialize, sdk::TokenRequest)]
    #[token(crate = crate::shadowed::sdk)]
    pub(crate) struct Refresh {
        pub(crate) refresh: ::std::string::String,
        pub(crate) grant_type: &'static str,
    }

    fn all(_: Option, _: String, _: &dyn From, _: &dyn AsRef) {}

    pub(crate) const ALL: fn(Option, String, &dyn From, &dyn AsRef) = all;
}

#[::sdk_runtime::api_client]
trait Server {
    #[post("/login")]
    #[session(start)]
    async fn login(&self, #[json] name: &str) -> ::sdk_runtime::Result<Enveloped>;

    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: Request) -> ::sdk_runtime::Result<Enveloped>;

    #[get("/x")]
    async fn x(&self) -> ::sdk_runtime::Result<Text>;
}

fn is_read<T: TokenResponse>() {}
fn is_built<T: TokenRequest>() {}

fn refresh_of(tokens: &Tokens) -> Maybe<Text> {
    let grant = Grant::new(tokens);
    grant.refresh_token().map(|token| ::std::convert::From::from(token.expose()))
}

fn main() {
    is_read::<Usual>();
    is_read::<Any<'_, Usual, u64, 3>>();
    is_read::<Login>();
    is_read::<Own<Secret>>();
    is_read::<Own<Text>>();
    is_read::<::sdk_runtime::Response<Marked>>();
    is_read::<shadowed::Issued<Text>>();
    is_built::<Rest<Text>>();
    is_built::<Standard>();
    is_built::<shadowed::Refresh>();
    let _ = (shadowed::ALL, ServerClient::new("http://localhost"));

    let head = Head::new(
        StatusCode::OK,
        HeaderMap::from_iter([
            (::sdk_runtime::http::HeaderName::from_static("x-access-token"), HeaderValue::from_static("a1")),
            (::sdk_runtime::http::header::SET_COOKIE, HeaderValue::from_static("refresh=r1; HttpOnly")),
        ]),
    );
    let tokens = InTheHead.tokens(&head).unwrap();
    assert_eq!(refresh_of(&tokens).as_deref(), Maybe::Some("r1"));
    let one = One { token: ::std::convert::From::from("t1") };
    assert_eq!(refresh_of(&one.tokens(&head).unwrap()).as_deref(), Maybe::Some("t1"));
    let flagged = Flagged { success: false, reason: Maybe::None, token: Maybe::None };
    assert!(flagged.tokens(&head).is_err());
    assert!(Jwt(::std::convert::From::from("a1")).tokens(&head).is_ok());
    let cookies = Cookies { email: ::std::convert::From::from("ann") };
    assert!(cookies.tokens(&head).is_ok());
    let marked = Marked {
        jwt: AccessToken::new("hunter2"),
        again: Maybe::None,
        expires: ::std::convert::From::from("900000"),
        user_id: 7,
        rights: ::std::vec::Vec::new(),
        token: Maybe::None,
    };
    assert!(marked.tokens(&head).is_ok() && !::std::format!("{marked:?}").contains("hunter2"));

    let grant = Grant::new(&tokens);
    let request = Request::from_grant(&grant).unwrap();
    assert_eq!((request.grant_type, request.refresh_token.as_str()), ("refresh_token", "r1"));
    assert_eq!((request.platform.as_str(), request.client_id.as_str()), ("web", "tracker-cli"));
    assert_eq!((request.version, request.rotate, request.scopes.len()), (2, true, 0));
    assert_eq!((request.access_token.as_deref(), request.kept), (Maybe::Some("a1"), Maybe::None));
    let rest = Rest::<Text>::from_grant(&grant).unwrap();
    assert_eq!((rest.token.as_str(), rest.mode.as_str(), rest.client), ("r1", "", Maybe::None));
    assert_eq!(Alone::from_grant(&grant).unwrap().0, "r1");
    assert_eq!(Outer::from_grant(&grant).unwrap().again.expose(), "r1");
    assert!(Empty::from_grant(&grant).is_some() && Standard::from_grant(&grant).is_some());
    let nothing = Grant::new(&Tokens::new("a1"));
    assert!(Request::from_grant(&nothing).is_none() && Standard::from_grant(&nothing).is_none());
    let refresh = shadowed::Refresh::from_grant(&grant).unwrap();
    assert_eq!((refresh.refresh.as_str(), refresh.grant_type), ("r1", "refresh_token"));
    let issued = shadowed::Issued { access_token: "a1", expires_in: 3600 };
    assert!(issued.tokens(&head).is_ok());
}
