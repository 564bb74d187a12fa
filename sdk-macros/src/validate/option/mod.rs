//! The options of a trait and of an endpoint: a file for each key and its value, and here the lists of them.

mod attempt_timeout;
mod auth;
mod base;
mod crate_path;
mod dyn_type;
mod extendable;
mod extends;
mod habit;
mod header_list;
mod headers;
mod idempotent;
mod idle_timeout;
mod key;
mod known;
mod meant;
mod paginate;
mod reconnect;
mod retry;
mod retry_if;
mod timeout;

pub(crate) use auth::AuthRule;
pub(crate) use habit::{Line, Meaning, meaning};
pub(crate) use headers::FixedHeader;
pub(crate) use key::{Given, Key};
pub(crate) use known::known;
pub(crate) use meant::meant;

use known::Elsewhere;
use proc_macro2::Ident;
use quote::quote;
use syn::LitStr;

use super::{header, wording::shown};
use crate::{args::Arg, diagnostics::Diagnostics, did_you_mean::nearest, meant_path};

/// Makes a struct of options out of the modules of the options. Each module has a `KEY`, a `Value` and a
/// `parse`.
macro_rules! options {
    ($(#[$about:meta])* $Options:ident, $elsewhere:path: $($option:ident,)*) => {
        $(#[$about])*
        #[derive(Default)]
        pub(crate) struct $Options<'a> {
            $(pub(crate) $option: Option<Given<'a, $option::Value>>,)*
            /// The keys that are given with a mistake. What depends on their values is not checked.
            pub(crate) mistaken: Vec<&'static str>,
        }

        impl<'a> $Options<'a> {
            const KEYS: &'static [Key] = &[$($option::KEY,)*];

            /// Parses the options, and reports what is wrong with each.
            pub(crate) fn parse(
                args: impl IntoIterator<Item = &'a Arg>,
                context: &Context,
                diagnostics: &Diagnostics,
            ) -> Self {
                let mut options = Self::default();
                let args: Vec<&Arg> = args.into_iter().collect();
                let elsewhere = |arg: &Arg| $elsewhere(arg, context);
                let all = args.iter().copied();
                for (key, arg) in known(all, Self::KEYS, &context.line, &elsewhere, diagnostics) {
                    $(if key.name == $option::KEY.name {
                        let value = $option::parse(arg, diagnostics).ok();
                        options.$option = value.map(|value| Given { arg, value });
                    })*
                }
                let names = args.iter().filter_map(|arg| arg.key()).map(ToString::to_string);
                let meant: Vec<&str> = names
                    .filter_map(|name| nearest(&name, Self::KEYS.iter().map(|key| key.name)))
                    .collect();
                $(if options.$option.is_none() && meant.contains(&$option::KEY.name) {
                    options.mistaken.push($option::KEY.name);
                })*
                options
            }
        }
    };
}

options! {
    /// The options of a trait, most of which are defaults for its endpoints.
    TraitOptions, of_an_endpoint:
    base,
    auth,
    timeout,
    headers,
    dyn_type,
    extends,
    extendable,
    crate_path,
}

options! {
    /// The options of an endpoint.
    EndpointOptions, of_the_trait:
    auth,
    timeout,
    headers,
    retry,
    retry_if,
    attempt_timeout,
    idle_timeout,
    idempotent,
    paginate,
    reconnect,
}

/// The trait and its first endpoint, for the help of an option that belongs elsewhere.
#[derive(Default)]
pub(crate) struct Context {
    /// The attribute with the options.
    pub(crate) line: Line,
    /// The name of the client.
    pub(crate) client: String,
    /// The verbs of the endpoints, such as `get("/users"`, without the closing parenthesis.
    pub(crate) verbs: Vec<String>,
}

fn of_the_trait(arg: &Arg, _: &Context) -> Option<Elsewhere> {
    let name = arg.key()?;
    let key = TraitOptions::KEYS.iter().find(|key| name == key.name)?;
    let option = given(arg, key);
    Some(Elsewhere::another("the trait", format!("remove it, and write `#[api_client({option})]`")))
}

fn of_an_endpoint(arg: &Arg, context: &Context) -> Option<Elsewhere> {
    if let Some(url) = address(arg) {
        let (host, path) = host_and_path(&url);
        let how = match path.as_str() {
            "/" => "remove it".to_owned(),
            path => format!("write `base = {path:?}`"),
        };
        let help = format!("{how}, and give the host to the client: `{}::new({host:?})`", context.client);
        return Some(Elsewhere {
            message: "the host belongs to the client, which is made at run time".to_owned(),
            help,
        });
    }
    let name = arg.key()?;
    let key = EndpointOptions::KEYS.iter().find(|key| name == key.name)?;
    let Key { verb, for_all_endpoints, .. } = key;
    let fits = |shown: &&String| key.verb == "get" || !shown.starts_with("get") && !shown.starts_with("head");
    let verb = context.verbs.iter().find(fits).cloned().unwrap_or_else(|| format!("{verb}(\"/users\""));
    let option = given(arg, key);
    let help = format!("remove it, and write `#[{verb}, {option})]`{for_all_endpoints}");
    Some(Elsewhere::another("an endpoint", help))
}

/// Returns the option as it is given, with its value corrected.
fn given(arg: &Arg, key: &Key) -> String {
    match arg {
        Arg::Assign { .. } => shown(arg),
        Arg::List { items, .. } => {
            meant(key.name, quote!(#(#items),*)).unwrap_or_else(|| key.example.to_owned())
        }
        _ => key.example.to_owned(),
    }
}

/// Returns the address of a server in `"https://h.example"` or `base_url = "https://h.example"`.
fn address(arg: &Arg) -> Option<String> {
    let value = match arg {
        Arg::Assign { key, value, .. } if key != "crate" => value.clone(),
        Arg::List { items, .. } => quote!(#(#items),*),
        Arg::Value(tokens) => tokens.clone(),
        _ => return None,
    };
    let text = syn::parse2::<LitStr>(value).ok()?.value();
    let is_host =
        arg.key().is_some_and(|key| ["host", "domain", "server", "hostname"].iter().any(|it| key == it));
    (text.contains("://") || is_host).then_some(text)
}

fn host_and_path(url: &str) -> (String, String) {
    let url = if url.contains("://") { url.to_owned() } else { format!("https://{url}") };
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url[start..].find('/').map_or(url.len(), |at| start + at);
    (url[..end].to_owned(), meant_path::meant(&url, &[]))
}

/// Returns whether the name is that of an option, another word for one, or nearly one.
pub(crate) fn is_near(name: &str) -> bool {
    let keys = TraitOptions::KEYS.iter().chain(EndpointOptions::KEYS).map(|key| key.name);
    meant::named(name).is_some() || nearest(name, keys).is_some()
}

/// Returns whether an option of this name may stand alone, and so is no misplaced path.
pub(crate) fn is_flag(name: &Ident) -> bool {
    TraitOptions::KEYS.iter().chain(EndpointOptions::KEYS).any(|key| key.is_flag && name == key.name)
}

impl TraitOptions<'_> {
    /// Returns the `base` without the slash at its end; by default it is empty.
    pub(crate) fn base(&self) -> &str {
        self.base.as_ref().map_or("", |base| &base.value)
    }

    /// Returns the rule of `auth`, by default `required`.
    pub(crate) fn auth(&self) -> AuthRule {
        self.auth.as_ref().map_or_else(AuthRule::required, |auth| auth.value.clone())
    }

    pub(crate) fn headers(&self) -> &[FixedHeader] {
        self.headers.as_ref().map_or(&[], |headers| &headers.value)
    }

    /// Reports and removes the headers that the trait's `auth` does not allow.
    pub(crate) fn retain_allowed_headers(&mut self, diagnostics: &Diagnostics) {
        let auth = self.auth().auth;
        if self.mistaken.contains(&auth::KEY.name) {
            return;
        }
        if let Some(headers) = &mut self.headers {
            headers.value.retain(|FixedHeader { at, header }| {
                header::may_be_set(at, &header.name, auth, None, diagnostics)
            });
        }
    }
}

impl EndpointOptions<'_> {
    pub(crate) fn headers(&self) -> &[FixedHeader] {
        self.headers.as_ref().map_or(&[], |headers| &headers.value)
    }
}
