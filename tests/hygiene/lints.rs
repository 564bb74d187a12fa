//! Lints: they apply to the declaration, and to none of the generated code.
#![deny(warnings, missing_docs, missing_debug_implementations, unused, deprecated, rust_2018_idioms)]
#![deny(unreachable_pub, unused_qualifications, single_use_lifetimes, let_underscore_drop, clippy::all)]
#![deny(clippy::pedantic, clippy::nursery, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use sdk_runtime::{Result, api_client};

/// A shop.
#[api_client(dyn, auth = none)]
pub trait Shop {
    /// All products.
    #[get("/products")]
    async fn products(&self) -> Result<String>;

    /// One product.
    #[get("/products/{sku}")]
    async fn product(&self, sku: &str) -> Result<String>;

    /// One product under its old number.
    #[deprecated = "use `product`"]
    #[get("/products/by-number/{number}")]
    async fn by_number(&self, number: u32) -> Result<String>;

    #[expect(missing_docs, reason = "what is under test")]
    #[delete("/products/{sku}")]
    async fn remove(&self, sku: &str) -> Result<String>;

    /// The products of one kind.
    #[get("/products/of/{_kind}")]
    async fn of_kind(self: &Self, _kind: &str, #[query] _page: u32) -> Result<String>;

    /// The first of all products.
    async fn first(&self) -> Result<String> {
        self.products().await
    }

    /// The first of all products, of any kind.
    async fn first_of(&self, _kind: &str) -> Result<String> {
        self.products().await
    }

    /// How many there can be.
    fn limit(&self) -> usize {
        100
    }
}

/// A shop that has closed.
#[deprecated]
#[api_client(dyn)]
pub trait ClosedShop {
    /// All products.
    #[get("/products")]
    async fn products(&self) -> Result<String>;

    /// None of them.
    async fn nothing(&self) -> Result<()> {
        self.products().await.map(drop)
    }
}

/// It is private, and therefore needs no documentation.
mod private {
    use sdk_runtime::{Result, api_client};

    #[api_client(dyn)]
    pub(crate) trait Stock {
        #[get("/stock")]
        async fn stock(&self) -> Result<u64>;
    }
}

use private::StockClient;
use tokens::LoginClient;

/// What a crate offers to others, and generic at that.
pub mod public {
    use std::fmt::{Debug, Display};

    use sdk_runtime::{Result, api_client};
    use serde::de::DeserializeOwned;

    /// Entities of any kind.
    #[api_client(dyn, timeout = 30s)]
    pub trait Crud<'a, T: DeserializeOwned + Send, K = u64>: Debug
    where
        K: Display + Send + Sync + 'a,
    {
        /// One of them.
        #[must_use = "it is what was asked for"]
        #[get("/{id}")]
        async fn get(&self, id: K) -> Result<Option<T>>;

        /// One of them, or another.
        async fn get_or(&self, id: K, other: T) -> Result<T> {
            Ok(self.get(id).await?.unwrap_or(other))
        }
    }
}

/// The tokens of a server, with each role.
pub mod tokens {
    use sdk_runtime::{ApiError, Error, Result, TokenRequest, TokenResponse, api_client};
    use serde::{Deserialize, Serialize};

    /// The answer to a sign-in.
    #[derive(Debug, Deserialize, TokenResponse)]
    #[token(at = "result", ok = "success", message = "errorMessage")]
    #[serde(rename_all = "camelCase")]
    pub struct Issued {
        access_token: String,
        refresh_token: Option<String>,
        #[token(expires_in = ms)]
        lifetime: u64,
        scope: Option<String>,
        sub: Option<String>,
    }

    /// A refresh.
    #[derive(Debug, Serialize, TokenRequest)]
    pub struct NextTokens {
        grant_type: &'static str,
        refresh_token: String,
        #[token(value = "shop-cli")]
        client_id: &'static str,
    }

    /// Why a sign-in fails.
    #[derive(Debug, ApiError)]
    pub enum SignInError {
        /// Too many tries.
        #[status(429)]
        TooMany(String),
        /// Everything else.
        #[other]
        Other(Error),
    }

    /// A login.
    #[api_client(dyn)]
    pub trait Login {
        /// Signs in.
        #[post("/login")]
        #[session(start)]
        async fn sign_in(&self, #[query] name: &str) -> Result<Issued, SignInError>;

        /// Refreshes.
        #[post("/refresh")]
        #[session(refresh)]
        async fn refresh(&self, #[form] request: NextTokens) -> Result<Issued>;
    }
}

async fn use_them(shop: &ShopClient, stock: &StockClient) -> Result<String> {
    stock.stock().await?;
    assert_eq!(shop.limit(), 100);
    shop.remove("a").await?;
    shop.first().await?;
    shop.first_of("a").await?;
    shop.of_kind("a", 2).await?;
    shop.product("a").await
}

#[tokio::test]
async fn what_passes_the_lints_works() -> Result<(), Box<dyn std::error::Error>> {
    let shop = ShopClient::builder("http://localhost").transport(crate::echo()).build()?;
    let stock = StockClient::builder("http://localhost").transport(crate::echo()).build()?;
    // No user is signed in, and only the stock needs one.
    assert!(use_them(&shop, &stock).await.is_err());
    assert_eq!(DynShop::new(shop).product("a").await?, "GET /products/a");
    let login = LoginClient::builder("http://localhost").transport(crate::echo()).build()?;
    assert!(login.sign_in("ann").await.is_err(), "the echo holds no tokens");
    Ok(())
}
