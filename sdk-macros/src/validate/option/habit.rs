//! Options of other frameworks: what each of them is here. Most of them are nothing, because the signature
//! of the method or its docs say the same.

use proc_macro2::TokenStream;
use quote::quote;
use syn::LitStr;

use crate::{args::Arg, validate::wording::shown};

/// The attribute in which an option stands, as it is written.
#[derive(Default)]
pub(crate) struct Line {
    /// The name of the attribute.
    pub(crate) name: String,
    pub(crate) args: Vec<String>,
}

impl Line {
    pub(crate) fn new<'a>(name: impl ToString, args: impl IntoIterator<Item = &'a Arg>) -> Self {
        Self { name: name.to_string(), args: args.into_iter().map(shown).collect() }
    }

    /// Returns the attribute without the option.
    pub(crate) fn without(&self, option: &Arg) -> String {
        self.with(option, None)
    }

    /// Returns the attribute with another option in the place of this one.
    fn with(&self, option: &Arg, other: Option<&str>) -> String {
        let option = shown(option);
        let mut args: Vec<&str> = self.args.iter().map(String::as_str).collect();
        if let Some(at) = args.iter().position(|arg| *arg == option) {
            args.splice(at..=at, other);
        }
        if args.is_empty() {
            format!("#[{}]", self.name)
        } else {
            format!("#[{}({})]", self.name, args.join(", "))
        }
    }
}

/// Words for what the declaration does not say, or says elsewhere, each with the reason.
const NOTHING: &[(&[&str], &str)] = &[
    (
        &[
            "status",
            "status_code",
            "code",
            "success_status",
            "response_status",
            "expected_status",
            "http_code",
            "api_response",
            "default_status",
            "status_codes",
            "expect",
            "success_code",
            "successStatus",
            "statusCode",
        ],
        "each status from 200 to 299 is a success",
    ),
    (
        &[
            "response_model",
            "response",
            "responses",
            "returns",
            "response_type",
            "response_class",
            "output",
            "result",
            "return_type",
            "response_body",
            "success",
            "responseType",
            "ok",
        ],
        "the return type of the method is what the answer is decoded into",
    ),
    (
        &[
            "summary",
            "description",
            "operation_id",
            "operationId",
            "name",
            "tag",
            "tags",
            "title",
            "notes",
            "nickname",
            "doc",
            "docs",
            "include_in_schema",
            "external_docs",
            "extensions",
            "comment",
            "id",
        ],
        "it belongs to a document of the API; here, doc comments of the method say it",
    ),
    (
        &["params", "parameters", "path_params", "query_params", "query", "variables", "args"],
        "the parameters of the method are those of the request",
    ),
    (
        &["data", "body", "request_body", "payload", "content", "json", "form", "multipart", "requestBody"],
        "a parameter with `#[json]` or another role is the body",
    ),
    (
        &["error", "errors", "error_type", "err", "error_for_status", "throws", "raises"],
        "the second type of `Result<T, E>` is the error",
    ),
    (
        &["cache", "cached", "cache_control", "ttl", "max_age", "cache_ttl"],
        "a client has no cache, and calls the server each time",
    ),
    (
        &[
            "guard",
            "guards",
            "use_guards",
            "wrap",
            "middleware",
            "middlewares",
            "interceptor",
            "interceptors",
            "filters",
            "layer",
        ],
        "the client has layers of a transport, and an endpoint has none",
    ),
    (
        &["observe", "full_response", "raw_response"],
        "the return type `Result<Response<T>>` has the status and the headers",
    ),
    (
        &["stream", "streaming", "sse", "chunked"],
        "a return type such as `Result<ByteStream>` or `Result<EventStream<T>>` makes a stream",
    ),
];

/// Words for the `accept` and the `content-type` of a request.
const ACCEPT: &[&str] = &["produces", "accept", "accepts", "response_content_type", "response_media_type"];
const CONTENT: &[&str] =
    &["consumes", "content_type", "request_content_type", "media_type", "mime", "mime_type", "contentType"];

fn is_one_of(option: &Arg, words: &[&str]) -> bool {
    option.key().is_some_and(|key| words.iter().any(|word| key == word))
}

/// Words for a token, which the client is given when it is made.
const TOKENS: &[&str] = &["bearer", "bearer_auth", "bearer_token", "token", "access_token", "api_key"];

/// Returns the help for an option that other frameworks have.
pub(super) fn help(option: &Arg, line: &Line) -> Option<String> {
    Some(match meaning(option)? {
        Meaning::Nothing(reason) => format!("write `{}`: {reason}", line.without(option)),
        Meaning::Option(other) => format!("write `{}`", line.with(option, Some(&other))),
    })
}

/// What an option of other frameworks is here.
pub(crate) enum Meaning {
    /// Nothing, with the reason.
    Nothing(String),
    /// Another option.
    Option(String),
}

/// Returns what an option of other frameworks is here.
pub(crate) fn meaning(option: &Arg) -> Option<Meaning> {
    if let Some((_, reason)) = NOTHING.iter().find(|(words, _)| is_one_of(option, words)) {
        return Some(Meaning::Nothing((*reason).to_owned()));
    }
    if is_one_of(option, TOKENS)
        && let Arg::Assign { value, .. } = option
        && !matches!(value.to_string().as_str(), "true" | "required")
    {
        let reason = format!("the builder of the client takes the token: `.bearer({})`", shown(value));
        return Some(Meaning::Nothing(reason));
    }
    if is_one_of(option, &["with_credentials", "withCredentials", "credentials"]) {
        return Some(Meaning::Option("auth = cookies".to_owned()));
    }
    if is_one_of(option, CONTENT) {
        let role = match media_type(option).as_deref() {
            Some("application/x-www-form-urlencoded") => "#[form]".to_owned(),
            Some(media_type) if media_type.starts_with("multipart/") => "#[part]".to_owned(),
            None | Some("application/json") => "#[json]".to_owned(),
            Some(json) if json.ends_with("+json") => format!("#[json({json:?})]"),
            Some(other) => format!("#[body({other:?})]"),
        };
        return Some(Meaning::Nothing(format!("`{role}` at the body says the media type")));
    }
    if is_one_of(option, ACCEPT) {
        return Some(match media_type(option).as_deref() {
            None | Some("application/json") => {
                Meaning::Nothing("the return type is what the request accepts".to_owned())
            }
            Some(other) => Meaning::Option(format!("headers(\"accept\" = {other:?})")),
        });
    }
    None
}

/// Returns the first media type in the value.
fn media_type(option: &Arg) -> Option<String> {
    let value = match option {
        Arg::Assign { value, .. } => value.clone(),
        Arg::List { items, .. } => quote!(#(#items),*),
        Arg::Flag(_) | Arg::Value(_) => return None,
    };
    first_text(value).filter(|text| text.contains('/'))
}

fn first_text(tokens: TokenStream) -> Option<String> {
    tokens.into_iter().find_map(|token| match token {
        proc_macro2::TokenTree::Group(group) => first_text(group.stream()),
        token => syn::parse2::<LitStr>(token.into()).ok().map(|literal| literal.value()),
    })
}
