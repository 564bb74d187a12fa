//! The role that an attribute of a parameter was meant to give: `#[query_param("q")]`, `#[path_variable]`, or
//! `#[alias_as("q")]` next to a role, as other frameworks have them.

use quote::ToTokens;
use syn::LitStr;

use super::argument;
use crate::{
    did_you_mean::nearest,
    parse::{ApiAttr, RawParam},
    returns,
    validate::{value_type, wording::shown},
};

/// The words of other frameworks for each role, without their underscores.
const WORDS: &[(&str, &[&str])] = &[
    (
        "path",
        &[
            "pathvariable",
            "pathparam",
            "param",
            "pathparameter",
            "segment",
            "placeholder",
            "routeparam",
            "inpath",
        ],
    ),
    (
        "query",
        &[
            "queryparam",
            "requestparam",
            "queryparameter",
            "urlparam",
            "searchparam",
            "inquery",
            "q",
            "fromquery",
        ],
    ),
    ("queries", &["querymap", "queryparams", "params", "querystruct", "searchparams", "modelattribute"]),
    ("header", &["requestheader", "headerparam", "headerparameter", "inheader", "fromheader", "metadata"]),
    ("headers", &["headermap", "requestheaders"]),
    (
        "json",
        &[
            "requestbody",
            "jsonbody",
            "payload",
            "data",
            "dto",
            "bodyjson",
            "input",
            "frombody",
            "message",
            "content",
            "variables",
            "entity",
        ],
    ),
    ("form", &["formbody", "fields", "fieldmap", "formurlencoded", "urlencoded", "formdata"]),
    ("part", &["file", "multipart", "upload", "uploadedfile", "requestpart", "formfile", "attachment"]),
    ("parts", &["partmap", "multipartmap", "files", "attachments", "uploads"]),
    ("url", &["uri", "address", "endpoint", "link"]),
];

/// The words for a name that stands next to a role.
const RENAMES: &[&str] =
    &["alias", "aliasas", "rename", "name", "named", "jsonproperty", "serializedname", "key", "serde"];

/// The words for one field of a form.
const FIELDS: &[&str] = &["field", "formfield", "formparam", "formvalue", "formdataparam", "postparam"];

/// Returns a form with the one field, and its type.
fn of_a_form(attr: &ApiAttr, param: &RawParam) -> String {
    let name = shown(&param.pat);
    let given = attr.list().first().and_then(|arg| syn::parse2::<LitStr>(arg.to_token_stream()).ok());
    let renamed = given.filter(|given| given.value() != name);
    let renamed =
        renamed.map_or_else(String::new, |given| format!("#[serde(rename = {:?})] ", given.value()));
    let ty = returns::owned(&param.ty).unwrap_or_else(|| param.ty.clone());
    format!(
        "#[form] form: &Form`, and the type `#[derive(serde::Serialize)] pub struct Form {{ {renamed}{name}: \
         {} }}",
        shown(ty)
    )
}

/// Returns the parameter with the role that the attribute means, and whether it is a word for it.
pub(super) fn meant(attr: &ApiAttr, param: &RawParam, names: &[&'static str]) -> Option<(String, bool)> {
    let name = attr.name.to_string();
    let word = name.to_lowercase().replace('_', "");
    let others = || param.api_attrs.iter().filter(|other| other.name != attr.name);
    let rest = format!("{}: {}", shown(&param.pat), shown(&param.ty));
    let role = others().find(|other| names.iter().any(|known| other.name == known));
    if let Some(role) = role.filter(|role| RENAMES.contains(&word.as_str()) && role.list().is_empty()) {
        let meant = argument::meant(attr).replacen(&name, &role.name.to_string(), 1);
        return Some((format!("{meant} {rest}"), true));
    }
    if word.starts_with("cookie") && role.is_none() {
        return Some((format!("#[header(\"cookie\")] {rest}"), true));
    }
    if FIELDS.contains(&word.as_str()) && role.is_none() {
        return Some((of_a_form(attr, param), true));
    }
    let synonym = WORDS.iter().find(|(_, words)| words.contains(&word.as_str())).map(|(role, _)| *role);
    let meant = synonym.or_else(|| nearest(&name, names.iter().copied()))?;
    // What is neither text nor bytes is sent as JSON.
    let meant = if meant == "body" && !value_type::is_text_or_bytes(&param.ty) { "json" } else { meant };
    let others: String = others().map(|other| shown(other) + " ").collect();
    if role.is_some_and(|role| role.name != "from_session") && synonym.is_some() {
        return None;
    }
    let attribute = argument::meant(attr).replacen(&name, meant, 1);
    // Only these take a name.
    let takes_a_name = ["path", "query", "header", "part"].contains(&meant);
    let attribute = if takes_a_name { attribute } else { format!("#[{meant}]") };
    let meant = match meant {
        "query" => value_type::in_query(&attribute, shown(&param.pat), &param.ty),
        _ => format!("{attribute} {rest}"),
    };
    Some((others + &meant, synonym.is_some()))
}
