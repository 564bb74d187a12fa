//! The instruments of a build without the feature `metrics`: they measure nothing.

use http::{Method, StatusCode};
use url::Url;

use crate::endpoint::Endpoint;
use crate::error::{Error, StoreError, TransportError};

/// No instruments.
#[derive(Clone, Default)]
pub(crate) struct Metrics(());

impl Metrics {
    pub(crate) fn of(_base: &Url) -> Self {
        Self(())
    }

    pub(crate) fn request(&self, _: &'static Endpoint, _: &Method, _: &Url) -> RunningRequest {
        RunningRequest
    }

    pub(crate) fn refresh(&self) -> RunningRefresh {
        RunningRefresh
    }

    pub(crate) fn waiting<F: Future>(&self, refresh: F) -> F {
        refresh
    }

    pub(crate) fn cools_down(&self, _code: &'static str) {}

    pub(crate) fn store_failed(&self, _error: &StoreError) {}
}

/// A request that is not measured.
pub(crate) struct RunningRequest;

impl RunningRequest {
    pub(crate) fn answered(self, _answer: Result<StatusCode, &TransportError>) {}
}

/// A refresh that is not measured.
pub(crate) struct RunningRefresh;

impl RunningRefresh {
    pub(crate) fn ended(self, _outcome: &'static str, _error: Option<&Error>) {}
}
