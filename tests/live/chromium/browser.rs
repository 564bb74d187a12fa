//! A user with Chromium.

use std::env;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;

use sdk_runtime::Url;
use sdk_runtime::oauth2::{Interaction, UserCode};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::node;

/// The last page that the browser has shown.
#[derive(Debug, Deserialize)]
pub struct Page {
    pub status: u16,
    pub title: String,
    /// The text, as it is seen.
    pub text: String,
    /// Whether no part is wider than the window.
    pub fits: bool,
    /// The errors that the browser reports of a page of the program.
    pub complaints: Vec<String>,
}

/// A user with a browser. The user does what the options of `browser.mjs` say.
pub struct Browser {
    options: Value,
    shown: Mutex<Option<JoinHandle<Page>>>,
}

impl Browser {
    /// `name` is that of the screenshot, which is written to the folder `CHROMIUM_SCREENSHOTS`.
    pub fn new(name: &str, mut options: Value) -> Self {
        options["login"] = json!("ann");
        if let Some(folder) = env::var_os("CHROMIUM_SCREENSHOTS") {
            options["screenshot"] = json!(Path::new(&folder).join(format!("{name}.png")));
        }
        Self { options, shown: Mutex::default() }
    }

    /// Returns the last page, as soon as the browser has closed.
    pub async fn page(&self) -> Page {
        let shown = self.shown.lock().unwrap().take().unwrap();
        shown.await.unwrap()
    }

    fn visit(&self, url: &Url, code: Option<&str>) {
        let mut options = self.options.clone();
        (options["url"], options["code"]) = (json!(url), json!(code));
        *self.shown.lock().unwrap() = Some(tokio::task::spawn_blocking(move || last_page(&options)));
    }
}

impl Interaction for Browser {
    async fn open(&self, url: &Url) -> io::Result<()> {
        self.visit(url, None);
        Ok(())
    }

    /// The user types the code.
    async fn show_code(&self, code: &UserCode) -> io::Result<()> {
        self.visit(&code.url, Some(&code.code));
        Ok(())
    }
}

fn last_page(options: &Value) -> Page {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("live/chromium");
    let script = node::installed("chromium", &source, "browser.mjs").join("browser.mjs");
    let mut command = Command::new("node");
    command.arg(script).arg(options.to_string()).stderr(Stdio::inherit());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", output.status);
    serde_json::from_slice(&output.stdout).unwrap()
}
