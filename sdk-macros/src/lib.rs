//! The `#[api_client]` macro of `sdk-runtime`, and its two derives.
//!
//! Depend on `sdk-runtime`, which re-exports the macro: the generated code calls into it, and fits one version of it only.
//!
//! A declaration passes through three stages: `parse` tells our attributes from everybody else's, `validate` makes a model
//! that is valid by construction or reports every mistake at once, and `expand` turns the model into code, which cannot fail.
//! After mistakes `recover` emits a client that does nothing, so that its uses are not reported as well. The derives go the same
//! way in `derive`.

mod args;
mod derive;
mod diagnostics;
mod did_you_mean;
mod expand;
mod model;
mod parse;
mod recover;
mod returns;
mod signature;
mod span;
mod template;
mod validate;

use proc_macro2::TokenStream;
use quote::quote;

/// Makes an HTTP client of a trait.
///
/// ```text
/// #[api_client(base = "/v1", timeout = 30s)]
/// pub trait Tracker {
///     /// One issue, or `None` if there is no such issue.
///     #[get("/issues/{id}")]
///     async fn issue(&self, id: u64) -> Result<Option<Issue>>;
///
///     #[get("/issues?state=open")]
///     async fn search(&self, #[query] q: &str, #[query("label")] labels: &[&str]) -> Result<Vec<Issue>>;
///
///     #[post("/issues")]
///     async fn create(&self, #[json] issue: &NewIssue) -> Result<Issue, CreateIssueError>;
///
///     /// A method without a verb keeps its own body.
///     async fn issue_or_default(&self, id: u64) -> Result<Issue> {
///         Ok(self.issue(id).await?.unwrap_or_default())
///     }
/// }
///
/// let tracker = TrackerClient::new("https://tracker.example/api")?;
/// let issue = tracker.issue(7).await?;
/// ```
///
/// # What is generated
///
/// - **The trait**, without the attributes described here. Each `async fn` becomes a `fn` that returns
///   `impl Future<Output = …> + Send`, and can still be implemented with `async fn`. `Send` and `Sync` become supertraits. An
///   endpoint has a body that fails with `Error::Unimplemented`, so that a fake implements only what it uses.
/// - **`<Trait>Client`**, as visible as the trait, `Clone + Send + Sync`, with `new(base)`, `builder(base)` and `session()`, and
///   with a method of the same name for each endpoint. It returns a `Call`: `'static`, awaited to be sent, and with options of
///   its own. Arguments are encoded when the method is called, so that a call borrows nothing and can be spawned:
///   `tokio::spawn(call.into_future())`, which before edition 2024 needs `use std::future::IntoFuture`.
/// - **`<Trait>Client::ENDPOINTS`**, every endpoint as plain data: names, methods, templates and what they need.
/// - **The trait for the client**, which awaits those methods.
/// - **`Dyn<Trait>`**, with `#[api_client(dyn)]`: one type for whatever implements the trait, made with `DynTracker::new(client)`,
///   to keep in a struct without a type parameter. What is generic or has `impl Trait` or `Self` in its signature stays out of it
///   with `where Self: Sized`. Supertraits are `Debug` and `Clone` at most, and lifetimes in arguments are all written: `Cow<'_, str>`
///   for `Cow<str>`.
///
/// A trait can have parameters, lifetimes, supertraits and a `where` clause. Its client has the same parameters, whose types must
/// be `'static`, as must a type parameter of a method that its return type mentions. What stands in a supertrait is the user's to
/// implement for the client.
///
/// The options of one call, such as `.timeout(…)`, `.cancel_on(…)` and `.header(…)`, are there on the client's methods: the
/// trait's return plain futures, since a fake has to make them too. Code that is written for any implementation takes the
/// trait as a generic parameter (`impl Tracker`), and bounds a call with `tokio::time::timeout`:
///
/// ```text
/// async fn title(tracker: &impl Tracker, id: u64) -> Result<Option<String>> {
///     match tokio::time::timeout(Duration::from_secs(2), tracker.issue(id)).await {
///         Ok(issue) => Ok(issue?.map(|issue| issue.title)),
///         Err(_) => Ok(None),
///     }
/// }
/// ```
///
/// A fake is an `impl` of the trait with plain `async fn`s. `mockall` makes another one, if `#[mockall::automock]` stands below
/// `#[api_client]`, each reference inside of a type has a named lifetime (`labels: &'a [&'a str]`), and type parameters are
/// `'static`, those of the trait `Send + Sync` as well. It mocks composites, too, but neither patterns nor parameters with
/// `#[cfg]`. What is expected gives a future in a box:
///
/// ```text
/// let mut tracker = MockTracker::new();
/// tracker.expect_issue().returning(|_| Box::pin(async { Ok(None) }));
/// ```
///
/// Docs, `#[deprecated]`, `#[must_use]`, `#[cfg]` and `#[allow]` of a method are on both the trait's and the client's, where an
/// `#[expect]` of the trait or a method permits what it expects. Every other attribute stays on the trait's. `#[cfg]` on a parameter works too, except on one that the path or the next page needs. A `cfg_attr` around one of
/// the attributes described here is an error, since the compiler would evaluate it too late.
///
/// **Nothing that is written is ignored**: each attribute, argument and option is used, or is an error. All mistakes of a trait
/// are reported by one compilation.
///
/// # On the trait
///
/// Every option is a default for the endpoints of the trait, apart from `base`, `dyn` and `crate`.
///
/// | Option | Meaning | Default |
/// |---|---|---|
/// | `base = "/v1"` | stands between the URL of the client and the path of each endpoint | nothing |
/// | `auth = required` | requests are signed by the session; see below | `required` |
/// | `timeout = 30s` | bounds a whole call, waiting for a refresh and the replay included | the client's |
/// | `headers("accept" = "text/plain", …)` | fixed headers | none |
/// | `dyn` | makes `Dyn<Trait>` as well | not made |
/// | `crate = path` | where `sdk_runtime` is found, if it was renamed or re-exported | `::sdk_runtime` |
///
/// # On a method: the verb
///
/// `#[get("/path")]`, `#[post(…)]`, `#[put(…)]`, `#[patch(…)]`, `#[delete(…)]`, `#[head(…)]`, `#[options(…)]`, and
/// `#[endpoint("REPORT", "/path")]` for any other method. Behind the path stand options:
///
/// | Option | Meaning |
/// |---|---|
/// | `auth = required` | without a login the call fails, and nothing is sent |
/// | `auth = optional` | signed if somebody is signed in, unsigned if nobody is; fails with `Error::SessionExpired` after a login has expired |
/// | `auth = cookies` | not signed, and sent with the cookies of the login, also to redirects within the client's own origins; without a login with those of the signed-out state; fails with `Error::SessionExpired` after a login has expired. A 401 is an ordinary answer, and nothing is refreshed. Needs the feature `cookies` |
/// | `auth = none` | never signed, and without any cookie of the login. Only here, with `auth = cookies`, and on `start` and `refresh` endpoints may a header `authorization` be given |
/// | `auth = scopes("issues:read", …)` | as `required`; and where the scopes of the token are known, the call fails with `Error::InsufficientScope` unless these are among them, and nothing is sent |
/// | `timeout = 500ms` | a whole number of `ms`, `s`, `m` or `h`; `none` for no limit. On a `refresh` endpoint, how long the refresh may take: 20 s unless it says so itself, whatever the trait says |
/// | `headers("name" = "value", …)` | take the place of the trait's headers of the same name; a `cookie` is added to them, and to those of arguments and of the login |
/// | `retry = 3` | up to so many more tries after a failure that passes: no connection, a broken one, 408, 429, 500, 502, 503, 504. `POST`, `PATCH` and custom methods need `idempotent` for it. `retry = never` for none, whatever the client's default |
/// | `idempotent`, `idempotent = "x-request-id"` | one key for each call, sent with every try and with the replay, in the header `idempotency-key` or the one that is named, which nothing else sets |
/// | `paginate = link` | the next page is where the answer's `Link` header says (RFC 8288) |
/// | `paginate = cursor(after)` | the next page is had by sending the cursor of the last one in the `#[query]` parameter `after` |
/// | `paginate = page(page)` | the next page is had by counting up the `#[query]` parameter `page`, until one is empty. `POST`, `PATCH` and custom methods need `idempotent` for any of these |
///
/// A method with a verb is an *endpoint*: an `async fn` with `&self`, plain parameter names, no body, and a return type
/// `Result<T>` or `Result<T, E>`, behind an alias or not. An `Option<T>` is `None` for a 404, a 204 and
/// JSON `null`, and for nothing else. With `paginate` it is a plain `fn` that returns `Pages<P>` or `Pages<P, E>`: a stream, which
/// fetches a page whenever it is asked for one. A method with a body and no verb is a *composite*. It is kept as it is, and the client has a method that forwards to it.
///
/// # The path
///
/// | Form | Meaning |
/// |---|---|
/// | `/issues/{id}` | the parameter `id`; everything but `A-Z a-z 0-9 - . _ ~` is percent-encoded |
/// | `/files/{*path}` | the parameter `path` with its slashes, as the last segment |
/// | `/issues?state=open` | fixed query parameters, in front of those of the arguments |
/// | none, as in `#[get]` | the parameter with `#[url]` is the whole address |
///
/// A path starts with `/` and reaches the server as it is written. What a URL parser would change is an error: spaces, quotes,
/// backslashes, control characters, non-ASCII characters, fragments, dot-segments and empty segments. So is an argument
/// that would make a segment empty, `.` or `..`, when the call is made.
///
/// # On a parameter: its role
///
/// A parameter whose name is a placeholder needs no attribute. Every other one has exactly one of these.
///
/// The type of an argument decides how it is written: in the path and in a `#[header]` by its `Display`, in a `#[query]`,
/// `#[queries]`, `#[json]`, `#[form]` and `#[part(json)]` by its `serde::Serialize`, in a `#[part]` by its `Display`, or as bytes,
/// or as a `Part`.
///
/// | Attribute | Meaning |
/// |---|---|
/// | `#[path]`, `#[path("issue-id")]` | fills the placeholder of its own, or of that name |
/// | `#[url]` | the whole address, absolute or relative to the client's URL; to another origin than the client's it goes without credentials |
/// | `#[query]`, `#[query("label")]` | one parameter of the query; `None` is left out, a list repeats the name |
/// | `#[query(style = csv)]`, `#[query("label", style = brackets)]` | a list as `label=a,b`, or as `label[]=a&label[]=b` |
/// | `#[queries]` | the fields of a struct or the entries of a map, as query parameters; a list in one of them repeats its name |
/// | `#[header]`, `#[header("if-match")]` | one header, by default named after the parameter with `-` for `_`; `None` is left out, a list repeats the line |
/// | `#[headers]` | the entries of a map or the fields of a struct, as headers |
/// | `#[json]`, `#[json("application/merge-patch+json")]` | the body, as JSON |
/// | `#[form]` | the body, as `application/x-www-form-urlencoded` |
/// | `#[body]`, `#[body("application/octet-stream")]` | the body, as its type says, such as a string or bytes |
/// | `#[part]`, `#[part("image")]` | one part of a `multipart/form-data` body: text, bytes, or a `Part` with a file name and a media type; `None` is left out, a list repeats the name. Parts go in the order of their declaration, and set `content-type` themselves |
/// | `#[part(json)]`, `#[part("meta", json)]` | a part in JSON |
/// | `#[from_session]` | beside one of the others, at a `#[session(end)]`: the session supplies the value, and the parameter leaves the visible signature |
///
/// There is at most one body, made of parts or given whole, and none with `GET` and `HEAD`. A long upload wants `timeout = none`,
/// since sending it is part of the call. The headers that frame a message, such as `host` and
/// `content-length`, cannot be set.
///
/// # The session
///
/// | Attribute | Meaning |
/// |---|---|
/// | `#[session(start)]` | signs in: the session starts with the tokens in the answer, whose type implements `TokenResponse`. Never signed |
/// | `#[session(refresh)]` | refreshes: sent by the session alone, so it is on neither trait nor client. Every parameter is supplied by the session, by way of `TokenRequest`. Never signed. At most one |
/// | `#[session(refresh, refused = path::to::function)]` | besides, with a `fn(&ErrorResponse) -> Option<Refusal>` that says which answers refuse the refresh; `None` leaves it to the default rules |
/// | `#[session(end)]` | signs out: the login ends here first, and then the server is told |
///
/// A sign-out ends the login before anything is sent, so that neither a failing server nor a caller who goes away keeps it
/// alive. The request is signed with the credential of the login it ends; with `auth = cookies` it has its cookies alone. Nothing is refreshed for it, even if that credential
/// has lapsed. After an `Err` from the network or the server nobody is signed in here all the same, but the server may not
/// know of it.
///
/// What the answer to a refresh means, unless `refused` says otherwise:
///
/// | Answer | Meaning |
/// |---|---|
/// | a success with tokens | refreshed |
/// | any 4xx with `{"error": "invalid_grant"}`; and, unless an `error` named below says something else, 401, and 400 or 403 with JSON in it | refused: the login is over, with `Error::SessionExpired` |
/// | a success whose `TokenResponse` says `Refusal::Dead` or `Refusal::TryLater` | what it says |
/// | no connection, a timeout, a connection that breaks; 408, 429, any 5xx; any 4xx with `server_error`, `slow_down` or `temporarily_unavailable` in `error`; a success without tokens | unavailable: the login is kept, and the next refresh is tried a second later at most, a wait that doubles with each failure up to a minute, and never before `Retry-After` |
/// | any 4xx with `invalid_client`, `unauthorized_client`, `invalid_scope`, `unsupported_grant_type`, `invalid_target` or `invalid_request` in `error`; 3xx; every other 4xx, such as a firewall's page; a success whose access token cannot sign | misconfigured: the login is kept, and the next refresh is tried after 5 minutes |
///
/// Calls that need a refresh before its time fail with the error of the last one, and nothing is sent. A function after
/// `refused` is asked first about every answer that is no success:
///
/// ```text
/// fn refused(answer: &ErrorResponse) -> Option<Refusal> {
///     match answer.status().as_u16() {
///         // This server forgets a refresh token that is spent.
///         404 => Some(Refusal::Dead("unknown refresh token".to_owned())),
///         // And it locks accounts for a while.
///         423 => Some(Refusal::TryLater { message: "locked".to_owned(), after: Some(Duration::from_secs(60)) }),
///         _ => None,
///     }
/// }
/// ```
#[proc_macro_attribute]
pub fn api_client(
    options: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    generate(options.into(), item.into()).into()
}

/// Makes the error type of an endpoint of an enum.
///
/// ```text
/// #[derive(Debug, ApiError)]
/// enum CreateIssueError {
///     #[status(409)]
///     Duplicate(ExistingIssue),
///     #[status(404, 410)]
///     Gone,
///     #[status(4xx)]
///     Client(Response<Bytes>),
///     #[other]
///     Other(Error),
/// }
///
/// match tracker.create(&issue).await {
///     Err(CreateIssueError::Duplicate(existing)) => show(existing),
///     Err(CreateIssueError::Other(Error::SessionExpired(expired))) => sign_in_again(expired),
///     other => …,
/// }
/// ```
///
/// # On a variant
///
/// Each has exactly one of these.
///
/// | Attribute | Meaning |
/// |---|---|
/// | `#[status(409)]`, `#[status(404, 410)]` | answers with one of these statuses |
/// | `#[status(4xx)]`, `#[status(5xx)]` | answers of this class whose status is in no other variant, wherever that stands |
/// | `#[other]` | every other failure; one variant has it, with one field, which is `sdk_runtime::Error` |
///
/// A variant with `#[status]` is a name alone, if the status is enough, or has one field. The field is decoded as the
/// success type of an endpoint is: JSON of whatever implements `Deserialize`, or by the type's `FromResponse`, such as `String`,
/// `Bytes` and `Response<T>`. An answer that is not what the field says goes to `#[other]`, as `Error::Status`, where
/// `ErrorResponse::decode_error` tells why, beside `ErrorResponse::body`. So does one whose body is longer than the 64 KiB
/// that are kept of it.
///
/// Only the answers of this endpoint are read so. The session judges first, and what means "this token is no good" to it is not
/// seen here. A declared 401 is seen where the session leaves it to the caller: with `auth = none` or `auth = cookies`, with `.bearer(…)`, where
/// its challenge names another scheme or another fault than the token, or where the client's `token_bad` says no to it. A declared 404 comes before the `None` of an endpoint that returns an `Option`.
///
/// # What is generated
///
/// - `From<Error>`, which is always `#[other]`: under `?`, another endpoint's 409 is not mistaken for this one's. A field with
///   `#[from]` leaves it to `thiserror`.
/// - `ApiError`.
/// - `Display` and `std::error::Error`, for `?` into `Box<dyn Error>` and the like: `#[other]` shows what it holds, and every other
///   variant its statuses and its name, never the body. With an `#[error(…)]` anywhere they are left to `thiserror`.
///
/// `#[api_error(crate = path)]` on the enum says where `sdk_runtime` is found, if it was renamed or re-exported.
#[proc_macro_derive(ApiError, attributes(status, other, api_error))]
pub fn api_error(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    derive::api_error(input.into()).into()
}

/// Makes a page of a longer list of a struct.
///
/// ```text
/// #[derive(Deserialize, Page)]
/// struct Issues {
///     #[page(items)]
///     issues: Vec<Issue>,
///     #[page(next)]
///     next_cursor: Option<String>,
///     #[page(more)]
///     has_more: bool,
/// }
/// ```
///
/// # On a field
///
/// | Attribute | Meaning |
/// |---|---|
/// | `#[page(items)]` | the items: a `Vec`. One field has it |
/// | `#[page(next)]` | what the next page is asked for with: an `Option`, which is `None` on the last page. Its type is the page's `Cursor` |
/// | `#[page(more)]` | whether there are more pages: a `bool`, or an `Option<bool>` where not every page says so |
///
/// The other fields are the user's own. `#[page(crate = path)]` on the struct says where `sdk_runtime` is found, if it was
/// renamed or re-exported.
#[proc_macro_derive(Page, attributes(page))]
pub fn page(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    derive::page(input.into()).into()
}

fn generate(options: TokenStream, item: TokenStream) -> TokenStream {
    let raw = match parse::trait_item(options, item.clone(), validate::is_attribute_of_parameters) {
        Ok(raw) => raw,
        // What is not a trait is left as it is, so that its other uses are not reported as well.
        Err(error) => {
            let error = error.into_compile_error();
            return quote!(#error #item);
        }
    };
    match validate::client(&raw) {
        Ok(client) => expand::client(&client),
        Err(errors) => recover::recover(&raw, &errors),
    }
}

#[cfg(test)]
mod tests;
