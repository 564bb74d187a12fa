//! Requests: from arguments to a request that can be sent any number of times.

mod address;
mod assemble;
pub(crate) mod base;
mod fields;
mod flat;
pub(crate) mod header;
mod lists;
pub(crate) mod member;
mod multipart;
mod nested;
mod part;
mod parts;
mod path;
mod prepared;
mod preview;
mod query;
pub(crate) mod query_key;
mod scalar;

use std::borrow::Cow;
use std::fmt;

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method};
use serde::Serialize;

use assemble::UrlParts;
use base::{ADDRESS_LIMIT, Base, is_too_long};
use path::PathBuilder;
use prepared::belongs_to_the_parts;

pub use address::UrlArg;
pub use header::HeaderArg;
pub use part::{Part, PartArg};
pub use parts::PartsArg;
pub(crate) use prepared::Prepared;
pub use preview::RequestPreview;

/// The addresses of `#[url]`, from the `url` crate.
pub use url::Url;

#[doc(hidden)]
pub use nested::FieldStyle;
#[doc(hidden)]
pub use query::QueryStyle;

use crate::body::{Body, Content, FORM, JSON, Payload};
use crate::endpoint::Endpoint;
use crate::error::InvalidRequest;

/// A request in the making. The first argument that cannot be encoded is returned when the call is awaited.
#[derive(Clone)]
#[doc(hidden)]
pub struct Request {
    endpoint: &'static Endpoint,
    path: PathBuilder,
    url_parts: UrlParts,
    /// The parameter that is the whole address, and its value.
    address: Option<Box<(&'static str, Url)>>,
    query: String,
    headers: HeaderMap,
    /// The default headers that are not sent.
    without: Vec<HeaderName>,
    pub(crate) extensions: Extensions,
    body: Option<Body>,
    /// The parts that have a value. `Some` of none if the declaration has parts and none has a value.
    parts: Option<Vec<(Cow<'static, str>, Part)>>,
    error: Option<InvalidRequest>,
}

impl Request {
    pub(crate) fn new(base: &Base, endpoint: &'static Endpoint) -> Self {
        let mut request = Self {
            endpoint,
            path: PathBuilder::new(base.prefix(), &endpoint.path),
            url_parts: base.url_parts(),
            address: None,
            query: endpoint.query.to_owned(),
            headers: HeaderMap::new(),
            without: endpoint.without.iter().filter_map(|name| HeaderName::try_from(*name).ok()).collect(),
            extensions: Extensions::new(),
            body: None,
            parts: None,
            error: None,
        };
        for (name, value) in endpoint.headers {
            match (HeaderName::try_from(*name), HeaderValue::try_from(*value)) {
                (Ok(name), Ok(mut value)) => {
                    header::protect(&name, &mut value);
                    request.headers.append(name, value);
                }
                _ => request.record_error(Err(InvalidRequest::new(*name, "is not a valid header"))),
            }
        }
        request
    }

    pub(crate) fn endpoint(&self) -> &'static Endpoint {
        self.endpoint
    }

    pub(crate) fn segment(&mut self, placeholder: &'static str, value: &dyn fmt::Display) {
        let written = self.path.segment(placeholder, value);
        self.record_error(written);
    }

    pub(crate) fn rest(&mut self, placeholder: &'static str, value: &dyn fmt::Display) {
        let written = self.path.rest(placeholder, value);
        self.record_error(written);
    }

    /// Takes the argument of `#[url]` as the whole address. The endpoint's template is empty.
    pub(crate) fn address(&mut self, parameter: &'static str, address: &(impl UrlArg + ?Sized)) {
        match address::resolve(self.path.so_far(), address.address()) {
            Ok(url) => self.address = Some(Box::new((parameter, url))),
            Err(reason) => self.record_error(Err(InvalidRequest::new(parameter, reason))),
        }
    }

    pub(crate) fn query(
        &mut self,
        name: &'static str,
        value: &(impl Serialize + ?Sized),
        style: Option<QueryStyle>,
    ) {
        let written = query::one(&mut self.query, name, value, style);
        self.record_error(written.map_err(|reason| InvalidRequest::new(name, reason)));
    }

    pub(crate) fn queries(&mut self, parameter: &'static str, fields: &(impl Serialize + ?Sized)) {
        let written = query::many(&mut self.query, fields);
        self.record_error(written.map_err(|_| not_flat(parameter)));
    }

    pub(crate) fn header(
        &mut self,
        name: &'static str,
        each: impl FnOnce(&mut header::PushLine<'_>) -> Result<(), InvalidRequest>,
    ) {
        let written = header::name(name).and_then(|name| header::set(&mut self.headers, &name, each));
        self.record_error(written);
    }

    pub(crate) fn header_map(&mut self, map: &HeaderMap) {
        for name in map.keys() {
            let written = header::name(name.as_str()).and_then(|name| {
                header::set(&mut self.headers, &name, |line| {
                    map.get_all(&name).iter().try_for_each(|value| line(value.clone()))
                })
            });
            self.record_error(written);
        }
    }

    pub(crate) fn json(&mut self, media_type: Option<&'static str>, value: &(impl Serialize + ?Sized)) {
        match serde_json::to_vec(value) {
            Ok(json) => {
                let body = Body::new(json).content_type(JSON);
                self.body(media_type, body);
            }
            Err(_) => self.record_error(Err(InvalidRequest::new("#[json]", "cannot be written as JSON"))),
        }
    }

    pub(crate) fn form(&mut self, fields: &(impl Serialize + ?Sized)) {
        match query::form(fields) {
            Ok(form) => {
                self.body(None, Body::new(form).content_type(FORM));
            }
            Err(_) => self.record_error(Err(not_flat("#[form]"))),
        }
    }

    pub(crate) fn body(&mut self, media_type: Option<&'static str>, body: Body) {
        if matches!(body.content, Content::Absent) {
            return;
        }
        self.record_error(sendable("#[body]", &body));
        let named = media_type.map(HeaderValue::try_from).transpose();
        match named {
            Ok(named) => {
                // A header argument named `content-type` has precedence, in any order of arguments.
                self.body = Some(Body { content_type: named.or(body.content_type), content: body.content });
            }
            Err(_) => {
                self.record_error(Err(InvalidRequest::new(
                    "#[body]",
                    "names a media type that is no header value",
                )));
            }
        }
    }

    /// Appends the parts that `each` returns, all of that name.
    pub(crate) fn part(&mut self, name: &'static str, each: impl FnOnce(&mut dyn FnMut(Part))) {
        let parts = self.parts.get_or_insert_default();
        let mut sendable = Ok(());
        each(&mut |part| {
            if let Err(error) = self::sendable(name, &part.body) {
                sendable = Err(error);
            }
            parts.push((Cow::Borrowed(name), part));
        });
        self.record_error(sendable);
    }

    /// Appends parts with names of the caller.
    pub(crate) fn parts(&mut self, parameter: &'static str, given: &(impl PartsArg + ?Sized)) {
        let parts = self.parts.get_or_insert_default();
        let mut sendable = Ok(());
        given.named_parts(&mut |name, part| {
            if let Err(error) = self::sendable(parameter, &part.body) {
                sendable = Err(error);
            }
            parts.push((name.to_owned().into(), part));
        });
        self.record_error(sendable);
    }

    /// Appends a part in JSON. `null` is omitted, as `None` is everywhere.
    pub(crate) fn json_part(&mut self, name: &'static str, value: &(impl Serialize + ?Sized)) {
        match serde_json::to_vec(value) {
            Ok(json) => self.part(name, |part| {
                if json != b"null" {
                    part(Part::new(Body::new(json).content_type(JSON)));
                }
            }),
            Err(_) => self.record_error(Err(InvalidRequest::new(name, "cannot be written as JSON"))),
        }
    }

    /// Sets a header for this call, in place of that of the declaration.
    pub(crate) fn set_header(&mut self, name: &str, value: &dyn HeaderArg) -> Result<(), InvalidRequest> {
        header::set_by_name(&mut self.headers, name, value)
    }

    /// Lets `supply` put the values of a session on the request. The headers among them are secrets under any
    /// name.
    pub(crate) fn supplied(&mut self, supply: impl FnOnce(&mut Self) -> Option<()>) -> Option<()> {
        let before: Vec<HeaderName> = self.headers.keys().cloned().collect();
        supply(self)?;
        for (_, value) in self.headers.iter_mut().filter(|(name, _)| !before.contains(name)) {
            value.set_sensitive(true);
        }
        Some(())
    }

    fn record_error(&mut self, result: Result<(), InvalidRequest>) {
        if let Err(error) = result {
            self.error.get_or_insert(error);
        }
    }

    /// Completes the request and parses its address, once for all its sends. Boxed, because it is large, and
    /// is moved several times.
    #[inline]
    pub(crate) fn prepare(self, accept: Option<&'static str>) -> Result<Box<Prepared>, InvalidRequest> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let endpoint = self.endpoint;
        let method = endpoint
            .http_method()
            .ok_or_else(|| InvalidRequest::new(endpoint.method, "is not an HTTP method"))?;

        let url = match self.address {
            None => built(endpoint, self.path, self.url_parts, &self.query)?,
            Some(address) => {
                let (parameter, mut url) = *address;
                address::append(&mut url, &self.query);
                if is_too_long(&url) {
                    return Err(too_long_error(parameter));
                }
                url
            }
        };

        let mut headers = self.headers;
        let accept = accept.filter(|_| !headers.contains_key(ACCEPT) && !self.without.contains(&ACCEPT));
        let body = match self.parts {
            Some(parts) if parts.is_empty() => {
                return Err(InvalidRequest::new(
                    "#[part]",
                    "has nothing to send: every part is `None` or an empty list",
                ));
            }
            Some(_) if headers.contains_key(CONTENT_TYPE) => {
                return Err(belongs_to_the_parts());
            }
            Some(parts) => Some(multipart::encode(parts)?),
            None => self.body.map(|body| (Payload::One(body.content), body.content_type)),
        };
        let body = body.map(|(payload, content_type)| {
            if let Some(content_type) = content_type
                && !headers.contains_key(CONTENT_TYPE)
                && (!self.without.contains(&CONTENT_TYPE) || multipart::is_ours(&content_type))
            {
                headers.insert(CONTENT_TYPE, content_type);
            }
            payload
        });
        // Servers expect a length from these methods even without a body (RFC 9110, 8.6).
        let body = body
            .or_else(|| matches!(method, Method::POST | Method::PUT | Method::PATCH).then(Payload::empty));
        let (without, extensions) = (self.without, self.extensions);
        Ok(Box::new(Prepared { endpoint, method, url, headers, accept, without, extensions, body }))
    }
}

fn sendable(argument: &'static str, body: &Body) -> Result<(), InvalidRequest> {
    body.content.invalid().map_or(Ok(()), |reason| Err(InvalidRequest::new(argument, reason.to_owned())))
}

/// Builds the address of template, arguments and query.
fn built(
    endpoint: &'static Endpoint,
    path: PathBuilder,
    parts: UrlParts,
    query: &str,
) -> Result<Url, InvalidRequest> {
    let mut address = path.finish(query.len() + 1)?;
    let path_end = address.len();
    if !query.is_empty() {
        address.push('?');
        address.push_str(query);
    }
    if address.len() > ADDRESS_LIMIT {
        return Err(too_long_error(endpoint.template()));
    }
    if endpoint.is_kept && parts.are_proven() {
        let query_start = (!query.is_empty()).then_some(path_end);
        return parts.assemble(address, query_start).ok_or_else(|| no_address(endpoint));
    }
    let url = Url::parse(&address).map_err(|_| no_address(endpoint))?;
    // The parser must not change the address, by a rule that is unknown here.
    let built = &address[parts.path_start()..path_end];
    let prefix = &address[..parts.path_start()];
    // Without any path the parser adds the one slash that a request cannot be without.
    let is_kept = url.path() == if built.is_empty() { "/" } else { built };
    let unchanged = is_kept && url.as_str().starts_with(prefix) && url.fragment().is_none();
    if !unchanged {
        let argument = path::placeholders(endpoint.template()).next();
        return Err(InvalidRequest::new(
            argument.unwrap_or(endpoint.template()),
            "makes an address that would be changed on its way",
        ));
    }
    Ok(url)
}

fn no_address(endpoint: &Endpoint) -> InvalidRequest {
    InvalidRequest::new(endpoint.template(), "does not make an address with this base URL")
}

/// Returns the error of an argument that makes the address too long for every transport.
pub(crate) fn too_long_error(argument: &'static str) -> InvalidRequest {
    let reason = format!("makes an address of more than {ADDRESS_LIMIT} bytes: send what is long in a body");
    InvalidRequest::new(argument, reason)
}

fn not_flat(parameter: &'static str) -> InvalidRequest {
    InvalidRequest::new(parameter, "is not a struct or map of plain values and lists")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(endpoint: Endpoint, base: &str) -> Result<String, String> {
        let request = Request::new(&Base::parse(base).unwrap(), Box::leak(Box::new(endpoint)));
        let prepared = request.prepare(None).map(|prepared| prepared.url.to_string());
        prepared.map_err(|error| error.argument().to_owned())
    }

    /// The macro refuses such templates. What it has not thought of is refused here.
    #[test]
    fn what_is_sent_is_what_was_built() {
        const BASES: [&str; 3] = ["https://a.example", "https://a.example/v1", "http://[::1]:81/x/y"];
        for base in BASES {
            for (template, query) in [("/x", ""), ("/x/", "a=1"), ("/a%20b;c,d@e", "q=%23&q=/?"), ("", "a")] {
                let address = format!("{base}{template}{}{query}", if query.is_empty() { "" } else { "?" });
                let address = Url::parse(&address).unwrap().to_string();
                let sent = url(Endpoint::new("Api::it", "GET", template).query(query), base);
                assert_eq!(sent, Ok(address), "{base} {template}");
            }
            for template in ["/a/../b", "/./a", "/a/%2e%2E/b", "/a\\b", "/a b", "/a#b", "/a?b", "/ä", "/a\tb"]
            {
                let sent = url(Endpoint::new("Api::it", "GET", template), base);
                assert_eq!(sent, Err(template.to_owned()), "{base} {template}");
            }
            let sent = url(Endpoint::new("Api::it", "GET", "/x").query("a=1#b"), base);
            assert_eq!(sent, Err("/x".to_owned()), "{base}: a fragment");
        }
        let another_host = url(Endpoint::new("Api::it", "GET", "@b.example/x"), BASES[0]);
        assert_eq!(another_host, Err("@b.example/x".to_owned()), "I22");
    }

    #[test]
    fn a_header_of_a_call_takes_the_place_of_the_declared_one() {
        static IT: Endpoint = Endpoint::new("Api::it", "GET", "/it").headers(&[("x-a", "declared")]);
        let mut request = Request::new(&Base::parse("https://a.example").unwrap(), &IT);
        request.set_header("x-a", &"own").unwrap();
        request.set_header("x-b", &["one", "two"]).unwrap();
        assert!(request.set_header("x-b", &"a\nb").is_err() && request.set_header("host", &"a").is_err());
        let mut prepared = request.prepare(None).unwrap();
        prepared.set_header("x-c", &"last").unwrap();
        let lines =
            |name| prepared.headers.get_all(name).iter().map(|it| it.to_str().unwrap()).collect::<Vec<_>>();
        assert_eq!(
            (lines("x-a"), lines("x-b"), lines("x-c")),
            (vec!["own"], vec!["one", "two"], vec!["last"])
        );
    }
}
