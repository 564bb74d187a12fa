//! The state of the service: a pool with a login for each user, and one client of the backend.

use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};
use sdk_runtime::FileStore;
use sdk_runtime::client::SessionPool;
use sdk_runtime::error::BuildError;
use sdk_runtime::transport::HttpTransport;
use tower::limit::GlobalConcurrencyLimitLayer;

use crate::api::{DynReports, DynTracker, ReportsClient, TrackerClient};
use crate::request_id;

pub type UserId = String;

pub struct Config {
    /// Such as `https://tracker.example/api/v1`.
    pub tracker: String,
    /// Such as `http://reports.internal:8080`.
    pub reports: String,
    pub reports_token: String,
    /// A folder of the service's user.
    pub logins: PathBuf,
}

#[derive(Clone)]
pub struct App {
    pub trackers: SessionPool<UserId, DynTracker>,
    pub reports: DynReports,
}

impl App {
    pub fn new(config: &Config) -> Result<Self, BuildError> {
        let transport = HttpTransport::new(|http| http.user_agent("portal/1.0"));
        let logins = config.logins.clone();
        let trackers = TrackerClient::builder(&config.tracker)
            .transport(transport.clone())
            .timeout(Duration::from_secs(10))
            .on_request(|_, headers| request_id::add_to(headers))
            .layer(GlobalConcurrencyLimitLayer::new(32)) // attempts at a time, of all users together
            .build_pool(move |user: &UserId| FileStore::new(folder_of(&logins, user).join("login")))?
            .limit(1_000) // idle logins in memory
            .on_request(|user, _, headers| name(user, headers));
        let reports = ReportsClient::builder(&config.reports)
            .transport(transport)
            .allow_insecure(&config.reports)
            .bearer(config.reports_token.clone())
            .on_request(|_, headers| request_id::add_to(headers))
            .build()?;
        Ok(Self { trackers: trackers.map(DynTracker::from), reports: reports.into() })
    }
}

/// Sets the user's name, as the logs of the tracker show it. Each refresh has it too.
fn name(user: &UserId, headers: &mut HeaderMap) {
    if let Ok(user) = HeaderValue::from_str(user) {
        headers.insert("x-on-behalf-of", user);
    }
}

/// Returns the folder of a user. The name is in hexadecimal digits, because a user may be called `../bob`.
pub fn folder_of(logins: &Path, user: &str) -> PathBuf {
    logins.join(user.bytes().map(|it| format!("{it:02x}")).collect::<String>())
}
