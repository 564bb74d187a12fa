//! A sample of the correct declarations as a program, which `tests/ui.rs` compiles and runs. A declaration
//! that the macro accepts compiles into a client whose methods make requests.

use std::fmt::Write;

use fastrand::Rng;

use super::{
    correct,
    declaration::{Declaration, Method, Param},
};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/ui/pass/random.rs");

/// The number of declarations. Each takes the compiler about 30 ms.
const DECLARATIONS: u64 = 24;

const HEAD: &str = r#"//! Random declarations (`DECLARATION_SAMPLE=write cargo test -p sdk-macros sample`).
#![allow(dead_code, unused_imports, unused_must_use)]

use std::collections::BTreeMap;

use sdk_runtime::{
    ApiError, ByteStream, Error, ErrorResponse, Grant, Head, Page, Pages, Refusal, Response, Result,
    TokenRequest, TokenResponse, Tokens, Url, api_client,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Item {
    name: String,
    count: Option<u32>,
}

#[derive(Debug, Deserialize, Page)]
pub struct ItemPage {
    #[page(items)]
    items: Vec<Item>,
    #[page(next)]
    next: Option<String>,
}

#[derive(Debug, ApiError)]
pub enum Failure {
    #[status(409)]
    Conflict(Item),
    #[other]
    Other(Error),
}

#[derive(Debug, Deserialize)]
pub struct Login {
    access: String,
}

impl TokenResponse for Login {
    fn tokens(&self, _: &Head) -> Result<Tokens, Refusal> {
        Ok(Tokens::new(self.access.as_str()))
    }
}

#[derive(Debug, Serialize)]
pub struct Refresh {
    token: String,
}

impl TokenRequest for Refresh {
    fn from_grant(_: &Grant) -> Option<Self> {
        None
    }
}

fn refusal(_: &ErrorResponse) -> Option<Refusal> {
    None
}

fn address() -> Url {
    Url::parse("https://api.example/x").unwrap()
}
"#;

fn program() -> String {
    let mut text = HEAD.to_owned();
    for seed in 0..DECLARATIONS {
        let declaration = correct::declaration(&mut Rng::with_seed(seed));
        write!(
            text,
            "\nmod of_{seed} {{\nuse super::*;\n\n{}\n{}}}\n",
            super::written(&declaration),
            check(&declaration)
        )
        .unwrap();
    }
    let checks: String = (0..DECLARATIONS).map(|seed| format!("    of_{seed}::check();\n")).collect();
    text + "\nfn main() {\n" + &checks + "}\n"
}

/// Makes each call, and checks the request that it would send.
fn check(declaration: &Declaration) -> String {
    let client = if declaration.generics.is_empty() { "ApiClient" } else { "ApiClient::<u8>" };
    let endpoints = declaration.methods.iter().filter(|method| method.verb.is_some());
    let calls = endpoints.clone().filter_map(call).collect::<String>();
    format!(
        "pub fn check() {{\n    let client = {client}::new(\"https://api.example\").unwrap();\n    \
         assert_eq!({client}::ENDPOINTS.len(), {});\n{calls}}}\n",
        endpoints.count()
    )
}

fn call(method: &Method) -> Option<String> {
    let verb = method.verb.as_ref()?;
    if method.session.is_some_and(|role| role.starts_with("refresh")) {
        return None;
    }
    let is_there = |param: &&Param| param.cfg != Some("#[cfg(any())]") && !param.has("from_session");
    let arguments: Vec<&str> = method.params.iter().filter(is_there).map(|param| param.argument).collect();
    let call = format!("client.{}({})", method.name, arguments.join(", "));
    // The session makes the request of a refresh when it is sent, and pages make a request for each page.
    if method.is_pages() || method.session == Some("end") {
        return Some(format!("    drop({call});\n"));
    }
    let address = if verb.path.is_some() { "https://api.example/" } else { "https://api.example/x" };
    Some(format!(
        "    let sent = {call}.request().unwrap();\n    assert_eq!(sent.method(), {:?});\n    \
         assert!(sent.url().as_str().starts_with({address:?}));\n",
        verb.name
    ))
}

#[test]
fn the_sample_is_up_to_date() {
    let program = program();
    if std::env::var("DECLARATION_SAMPLE").is_ok_and(|it| it == "write") {
        std::fs::write(FILE, &program).unwrap();
    }
    let kept = std::fs::read_to_string(FILE).unwrap();
    assert!(kept == program, "write it again: DECLARATION_SAMPLE=write cargo test -p sdk-macros sample");
}
