//! How the fields of `#[queries]` and `#[form]` are written: `nested = brackets`, `null = ""`, and a name
//! around all of them.

use proc_macro2::TokenStream;
use syn::LitStr;

use super::{
    argument::{literal_and_options, no_argument},
    role::Written,
};
use crate::{
    args::Arg,
    diagnostics::{Diagnostics, Reported},
    did_you_mean::nearest,
    model::{FieldStyle, Nested},
    parse::ApiAttr,
};

/// Parses the arguments of `#[queries]` or `#[form]`, all of which are optional.
pub(super) fn style(written: &Written<'_>, diagnostics: &Diagnostics) -> Result<FieldStyle, Reported> {
    let attr = written.attr;
    if !attr.list().iter().any(is_of_fields) {
        no_argument(attr, &written.param.ty, diagnostics)?;
        return Ok(FieldStyle::default());
    }
    let (below, options) = literal_and_options(attr, diagnostics)?;
    let mut style = FieldStyle::default();
    for option in options {
        match option {
            Arg::Assign { key, value, .. } if key == "nested" && style.nested.is_none() => {
                style.nested = Some(nested(value, diagnostics)?);
            }
            Arg::Assign { key, value, .. } if key == "null" && style.null.is_none() => {
                style.null = Some(null(value, diagnostics)?);
            }
            other => return Err(unknown(attr, other, diagnostics)),
        }
    }
    match (&below, style.nested) {
        (Some(name), None) => Err(diagnostics.report(
            name,
            "a name around all fields needs the style of nested fields",
            format!("write `#[{}({name:?}, nested = brackets)]`", attr.name, name = name.value()),
        )),
        _ => Ok(FieldStyle { below, ..style }),
    }
}

/// The words of other frameworks for the option `nested`.
const KEYS: [&str; 4] = ["style", "array_format", "delimiter", "separator"];

/// Returns whether the argument is an option of fields, or was meant to be one.
fn is_of_fields(arg: &Arg) -> bool {
    let Arg::Assign { key, .. } = arg else { return false };
    let key = key.to_string();
    ["nested", "null"].contains(&key.as_str())
        || KEYS.contains(&key.as_str())
        || nearest(&key, ["nested", "null"]).is_some()
}

fn nested(value: &TokenStream, diagnostics: &Diagnostics) -> Result<Nested, Reported> {
    match value.to_string().as_str() {
        "dots" => Ok(Nested::Dots),
        "brackets" => Ok(Nested::Brackets),
        other => {
            let message = format!("unknown style of nested fields `{other}`");
            Err(diagnostics.report(value, message, format!("write `nested = {}`", meant(other))))
        }
    }
}

/// Returns the style that a word of other frameworks means.
fn meant(word: &str) -> String {
    match word.trim_matches(['"', ' ']).to_lowercase().as_str() {
        "." | "dot" | "dots" | "dotted" | "path" => "dots".to_owned(),
        "[]" | "bracket" | "brackets" | "deepobject" | "deep_object" | "php" | "rails" | "indices" | "qs" => {
            "brackets".to_owned()
        }
        word => match nearest(word, ["dots", "brackets"]) {
            Some(near) => near.to_owned(),
            None => "brackets`, as in `a[b]=1`, or `nested = dots`, as in `a.b=1".to_owned(),
        },
    }
}

fn null(value: &TokenStream, diagnostics: &Diagnostics) -> Result<LitStr, Reported> {
    syn::parse2(value.clone()).map_err(|_| {
        let help = "write `null = \"\"`, which sends the name of each field that is `None`";
        diagnostics.report(value, "`null` takes the text that is sent for `None`", help)
    })
}

fn unknown(attr: &ApiAttr, option: &Arg, diagnostics: &Diagnostics) -> Reported {
    let (key, value) = match option {
        Arg::Assign { key, value, .. } => (key.to_string(), value.to_string()),
        other => (other.key().map(ToString::to_string).unwrap_or_default(), String::new()),
    };
    let help = match nearest(&key, ["nested", "null"]) {
        _ if ["nested", "null"].contains(&key.as_str()) => {
            return diagnostics.report(
                option,
                format!("`{key}` is given twice"),
                "remove it: it has a value",
            );
        }
        Some(near) => format!("write `{near} = {value}`"),
        None if KEYS.contains(&key.as_str()) => format!("write `nested = {}`", meant(&value)),
        None => "remove it; known: `nested = dots`, `nested = brackets`, `null = \"\"`".to_owned(),
    };
    diagnostics.report(option, format!("`#[{}]` has no option `{key}`", attr.name), help)
}
