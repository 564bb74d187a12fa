//! Everything a declaration can say, without any prelude.
#![deny(warnings)]

use sdk_runtime::Part;

use declared::{DynEverything, Everything, EverythingClient, Fields};

#[no_implicit_prelude]
mod declared {
    /// What is sent as JSON, as a form, as a query and as headers.
    #[derive(::serde::Serialize)]
    pub struct Fields {
        pub a: u8,
    }

    #[::sdk_runtime::api_client(dyn, base = "/v1", auth = none, timeout = 1m, headers("x-test" = "trait"))]
    pub trait Everything<'a, T, K = u64>: ::core::fmt::Debug
    where
        T: ::serde::Serialize + ::serde::de::DeserializeOwned + ::core::marker::Send + ::core::marker::Sync,
        K: ::core::fmt::Display + ::core::marker::Send + ::core::marker::Sync,
    {
        #[get("/paths/{id}/{*rest}?fixed=1", headers("x-test" = "method"), timeout = none)]
        async fn paths(&self, rest: &str, id: K) -> ::sdk_runtime::Result<T>;

        #[get("/queries", auth = none)]
        async fn queries(
            &self,
            #[query] q: ::core::option::Option<&str>,
            #[query("l", style = csv)] labels: &[&str],
            #[query(style = brackets)] ids: &[u8],
            #[queries] fields: &Fields,
            #[cfg(any())]
            #[query]
            never: Missing,
            #[cfg(test)]
            #[query]
            always: bool,
        ) -> ::sdk_runtime::Result<T>;

        #[endpoint("REPORT", "/headers")]
        async fn headers(
            &self,
            #[header("x-test")] test: ::core::option::Option<&str>,
            #[headers] more: &Fields,
        ) -> ::sdk_runtime::Result<::sdk_runtime::Response<T>>;

        #[patch("/json")]
        async fn json(
            &self,
            #[json("application/merge-patch+json")] body: &T,
        ) -> ::sdk_runtime::Result<::core::option::Option<T>>;

        #[put("/form")]
        async fn form(&self, #[form] body: &Fields) -> ::sdk_runtime::Result<::std::string::String>;

        #[post("/body")]
        async fn body(
            &self,
            #[body("text/plain")] body: ::std::string::String,
        ) -> ::sdk_runtime::Result<::sdk_runtime::Bytes>;

        #[post("/parts")]
        async fn parts(
            &self,
            #[part] text: ::core::option::Option<&str>,
            #[part(json)] meta: &Fields,
            #[part("file")] file: ::sdk_runtime::Part,
        ) -> ::sdk_runtime::Result<::std::string::String>;

        #[get]
        async fn follow(&self, #[url] next: &str) -> ::sdk_runtime::Result<T>;

        #[get("/own")]
        async fn own(&self) -> ::core::result::Result<T, ::sdk_runtime::Error>;

        #[get("/any")]
        async fn any<R: ::serde::de::DeserializeOwned>(&self) -> ::sdk_runtime::Result<R>
        where
            Self: ::core::marker::Sized;

        #[cfg(any())]
        #[get("/never")]
        async fn never(&self) -> ::sdk_runtime::Result<Missing>;

        #[deprecated]
        #[delete("/old")]
        async fn old(&self) -> ::sdk_runtime::Result<()>;

        async fn twice(&self, (first, second): (K, K)) -> ::sdk_runtime::Result<(T, T)> {
            let first = self.paths("x", first).await?;
            ::core::result::Result::Ok((first, self.paths("y", second).await?))
        }

        async fn borrowed<'b>(&'b self, name: &'b str) -> &'b str {
            name
        }

        fn plain(&self) -> u8 {
            3
        }

        fn kind() -> u8
        where
            Self: ::core::marker::Sized,
        {
            4
        }
    }
}

type Client = EverythingClient<'static, String>;

fn client() -> Client {
    Client::builder("http://localhost").transport(crate::echo()).build().unwrap()
}

#[tokio::test]
async fn every_endpoint_is_sent() {
    let client = client();
    let fields = Fields { a: 1 };
    assert_eq!(client.paths("b/c", 7).await.unwrap(), "GET /v1/paths/7/b/c?fixed=1 method");
    let labels = ["x", "y"];
    assert_eq!(
        client.queries(Some("z"), &labels, &[1, 2], &fields, true).await.unwrap(),
        "GET /v1/queries?q=z&l=x,y&ids%5B%5D=1&ids%5B%5D=2&a=1&always=true trait"
    );
    assert_eq!(client.headers(Some("own"), &fields).await.unwrap().into_inner(), "REPORT /v1/headers own");
    let body = "text".to_owned();
    assert_eq!(client.json(&body).await.unwrap().unwrap(), "PATCH /v1/json trait \"text\"");
    assert_eq!(client.form(&fields).await.unwrap(), "PUT /v1/form trait a=1");
    assert_eq!(&*client.body(body).await.unwrap(), b"POST /v1/body trait text");
    let parts = client.parts(Some("t"), &fields, Part::text("f")).await.unwrap();
    assert!(parts.contains("name=\"meta\"") && parts.contains("name=\"file\""), "{parts}");
    assert_eq!(client.follow("/elsewhere").await.unwrap(), "GET /elsewhere trait");
    assert_eq!(client.own().await.unwrap(), "GET /v1/own trait");
    assert_eq!(client.any::<String>().await.unwrap(), "GET /v1/any trait");
    assert_eq!(client.twice((1, 2)).await.unwrap().1, "GET /v1/paths/2/y?fixed=1 method");
    assert_eq!((client.borrowed("b").await, client.plain(), Client::kind()), ("b", 3, 4));
    assert_eq!(Client::ENDPOINTS.len(), 11);
}

#[tokio::test]
async fn so_does_the_erased_client() {
    let erased = DynEverything::<'static, String>::new(client()).clone();
    assert_eq!(erased.paths("b", 7).await.unwrap(), "GET /v1/paths/7/b?fixed=1 method");
    assert_eq!(erased.twice((1, 2)).await.unwrap().0, "GET /v1/paths/1/x?fixed=1 method");
    assert_eq!((erased.borrowed("b").await, erased.plain()), ("b", 3));
    assert_eq!(format!("{erased:?}"), "DynEverything { .. }");
}
