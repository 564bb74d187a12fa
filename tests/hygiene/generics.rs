//! Type parameters and lifetimes with names that the generated code could use itself.
#![deny(warnings)]

use std::fmt::Display;

use sdk_runtime::{Result, api_client};
use serde::{Serialize, de::DeserializeOwned};

/// What every type in these declarations can do.
pub trait Any: Serialize + DeserializeOwned + Display + Send + Sync {}

impl<T: Serialize + DeserializeOwned + Display + Send + Sync> Any for T {}

#[api_client(dyn, auth = none)]
pub trait Letters<
    'a,
    T: self::Any,
    E: self::Any,
    C: self::Any,
    R: self::Any,
    P: self::Any + 'a,
    Any: self::Any,
>
{
    #[post("/{t}/{e}/{c}")]
    async fn post<'call, 'b>(
        &self,
        t: T,
        e: &'b E,
        c: &'call C,
        #[query] r: R,
        #[query] p: &[&'a P],
        #[json] any: &Any,
    ) -> Result<Any>;

    async fn all<'inner>(&'inner self, t: T, e: E, c: C, r: R, p: &'inner P, any: Any) -> Result<Any>
    where
        'a: 'inner,
    {
        _ = p;
        self.post(t, &e, &c, r, &[], &any).await
    }
}

#[api_client(auth = none)]
pub trait Methods {
    #[get("/{c}")]
    async fn get<'a, T: DeserializeOwned + 'static, C: Display + Sync>(&self, c: &'a C) -> Result<T>;

    #[post("/")]
    async fn post<Any: Serialize + Sync, R>(&self, #[json] any: &Any) -> Result<R>
    where
        R: DeserializeOwned + 'static;

    async fn both<E, P>(&self, of: E) -> Result<P>
    where
        E: Display + Serialize + Send + Sync,
        P: DeserializeOwned + Send + 'static,
    {
        let _: P = self.get(&of).await?;
        self.post(&of).await
    }
}

#[tokio::test]
async fn parameters_of_the_trait() {
    type Letters = LettersClient<'static, u8, u16, u32, u64, i8, String>;
    let client = crate::client!(Letters);
    let any = "any".to_owned();
    assert_eq!(client.post(1, &2, &3, 4, &[&5], &any).await.unwrap(), "POST /1/2/3?r=4&p=5 \"any\"");
    let erased = DynLetters::new(client);
    assert_eq!(erased.post(1, &2, &3, 4, &[&5], &any).await.unwrap(), "POST /1/2/3?r=4&p=5 \"any\"");
    assert_eq!(erased.all(1, 2, 3, 4, &5, any).await.unwrap(), "POST /1/2/3?r=4 \"any\"");
}

#[tokio::test]
async fn parameters_of_methods() {
    let client = crate::client!(MethodsClient);
    assert_eq!(client.get::<String, _>(&7).await.unwrap(), "GET /7");
    assert_eq!(client.both::<_, String>(7).await.unwrap(), "POST / 7");
}
