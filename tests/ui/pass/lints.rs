//! Lints see the declaration and nothing of what is generated from it.
#![deny(warnings, missing_docs, missing_debug_implementations, unreachable_pub, unused, deprecated)]

use sdk_runtime::{Result, api_client};

/// A shop.
#[api_client]
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

    #[allow(missing_docs)]
    #[delete("/products/{sku}")]
    async fn remove(&self, sku: &str) -> Result<()>;

    /// The first of all products.
    async fn first(&self) -> Result<String> {
        self.products().await
    }

    /// How many there can be.
    fn limit(&self) -> usize {
        100
    }
}

/// A shop that has closed.
#[deprecated]
#[api_client]
pub trait ClosedShop {
    /// All products.
    #[get("/products")]
    async fn products(&self) -> Result<String>;

    /// None of them.
    async fn nothing(&self) -> Result<()> {
        self.products().await.map(drop)
    }
}

/// Nobody outside sees this one, which therefore needs no documentation.
mod private {
    use sdk_runtime::{Result, api_client};

    #[api_client]
    pub(crate) trait Stock {
        #[get("/stock")]
        async fn stock(&self) -> Result<u64>;
    }
}

use private::StockClient;

async fn use_them(shop: &ShopClient, stock: &StockClient) -> Result<String> {
    stock.stock().await?;
    shop.remove("a").await?;
    assert_eq!(shop.limit(), 100);
    shop.first().await?;
    shop.product("a").await
}

fn main() {
    let _ = use_them;
}
