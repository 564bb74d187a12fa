//! A parameter of each type that is refused somewhere, in each role that the macro corrects: no help may
//! advise what is refused itself.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::compiler::Compiler;
use crate::corrected::{Corrected, name, tried, write};
use crate::help::{self, Mistake};

/// The types, most of which are no value of a query.
const TYPES: [&str; 34] = [
    "u32",
    "Option<&str>",
    "&[u64]",
    "Duration",
    "Option<Duration>",
    "&Duration",
    "&[Duration]",
    "SystemTime",
    "Instant",
    "()",
    "(u8, u8)",
    "Option<(u8, u8)>",
    "&(u8, Duration)",
    "Range<u32>",
    "HashMap<String, String>",
    "Option<&BTreeMap<String, u32>>",
    "&[(&str, &str)]",
    "Vec<(String, u32)>",
    "&[(u8, u8, u8)]",
    "Vec<Vec<u8>>",
    "&[&[u32]]",
    "Vec<HashMap<String, String>>",
    "Result<u8, u8>",
    "HeaderMap",
    "HeaderValue",
    "std::fs::File",
    "Bytes",
    "Body",
    "Part",
    "PathBuf",
    "impl Into<String>",
    "Option<impl AsRef<str>>",
    "impl ToString",
    "impl IntoIterator<Item = u32>",
];

const ROLES: [&str; 6] = ["", "#[query] ", "#[path] ", "#[part] ", "#[json] ", "#[query_param] "];

/// What is wrong with the help of each of them.
pub(crate) fn findings(compiler: &Compiler) -> Vec<String> {
    let mut programs = Vec::new();
    for (index, ty) in TYPES.into_iter().enumerate() {
        for (role, attribute) in ROLES.into_iter().enumerate() {
            for verb in ["get", "post"] {
                let parameter = if index % 2 == 0 { "value" } else { "timeout" };
                let path = format!("refused_{index}_r{role}_{verb}.rs");
                let text = program(verb, &format!("{attribute}{parameter}: {ty}"));
                programs.push(Corrected { path, text, sends: Vec::new() });
            }
        }
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("refused");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let (_, said) = compiler.check(&write(&folder, &programs));
    let messages: Vec<Value> = said.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let (mut findings, mut corrected) = (Vec::new(), Vec::new());
    for mut program in programs {
        let file = format!("{}.rs", name(&program.path));
        let is_own = |message: &&Value| {
            let place = message["spans"][0]["file_name"].as_str().unwrap_or_default();
            // The errors of the compiler have a number.
            message["level"] == "error" && message["code"].is_null() && place.ends_with(&format!("/{file}"))
        };
        let own: Vec<&Value> = messages.iter().filter(is_own).collect();
        let [message] = own.as_slice() else {
            // A type or a method that does not fit the role is a mistake of its own.
            let is_one_mistake = ["_r0_", "_r5_"].iter().any(|role| program.path.contains(role));
            if !own.is_empty() && is_one_mistake {
                findings.push(format!("{} errors in:\n{}", own.len(), program.text));
            }
            continue;
        };
        let place = &message["spans"][0];
        let [start, end] = ["byte_start", "byte_end"].map(|key| place[key].as_u64().unwrap() as usize);
        let text = message["message"].as_str().unwrap_or_default();
        let help = text.split_once("\nhelp: ").map_or("", |(_, help)| help).to_owned();
        match help::typed(&program.text, &Mistake { at: start..end, help: help.clone() }) {
            Ok(text) => {
                program.path = format!("{}: {help}", program.path);
                program.text = text;
                corrected.push(program);
            }
            Err(why) => findings.push(format!("{why}: `{help}` in:\n{}", program.text)),
        }
    }
    assert!(corrected.len() > 100, "{} helps", corrected.len());
    let wrong = tried(compiler, "refused-and-corrected", corrected);
    findings.extend(wrong.into_iter().map(|(path, why)| format!("{path}: {why}")));
    findings
}

fn program(verb: &str, parameter: &str) -> String {
    format!(
        "use std::collections::{{BTreeMap, HashMap}};
use std::ops::Range;
use std::path::PathBuf;
use std::time::{{Duration, Instant, SystemTime}};

use sdk_runtime::http::{{HeaderMap, HeaderValue}};
use sdk_runtime::{{Body, Bytes, Part, api_client}};

#[api_client]
pub trait Users {{
    #[{verb}(\"/users\")]
    async fn find(&self, {parameter}) -> sdk_runtime::Result<()>;
}}

fn main() {{}}
"
    )
}
