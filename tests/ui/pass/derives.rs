//! The derives: without a prelude, under lints, generic, conditional, behind aliases, under shadowed names,
//! and renamed.
#![no_implicit_prelude]
#![deny(warnings, missing_docs, unreachable_pub, unused, unused_qualifications, rust_2018_idioms)]

/// What is there already.
#[derive(::std::fmt::Debug, ::serde::Deserialize)]
pub struct Existing {
    /// Its number.
    pub id: u64,
}

/// A list under another name.
pub type List<T> = ::std::vec::Vec<T>;
/// What may be there, under another name.
pub type Maybe<T> = ::std::option::Option<T>;
/// Our error under another name.
pub type Failure = ::sdk_runtime::Error;

/// Why nothing was created.
#[derive(::std::fmt::Debug, ::sdk_runtime::ApiError)]
pub enum CreateError {
    /// Any other answer of the class.
    #[status(4xx)]
    Client(::sdk_runtime::Response<::sdk_runtime::Bytes>),
    /// There is one.
    #[status(409, 422)]
    Duplicate(Existing),
    /// There are some.
    #[status(300_0)]
    #[cfg(any())]
    Never,
    /// It is gone.
    #[cfg_attr(all(), status(410))]
    #[deprecated]
    r#Gone,
    /// Everything else.
    #[other]
    Other(Failure),
}

/// Only the rest.
#[derive(::std::fmt::Debug, ::sdk_runtime::ApiError)]
pub enum Rest {
    /// Everything.
    #[other]
    Everything(::sdk_runtime::Error),
}

/// Of any body.
#[derive(::std::fmt::Debug, ::sdk_runtime::ApiError)]
pub enum Of<T, U = ()>
where
    T: ::serde::de::DeserializeOwned,
    U: ::sdk_runtime::response::FromResponse,
{
    /// A body.
    #[status(400)]
    Bad(T),
    /// Another one.
    #[status(5xx)]
    Server(U),
    /// Everything else.
    #[other]
    Other(::sdk_runtime::Error),
}

/// A page of anything.
#[derive(::serde::Deserialize, ::sdk_runtime::Page)]
pub struct Paged<T, C: ::std::clone::Clone> {
    /// The things.
    #[page(items)]
    pub items: List<T>,
    /// Where they go on.
    #[page(next)]
    pub r#type: Maybe<C>,
    /// Whether they do.
    #[page(more)]
    pub more: Maybe<bool>,
    /// How many there are.
    pub total: u64,
}

mod shadowed {
    //! Where the names of the prelude mean something else.
    pub(crate) struct Option;
    pub(crate) struct Vec;
    pub(crate) struct Result;
    pub(crate) trait From {}
    pub(crate) mod core {}
    pub(crate) mod std {}
    pub(crate) use ::sdk_runtime as sdk;

    #[derive(Debug, sdk::ApiError)]
    #[api_error(crate = crate::shadowed::sdk)]
    pub(crate) enum Error {
        #[status(404)]
        Result,
        #[status(409)]
        Error(::std::string::String),
        #[other]
        Other(sdk::Error),
    }

    #[derive(sdk::Page)]
    #[page(crate = crate::shadowed::sdk)]
    pub(crate) struct Page {
        #[page(items)]
        pub(crate) items: ::std::vec::Vec<u8>,
        #[page(more)]
        pub(crate) more: bool,
    }

    fn all(_: Option, _: Vec, _: Result, _: &dyn From, error: Error) -> bool {
        match error {
            Error::Result => true,
            Error::Error(text) => text.is_empty(),
            Error::Other(error) => error.requires_sign_in(),
        }
    }

    pub(crate) const ALL: fn(Option, Vec, Result, &dyn From, Error) -> bool = all;
}

#[::sdk_runtime::api_client(auth = none)]
trait Things {
    #[post("/things")]
    async fn create(&self) -> ::sdk_runtime::Result<Existing, CreateError>;

    #[get("/things")]
    async fn all(&self) -> ::sdk_runtime::Result<Paged<Existing, u64>, Of<Existing>>;

    #[get("/bytes")]
    async fn bytes(&self) -> ::sdk_runtime::Result<Paged<u8, u8>, shadowed::Error>;
}

async fn all(
    client: ThingsClient,
) -> ::std::result::Result<
    (),
    ::std::boxed::Box<dyn ::std::error::Error + ::std::marker::Send + ::std::marker::Sync>,
> {
    use ::sdk_runtime::Page;
    let _: ::std::vec::Vec<Existing> = client.all().await?.into_items();
    client.create().await?;
    client.bytes().await?;
    let page = shadowed::Page { items: ::std::vec![1], more: true };
    ::std::assert!(page.has_more() == ::std::option::Option::Some(true) && page.next_cursor().is_none());
    ::std::result::Result::Ok(())
}

fn main() {
    let _ = all;
    let _ = shadowed::ALL;
    let _ = ::std::convert::identity::<fn(::sdk_runtime::Error) -> Rest>(::std::convert::From::from);
}
