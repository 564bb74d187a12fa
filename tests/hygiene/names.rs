//! Parameters and methods with names that the generated code could use itself.
#![deny(warnings)]

use sdk_runtime::{Result, api_client};

#[api_client(dyn, auth = none)]
pub trait Parameters {
    #[post("/{self_}/{request}/{client}/{url}/{type}")]
    async fn many(
        &self,
        self_: u8,
        request: u8,
        client: u8,
        url: u8,
        r#type: u8,
        #[query] query: u8,
        #[query] r#fn: u8,
        #[query] r#async: u8,
        #[header("x-test")] endpoint: u8,
        #[json] body: u8,
    ) -> Result<String>;

    #[get("/{ENDPOINT}/{arguments}")]
    #[expect(non_snake_case, reason = "it stands in the path like that")]
    async fn upper(
        &self,
        ENDPOINT: u8,
        arguments: u8,
        #[query] decoder: u8,
        #[query] grant: u8,
        #[query] answer: u8,
        #[query] session: u8,
    ) -> Result<String>;

    #[get("/locals")]
    async fn locals(
        &self,
        #[query] call: u8,
        #[query] future: u8,
        #[query] output: u8,
        #[query] inner: u8,
        #[query] this: u8,
        #[query] arg: u8,
    ) -> Result<String>;

    #[get("/lone/{a}")]
    async fn lone(
        &self,
        a: u8,
        #[query] _b: u8,
        #[query] core: u8,
        #[query] sdk_runtime: u8,
    ) -> Result<String>;

    async fn composite(&self, self_: u8, output: u8, (request, call): (u8, u8), _: &str) -> Result<String> {
        self.upper(self_, output, request, call, self_, output).await
    }
}

#[tokio::test]
async fn parameters_are_the_callers() {
    let client = crate::client!(ParametersClient);
    let many = "POST /1/2/3/4/5?query=6&fn=7&async=8 9 10";
    assert_eq!(client.many(1, 2, 3, 4, 5, 6, 7, 8, 9, 10).await.unwrap(), many);
    assert_eq!(
        client.upper(1, 2, 3, 4, 5, 6).await.unwrap(),
        "GET /1/2?decoder=3&grant=4&answer=5&session=6"
    );
    let locals = "GET /locals?call=1&future=2&output=3&inner=4&this=5&arg=6";
    assert_eq!(client.locals(1, 2, 3, 4, 5, 6).await.unwrap(), locals);
    assert_eq!(client.lone(1, 2, 3, 4).await.unwrap(), "GET /lone/1?_b=2&core=3&sdk_runtime=4");

    let erased = DynParameters::new(client);
    assert_eq!(erased.many(1, 2, 3, 4, 5, 6, 7, 8, 9, 10).await.unwrap(), many);
    assert_eq!(
        erased.composite(1, 2, (3, 4), "").await.unwrap(),
        "GET /1/2?decoder=3&grant=4&answer=1&session=2"
    );
}

#[api_client(dyn, auth = none)]
pub trait Methods {
    #[get("/into_future")]
    async fn into_future(&self) -> Result<String>;

    #[get("/poll")]
    async fn poll(&self) -> Result<String>;

    #[get("/clone_from")]
    async fn clone_from(&self) -> Result<String>;

    #[get("/fmt")]
    async fn fmt(&self) -> Result<String>;

    #[delete("/drop")]
    async fn drop(&self) -> Result<String>;

    #[get("/get")]
    async fn get(&self) -> Result<String>;

    #[get("/call")]
    async fn call(&self) -> Result<String>;

    #[get("/request")]
    async fn request(&self) -> Result<String>;

    #[get("/from_client")]
    async fn from_client(&self) -> Result<String>;

    #[get("/endpoints")]
    async fn endpoints(&self) -> Result<String>;

    #[get("/name")]
    async fn name(&self) -> Result<String>;

    #[get("/refresh")]
    async fn refresh(&self) -> Result<String>;

    #[get("/client")]
    async fn client(&self) -> Result<String>;

    #[get("/as_ref")]
    async fn as_ref(&self) -> Result<String>;

    #[get("/await")]
    async fn r#await(&self) -> Result<String>;

    #[get("/unimplemented")]
    async fn unimplemented(&self) -> Result<String>;

    /// A composite of a name like the others.
    async fn to_owned(&self) -> Result<String> {
        self.into_future().await
    }

    /// Of no name that is taken, but near to one that the client has.
    async fn endpoint(&self) -> usize {
        7
    }
}

#[tokio::test]
async fn methods_are_the_declarations() {
    let client = crate::client!(MethodsClient);
    let erased = DynMethods::new(client.clone());
    assert_eq!(MethodsClient::ENDPOINTS.len(), 16);
    macro_rules! each {
        ($($method:ident)*) => {$(
            let path = stringify!($method).trim_start_matches("r#");
            let (one, other) = (client.$method().await.unwrap(), erased.$method().await.unwrap());
            assert!(one.ends_with(&format!(" /{path}")), "{one}");
            assert_eq!(one, other);
        )*};
    }
    each!(into_future poll clone_from fmt drop get call request from_client endpoints name refresh client);
    each!(as_ref);
    each!(r#await unimplemented);
    assert_eq!((client.to_owned().await.unwrap().as_str(), erased.endpoint().await), ("GET /into_future", 7));
}

/// Names that differ only where the names of constants do not.
#[api_client(dyn, auth = none)]
#[expect(non_snake_case, reason = "what is under test")]
pub trait Cases {
    #[get("/lower")]
    async fn all_users(&self) -> Result<String>;

    #[get("/upper")]
    async fn ALL_USERS(&self) -> Result<String>;

    #[get("/camel")]
    async fn all_Users(&self) -> Result<String>;
}

#[tokio::test]
async fn upper_and_lower_case_differ() {
    let client = crate::client!(CasesClient);
    assert_eq!(client.all_users().await.unwrap(), "GET /lower");
    assert_eq!(client.ALL_USERS().await.unwrap(), "GET /upper");
    assert_eq!(client.all_Users().await.unwrap(), "GET /camel");
}

/// A trait that is named like a keyword.
#[api_client(dyn, auth = none)]
#[expect(non_camel_case_types, reason = "what is under test")]
pub trait r#type {
    #[get("/type")]
    async fn r#type(&self) -> Result<String>;
}

#[api_client(dyn, auth = none)]
pub trait Client {
    #[get("/client")]
    async fn client(&self) -> Result<String>;
}

#[tokio::test]
async fn traits_have_any_name() {
    let client = crate::client!(typeClient);
    assert_eq!(Dyntype::new(client).r#type().await.unwrap(), "GET /type");
    assert_eq!(DynClient::new(crate::client!(ClientClient)).client().await.unwrap(), "GET /client");
    assert_eq!(typeClient::ENDPOINTS[0].qualified_name(), "type::type");
}
