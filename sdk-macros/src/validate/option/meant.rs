//! The option that a mistaken one was meant to be: `timeout = 30s` for `timeout(30)`, `auth = none` for
//! `auth = "none"`, `retry = 3` for `retries: 3`.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::LitStr;

use super::header_list;
use crate::{
    args::{self, Arg},
    meant_path,
    validate::wording::shown,
};

/// Other words for options, each with the option.
const SYNONYMS: &[(&str, &[&str])] = &[
    (
        "timeout",
        &[
            "timeouts",
            "deadline",
            "time_limit",
            "timeout_ms",
            "timeout_secs",
            "timeout_seconds",
            "timeout_millis",
            "timeout_sec",
            "request_timeout",
            "read_timeout",
            "readTimeout",
            "timeoutMs",
            "timeout_in_ms",
            "timeout_s",
            "connect_timeout",
            "call_timeout",
            "max_time",
        ],
    ),
    (
        "idle_timeout",
        &[
            "idle",
            "idle_limit",
            "idleTimeout",
            "inactivity_timeout",
            "stream_timeout",
            "chunk_timeout",
            "body_timeout",
            "sock_read",
        ],
    ),
    (
        "retry",
        &[
            "retries",
            "max_retries",
            "attempts",
            "max_attempts",
            "retry_count",
            "max_retry",
            "num_retries",
            "retry_times",
            "retry_limit",
        ],
    ),
    (
        "auth",
        &[
            "authentication",
            "authenticated",
            "authorization",
            "authenticate",
            "security",
            "auth_type",
            "requires_auth",
            "require_auth",
            "needs_auth",
            "login_required",
            "authorize",
            "secured",
        ],
    ),
    ("headers", &["header", "default_headers", "default_header"]),
    ("idempotent", &["idempotency", "idempotency_key", "idempotence", "idempotent_key"]),
    ("paginate", &["pagination", "paginated", "pages", "paging", "pageable"]),
    (
        "reconnect",
        &[
            "reconnects",
            "reconnection",
            "reconnections",
            "auto_reconnect",
            "max_reconnects",
            "resume",
            "resumable",
        ],
    ),
    ("base", &["base_path", "prefix", "root", "base_url", "base_uri", "url", "uri", "path", "version"]),
    ("extends", &["inherit", "inherits", "extend", "supertrait", "supertraits", "super_trait"]),
    ("extendable", &["shared", "inheritable", "base_trait"]),
    ("dyn", &["dynamic", "boxed", "object_safe", "erased", "dispatch"]),
    ("crate", &["krate", "runtime", "crate_path", "sdk"]),
];

/// Returns the option that `name` is another word for.
pub(crate) fn named(name: &str) -> Option<&'static str> {
    let option = SYNONYMS.iter().find(|(option, words)| *option == name || words.contains(&name));
    option.map(|(option, _)| *option)
}

/// Returns the whole option `key` with a value that is right, read from one that is not.
pub(crate) fn meant(key: &str, value: TokenStream) -> Option<String> {
    let text = plain(&value);
    match key {
        "timeout" | "idle_timeout" => timeout(&text).map(|value| format!("{key} = {value}")),
        "retry" => Some(format!("retry = {}", retry(&text))),
        "reconnect" => Some(format!("reconnect = {}", reconnect(&text))),
        "auth" => auth(&text, value).map(|value| format!("auth = {value}")),
        "headers" => header_list::meant(value),
        "idempotent" => Some(match syn::parse2::<LitStr>(value) {
            Ok(name) => format!("idempotent = {}", shown(name)),
            Err(_) => "idempotent".to_owned(),
        }),
        "paginate" => Some(format!("paginate = {}", paginate(value))),
        "base" => {
            let path = meant_path::meant(&text, &[]);
            Some(format!("base = {:?}", path.split('?').next().unwrap_or(&path)))
        }
        "crate" => syn::parse_str::<syn::Path>(&text).ok().map(|path| format!("crate = {}", shown(path))),
        "dyn" | "extends" | "extendable" => Some(key.to_owned()),
        _ => None,
    }
}

/// Returns the tokens without quotes and blanks.
fn plain(value: &TokenStream) -> String {
    let text = syn::parse2::<LitStr>(value.clone()).map(|literal| literal.value());
    let text = text.unwrap_or_else(|_| shown(value));
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn timeout(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    if ["none", "never", "off", "false", "infinite", "unlimited", "disabled", "null"].contains(&&*lower) {
        return Some("none".to_owned());
    }
    // Others have a negative number for no limit.
    if lower.starts_with('-') {
        return Some("none".to_owned());
    }
    let start = lower.find(|c: char| c.is_ascii_digit())?;
    let behind = &lower[start..];
    let is_number = |c: char| c.is_ascii_digit() || c == '_' || c == '.';
    let end = behind.find(|c| !is_number(c)).unwrap_or(behind.len());
    let number: f64 = behind[..end].replace('_', "").parse().ok()?;
    let (before, unit) = (&lower[..start], behind[end..].trim_matches([')', '_', ';']));
    let milliseconds = match (unit, before) {
        ("ms" | "msec" | "msecs" | "millis" | "millisecond" | "milliseconds", _) => 1.0,
        ("m" | "min" | "mins" | "minute" | "minutes", _) => 60_000.0,
        ("h" | "hr" | "hrs" | "hour" | "hours", _) => 3_600_000.0,
        ("d" | "day" | "days", _) => 86_400_000.0,
        ("s" | "sec" | "secs" | "second" | "seconds", _) => 1_000.0,
        ("", before) if before.contains("milli") => 1.0,
        ("", before) if before.contains("min") => 60_000.0,
        ("", before) if before.contains("hour") => 3_600_000.0,
        ("", before) if before.contains("sec") => 1_000.0,
        // A number without a unit: as many seconds are no limit of a call.
        (unit, before) if (before.is_empty() || before.starts_with('(')) && is_number_type(unit) => {
            if number < MOST_SECONDS { 1_000.0 } else { 1.0 }
        }
        _ => return None,
    };
    Some(duration((number * milliseconds).round()))
}

/// As many seconds or more, without a unit, are meant as milliseconds.
const MOST_SECONDS: f64 = 1_000.0;

/// Returns whether this is the suffix of a number without a unit: none, or the name of a type.
fn is_number_type(suffix: &str) -> bool {
    ["", "u16", "u32", "u64", "u128", "usize", "i32", "i64", "f32", "f64"].contains(&suffix)
}

/// Returns what a whole number without a unit means: first what is likely, and then the other unit.
pub(crate) fn both_units(value: &TokenStream) -> Option<String> {
    let text = plain(value).replace('_', "");
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, suffix) = text.split_at(end);
    let number: f64 = digits.parse().ok().filter(|number| *number > 0.0 && is_number_type(suffix))?;
    Some(match number < MOST_SECONDS {
        true => format!("write `timeout = {number}s` for seconds, or `timeout = {number}ms`"),
        false => format!("write `timeout = {}` for milliseconds, or `timeout = {number}s`", duration(number)),
    })
}

/// Returns the value with the unit that the name of the option has, as in `timeout_ms = 500`.
pub(crate) fn with_unit(name: &str, value: TokenStream) -> TokenStream {
    let number = plain(&value).replace('_', "");
    let unit = match name.to_ascii_lowercase() {
        name if name.ends_with("ms") || name.contains("millis") => "ms",
        name if name.contains("sec") => "s",
        name if name.contains("min") => "m",
        _ => return value,
    };
    match number.parse::<f64>() {
        Ok(_) => LitStr::new(&format!("{number}{unit}"), proc_macro2::Span::call_site()).to_token_stream(),
        Err(_) => value,
    }
}

fn duration(milliseconds: f64) -> String {
    for (unit, name) in [(3_600_000.0, "h"), (60_000.0, "m"), (1_000.0, "s")] {
        // As many minutes as fit are shown as minutes only if they are even.
        if milliseconds >= unit && milliseconds % unit == 0.0 && (name == "s" || milliseconds >= 2.0 * unit) {
            return format!("{}{name}", milliseconds / unit);
        }
    }
    if milliseconds < 1.0 { "none".to_owned() } else { format!("{milliseconds}ms") }
}

fn retry(text: &str) -> String {
    let digits: String =
        text.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    let is_never = ["never", "none", "false", "off", "no"].contains(&text.to_ascii_lowercase().as_str());
    match digits.parse::<u32>() {
        Ok(0) => "never".to_owned(),
        Ok(times) if !text.starts_with('-') => times.min(100).to_string(),
        Err(_) if !is_never && !text.is_empty() && digits.is_empty() => "3".to_owned(),
        Err(_) if !digits.is_empty() => "100".to_owned(),
        _ => "never".to_owned(),
    }
}

fn reconnect(text: &str) -> u32 {
    let digits: String = text
        .chars()
        .filter(|c| *c != '_')
        .skip_while(|c| !c.is_ascii_digit())
        .take_while(char::is_ascii_digit)
        .collect();
    match digits.parse::<u32>() {
        Ok(times @ 1..) if !text.starts_with('-') => times.min(1000),
        Err(_) if !digits.is_empty() => 1000,
        _ => 5,
    }
}

fn auth(text: &str, value: TokenStream) -> Option<String> {
    let lower = text.trim_matches(['(', ')', '[', ']']).to_ascii_lowercase();
    // A scope may have colons and dots.
    let head = lower.split('"').next().unwrap_or(&lower);
    let word = match head {
        "" => &lower,
        head => head.rsplit([':', '.']).next().unwrap_or(head),
    };
    Some(match word {
        "none" | "false" | "off" | "no" | "public" | "anonymous" | "unauthenticated" | "never"
        | "disabled" | "skip" => "none".to_owned(),
        "required" | "true" | "on" | "yes" | "bearer" | "token" | "always" | "oauth" | "oauth2" | "jwt"
        | "signed" | "" => "required".to_owned(),
        "optional" | "maybe" | "if_present" | "auto" => "optional".to_owned(),
        "cookies" | "cookie" | "session" => "cookies".to_owned(),
        word if word.starts_with("scope") || word.starts_with("permission") || word.starts_with('"') => {
            let scopes = literals(value);
            let each = scopes.iter().flat_map(|scope| scope.split_whitespace().map(|it| format!("{it:?}")));
            let scopes: Vec<String> = each.collect();
            if scopes.is_empty() { return None } else { format!("scopes({})", scopes.join(", ")) }
        }
        // The scheme of a document, as in `security(("bearer_auth" = []))`.
        word if word.contains("bearer") || word.contains("oauth") || word.contains("jwt") => {
            "required".to_owned()
        }
        word if word.contains("api_key") || word.contains("apikey") => "required".to_owned(),
        _ => return None,
    })
}

/// Returns the value of `auth` for the security schemes of a document. The scopes of a scheme stand in
/// brackets, as in `security(("oauth" = ["read"]))`.
pub(crate) fn security(value: &TokenStream) -> String {
    let mut scopes = Vec::new();
    in_brackets(value.clone(), &mut scopes);
    let is_none = ["none", "\"none\"", "false", "()", "[]", ""].contains(&shown(value).as_str());
    match scopes.as_slice() {
        [] if is_none => "none".to_owned(),
        [] => "required".to_owned(),
        scopes => format!("scopes({})", scopes.join(", ")),
    }
}

fn in_brackets(tokens: TokenStream, scopes: &mut Vec<String>) {
    for token in tokens {
        if let TokenTree::Group(group) = token {
            let is_key = |text: &str| text.starts_with("\"bearer") || text.starts_with("\"api");
            match group.delimiter() {
                Delimiter::Bracket => {
                    let found = literals(group.stream()).into_iter().map(|scope| format!("{scope:?}"));
                    scopes.extend(found.filter(|scope| !is_key(scope)));
                }
                _ => in_brackets(group.stream(), scopes),
            }
        }
    }
}

/// Returns all string literals in the tokens.
pub(super) fn literals(tokens: TokenStream) -> Vec<String> {
    let texts = tokens.into_iter().flat_map(|token| match token {
        TokenTree::Group(group) => literals(group.stream()),
        token => syn::parse2::<LitStr>(token.into()).map(|literal| literal.value()).into_iter().collect(),
    });
    texts.collect()
}

fn paginate(value: TokenStream) -> String {
    let text = shown(&value).to_ascii_lowercase();
    let kind = ["cursor", "offset", "page", "url"].into_iter().find(|kind| text.contains(kind));
    let kind = match kind {
        Some("url") => return "url".to_owned(),
        Some(kind) => kind,
        None => return "link".to_owned(),
    };
    let words: Vec<String> = text
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty() && *word != kind)
        .map(str::to_owned)
        .collect();
    let usual = if kind == "cursor" { "after" } else { kind };
    let parameter = words.first().map_or(usual, String::as_str);
    format!("{kind}({parameter})")
}

/// Returns the option in a part that is none, such as `timeout: 30s` or `"timeout" = 30s`.
pub(crate) fn in_part(arg: &Arg) -> Option<(&'static str, String)> {
    let mut tokens = arg.to_token_stream().into_iter();
    let first = tokens.next()?;
    let word = match &first {
        TokenTree::Ident(name) => name.to_string(),
        literal => syn::parse2::<LitStr>(literal.to_token_stream()).ok()?.value(),
    };
    let key = named(&word)?;
    let is_sign =
        |token: &TokenTree| matches!(token, TokenTree::Punct(sign) if ":=>".contains(sign.as_char()));
    let value: TokenStream = tokens.skip_while(is_sign).collect();
    Some((key, meant(key, value)?))
}

/// Returns the name in front of which a comma is missing, and the part with the comma.
pub(crate) fn without_comma(arg: &Arg) -> Option<(proc_macro2::Ident, String)> {
    let tokens: Vec<TokenTree> = arg.to_token_stream().into_iter().collect();
    let is_sign =
        |at: usize, sign: char| matches!(tokens.get(at), Some(TokenTree::Punct(it)) if it.as_char() == sign);
    let at = (1..tokens.len()).find(|&at| {
        let begins = is_sign(at + 1, '=') && !is_sign(at + 2, '=')
            || matches!(tokens.get(at + 1), Some(TokenTree::Group(_)));
        matches!(&tokens[at], TokenTree::Ident(name) if named(&name.to_string()).is_some() || name == "style")
            && begins
            && !matches!(&tokens[at - 1], TokenTree::Punct(_))
    })?;
    let TokenTree::Ident(name) = &tokens[at] else { return None };
    let [before, behind] =
        [&tokens[..at], &tokens[at..]].map(|part| part.iter().cloned().collect::<TokenStream>());
    let behind = args::split(behind).iter().map(shown).collect::<Vec<_>>().join(", ");
    Some((name.clone(), format!("{}, {behind}", shown(quote!(#before)))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_is_the_one_that_was_meant() {
        for (key, value, expected) in [
            ("timeout", "30", "timeout = 30s"),
            ("timeout", "\"30s\"", "timeout = 30s"),
            ("timeout", "\"30 sec\"", "timeout = 30s"),
            ("timeout", "1.5s", "timeout = 1500ms"),
            ("timeout", "500millis", "timeout = 500ms"),
            ("timeout", "90s", "timeout = 90s"),
            ("timeout", "5min", "timeout = 5m"),
            ("timeout", "1d", "timeout = 24h"),
            ("timeout", "Duration::from_secs(30)", "timeout = 30s"),
            ("timeout", "Duration::from_millis(250)", "timeout = 250ms"),
            ("timeout", "std::time::Duration::from_mins(5)", "timeout = 5m"),
            ("timeout", "0", "timeout = none"),
            ("timeout", "never", "timeout = none"),
            ("retry", "\"3\"", "retry = 3"),
            ("retry", "times = 5", "retry = 5"),
            ("retry", "true", "retry = 3"),
            ("retry", "false", "retry = never"),
            ("retry", "0", "retry = never"),
            ("retry", "1000", "retry = 100"),
            ("reconnect", "\"3\"", "reconnect = 3"),
            ("reconnect", "true", "reconnect = 5"),
            ("reconnect", "-1", "reconnect = 5"),
            ("reconnect", "9999", "reconnect = 1000"),
            ("reconnect", "99999999999", "reconnect = 1000"),
            ("auth", "\"none\"", "auth = none"),
            ("auth", "None", "auth = none"),
            ("auth", "false", "auth = none"),
            ("auth", "Auth::Required", "auth = required"),
            ("auth", "", "auth = required"),
            ("auth", "bearer", "auth = required"),
            ("auth", "[\"a\", \"b\"]", "auth = scopes(\"a\", \"b\")"),
            ("auth", "scopes = \"a b\"", "auth = scopes(\"a\", \"b\")"),
            ("auth", "scopes([\"a:b\", \"c.d:e\"])", "auth = scopes(\"a:b\", \"c.d:e\")"),
            ("auth", "Auth::Scopes(&[\"a:b\"])", "auth = scopes(\"a:b\")"),
            ("auth", "[\"a:b\"]", "auth = scopes(\"a:b\")"),
            ("paginate", "cursor", "paginate = cursor(after)"),
            ("paginate", "cursor(\"next\")", "paginate = cursor(next)"),
            ("paginate", "\"link\"", "paginate = link"),
            ("paginate", "\"url\"", "paginate = url"),
            ("paginate", "offset", "paginate = offset(offset)"),
            ("idempotent", "true", "idempotent"),
            ("idempotent", "\"x-request-id\"", "idempotent = \"x-request-id\""),
            ("base", "\"v1\"", "base = \"/v1\""),
            ("base", "\"https://h.example/v1\"", "base = \"/v1\""),
            ("crate", "\"my_crate::sdk\"", "crate = my_crate::sdk"),
        ] {
            assert_eq!(meant(key, value.parse().unwrap()).as_deref(), Some(expected), "{key} {value}");
        }
        for (key, value) in
            [("timeout", "5 * 60"), ("timeout", "LIMIT"), ("auth", "basic"), ("auth", "scopes()")]
        {
            assert_eq!(meant(key, value.parse().unwrap()), None, "{key} {value}");
        }
    }

    #[test]
    fn a_part_that_is_no_option_may_name_one() {
        for (part, expected) in [
            ("timeout: 30s", Some("timeout = 30s")),
            ("\"timeout\" = 30", Some("timeout = 30s")),
            ("retries => 3", Some("retry = 3")),
            ("timeout == 30s", Some("timeout = 30s")),
            ("\"/users\"", None),
            ("1", None),
        ] {
            let args = args::split(part.parse().unwrap());
            assert_eq!(in_part(&args[0]).map(|(_, option)| option).as_deref(), expected, "{part}");
        }
    }

    #[test]
    fn a_missing_comma_is_found_in_front_of_an_option() {
        for (part, expected) in [
            ("timeout = 3s retry = 2", Some("timeout = 3s, retry = 2")),
            ("idempotent retry = 2", Some("idempotent, retry = 2")),
            ("retry = 2 auth = none", Some("retry = 2, auth = none")),
            ("timeout = retry", None),
            ("timeout = 3s", None),
        ] {
            let args = args::split(part.parse().unwrap());
            assert_eq!(without_comma(&args[0]).map(|(_, part)| part).as_deref(), expected, "{part}");
        }
    }
}
