//! The `#[api_client]` macro of `sdk-runtime`, and its derives.
//!
//! Depend on `sdk-runtime`, which re-exports them. The generated code calls into `sdk-runtime`, and fits
//! only one version of it.
//!
//! A declaration passes through three stages. `parse` separates our attributes from all others. `validate`
//! makes a model that is valid by construction, or reports every mistake at once. `expand` turns the model
//! into code, and cannot fail. After mistakes, `recover` generates a client that does nothing, so that its
//! uses are not reported as well. The derives have the same stages in `derive`.

mod args;
mod derive;
mod diagnostics;
mod did_you_mean;
mod expand;
mod meant_path;
mod model;
mod parse;
mod path_mistake;
mod recover;
mod returns;
mod segment;
mod signature;
mod span;
mod template;
mod validate;

use proc_macro2::TokenStream;
use quote::quote;

/// Makes an HTTP client from a trait.
///
#[doc = include_str!("../docs/api_client.md")]
#[proc_macro_attribute]
pub fn api_client(
    options: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    generate(options.into(), item.into()).into()
}

/// Makes the error type of an endpoint from an enum.
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
/// Each variant has exactly one of these:
///
/// | Attribute | Meaning |
/// |---|---|
/// | `#[status(409)]`, `#[status(404, 410)]` | answers with one of these statuses |
/// | `#[status(4xx)]`, `#[status(5xx)]` | answers of this class whose status is in no other variant |
/// | `#[other]` | every other failure; one variant has it, with one field of `sdk_runtime::Error` |
///
/// A variant with `#[status]` has one field, or none if the status is enough. The field is decoded like the
/// success type of an endpoint: as JSON by `Deserialize`, or by the type's `FromResponse`. `String`, `Bytes`
/// and `Response<T>` are examples of the second.
///
/// An answer that cannot be decoded into the field goes to `#[other]`, as `Error::Status`. Its
/// `ErrorResponse::decode_error` has the reason, and `ErrorResponse::body` the body. So does an answer with
/// a body longer than 64 KiB, of which only the first 64 KiB are kept.
///
/// # Which answers it gets
///
/// Only answers of this endpoint are decoded into it. The session looks at them first: an answer that means
/// "the access token was rejected" does not get here. A declared 401 gets here in these cases:
///
/// - The endpoint has `auth = none` or `auth = cookies`, or the call has `.bearer(…)`.
/// - The challenge of the answer names another scheme, or another fault than the token.
/// - The client's own rule for rejected tokens says that the token was not rejected.
///
/// A declared 404 comes before the `None` of an endpoint that returns an `Option`.
///
/// # What is generated
///
/// - `From<Error>`, which always makes `#[other]`. So with `?`, a 409 of another endpoint is not mistaken
///   for one of this endpoint. A field with `#[from]` leaves it to `thiserror`.
/// - `ApiError`.
/// - `Display` and `std::error::Error`. `#[other]` shows its error. Every other variant shows its statuses
///   and its name, but never the body. An `#[error(…)]` anywhere leaves both to `thiserror`.
///
/// `#[api_error(crate = path)]` on the enum is the path of `sdk_runtime`, if it was renamed or re-exported.
#[proc_macro_derive(ApiError, attributes(status, other, api_error))]
pub fn api_error(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    derive::api_error(input.into()).into()
}

/// Makes a page of a longer list from a struct.
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
/// | `#[page(items)]` | the items, a `Vec`; exactly one field has it |
/// | `#[page(next)]` | the cursor of the next page, an `Option`: `None` on the last page |
/// | `#[page(more)]` | whether there are more pages: a `bool`, or an `Option<bool>` if not every page says so |
///
/// The type inside `#[page(next)]` is the page's `Cursor`. The other fields are the user's own.
///
/// `#[page(crate = path)]` on the struct is the path of `sdk_runtime`, if it was renamed or re-exported.
#[proc_macro_derive(Page, attributes(page))]
pub fn page(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    derive::page(input.into()).into()
}

/// Makes the request of a refresh from a struct.
///
#[doc = include_str!("../docs/token_request.md")]
#[proc_macro_derive(TokenRequest, attributes(token))]
pub fn token_request(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    derive::token_request(input.into()).into()
}

/// Reads the tokens in a response from a struct.
///
#[doc = include_str!("../docs/token_response.md")]
#[proc_macro_derive(TokenResponse, attributes(token))]
pub fn token_response(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    derive::token_response(input.into()).into()
}

fn generate(options: TokenStream, item: TokenStream) -> TokenStream {
    let raw = match parse::trait_item(options, item.clone(), validate::is_attribute_of_parameters) {
        Ok(raw) => raw,
        // The item stays as it is, so that its uses elsewhere are not reported as well.
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
