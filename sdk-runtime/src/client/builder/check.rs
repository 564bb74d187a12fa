//! The check of the options: what contradicts what.

use std::sync::Arc;

use url::form_urlencoded;

use super::ClientBuilder;
use crate::client::config::{ClientConfig, LoginSource, Refresh};
use crate::client::inner::{ApiClient, Options};
use crate::endpoint::Endpoint;
use crate::error::{BuildError, InvalidRequest};
use crate::exchange::Upstream;
use crate::metrics::Metrics;
use crate::request::base::Base;
use crate::session::{AcceptsOrigin, Attachment, Host, Moves, Needs, RefreshConfig, Verdict};

/// Returns the origins that a login may move to, if there are any.
fn moves(
    base: &Base,
    allowed: &[String],
    accepts: Option<AcceptsOrigin>,
) -> Result<Option<Moves>, BuildError> {
    if allowed.is_empty() && accepts.is_none() {
        return Ok(None);
    }
    let mut origins = Vec::new();
    for origin in allowed {
        let error = |reason| BuildError::origin(".allowed_origins", origin, reason);
        origins.push(base.origin_for_credentials(origin).map_err(error)?);
    }
    let (from, insecure) = (base.url().clone(), base.insecure().clone());
    Ok(Some(Moves { from, allowed: origins, accepts, insecure }))
}

impl<C: ApiClient> ClientBuilder<C> {
    pub(super) fn check(mut self) -> Result<(ClientConfig, LoginSource), BuildError> {
        let mut base = Base::parse(&self.base).map_err(BuildError::base)?;
        for origin in &self.insecure {
            base.allow_insecure(origin)
                .map_err(|reason| BuildError::origin(".allow_insecure", origin, reason))?;
        }
        for origin in &self.trusted {
            base.trust(origin).map_err(|reason| BuildError::origin(".trusted_origin", origin, reason))?;
        }
        let on_request = std::mem::take(&mut self.transport.on_request);
        let transports = self.transport.transports(&base)?;
        let headers = self.headers.map_err(BuildError::credential)?;
        let has_attach = self.attach.is_some();
        let attachment = match &self.session {
            Some(_) if self.accepts_origin.is_some() || !self.allowed.is_empty() => {
                return Err(BuildError::conflict(
                    "the session of `.session(…)` brings the origins that it may move to: leave \
                     `.allowed_origins(…)` and `.allow_origin_if(…)` out",
                ));
            }
            Some(session) => session.shell().attachment.clone(),
            None => {
                let attachment = self.attach.unwrap_or_default().check().map_err(BuildError::credential)?;
                let moves = moves(&base, &self.allowed, self.accepts_origin.take())?;
                Arc::new(moves.into_iter().fold(attachment, Attachment::moving))
            }
        };
        let clock = match &self.session {
            Some(session) => self.clock.or(&session.shell().clock),
            None => self.clock,
        };
        let has = (has_attach, self.spawner.is_named());
        let has_credential = self.bearer.is_some() || self.session.is_some() || self.store.is_some();
        let (endpoint, source) = match (C::REFRESH, self.source) {
            (Some(_), Some(_)) => {
                return Err(BuildError::conflict(
                    "`.refresh_with(…)` and the endpoint with `#[session(refresh)]` are two ways to refresh \
                     one session: keep one",
                ));
            }
            (_, Some(_)) if self.bearer.is_some() => {
                return Err(BuildError::conflict(
                    "the token of `.bearer(…)` is never refreshed: leave it out, because `.refresh_with(…)` \
                     gets the first token too",
                ));
            }
            of_client => of_client,
        };
        let has_credential = has_credential || source.is_some();
        let endpoints = || C::ENDPOINTS.iter().chain(C::INHERITED.iter().copied().flatten()).copied();
        let has_session = endpoints().any(Endpoint::is_session);
        if (has_credential || has_attach || has_session) && !base.may_carry_credentials(base.url()) {
            return Err(BuildError::insecure(base.url(), &self.insecure));
        }
        let login = LoginSource::check(self.bearer, self.session, self.store, has, &attachment)?;
        if attachment.header().is_some_and(|header| headers.contains_key(header)) {
            return Err(BuildError::conflict(
                "`.header(…)` sets the header that carries the session's token: keep one of both",
            ));
        }
        if let Some(name) = attachment.csrf_header().filter(|name| headers.contains_key(*name)) {
            let reason = "is set by `.header(…)` and by `.csrf(…)`: keep one of both";
            return Err(BuildError::credential(InvalidRequest::new(name.to_string(), reason)));
        }
        if let Some(name) = attachment.query() {
            no_endpoint_sets(endpoints(), name).map_err(BuildError::credential)?;
        }
        let mut needs = Needs::new(&self.provided);
        C::NEEDS(&mut needs);
        if let Some(missing) = needs.missing() {
            return Err(BuildError::missing(missing));
        }
        let mut judge = self.judge;
        judge.check().map_err(BuildError::conflict)?;
        if matches!(login, LoginSource::Bearer(_)) && judge.token_bad.is_none() {
            // A fixed token cannot be refreshed, so its rejection is returned to the caller.
            judge.token_bad = Some(Arc::new(|_| Verdict::Surface));
        }
        let (judge, metrics) = (Arc::new(judge), Metrics::of(base.url()));
        let host = Arc::new(Host {
            attachment: attachment.clone(),
            judge: judge.clone(),
            clock: clock.clone(),
            spawner: self.spawner,
            metrics: metrics.clone(),
        });
        let refresh = match (endpoint, source) {
            (_, Some(source)) => Some(Refresh::Source(source)),
            (endpoint, None) => endpoint.map(|refresh| {
                let (host, provided) = (host.clone(), self.provided.clone());
                Refresh::Endpoint(Arc::new(RefreshConfig { host, refresh, provided }))
            }),
        };
        let config = ClientConfig {
            upstream: Arc::new(Upstream {
                session_transport: transports.session,
                transport: transports.calls,
                on_request,
                redirects: self.redirects,
                base,
                headers,
                signed_header: attachment.header().cloned(),
                clock: clock.clone(),
                metrics,
                idle_timeout: self.idle_timeout,
            }),
            refresh,
            in_advance: self.in_advance,
            host,
            options: Arc::new(Options {
                provided: self.provided,
                judge,
                clock,
                timeout: self.timeout,
                retry: self.retry,
                body_limit: self.body_limit,
            }),
        };
        Ok((config, login))
    }
}

/// Fails if the path of an endpoint that is signed has the query parameter `name`, which holds the token.
fn no_endpoint_sets<'a>(
    mut endpoints: impl Iterator<Item = &'a Endpoint>,
    name: &str,
) -> Result<(), InvalidRequest> {
    let sets = |endpoint: &&Endpoint| {
        let mut pairs = form_urlencoded::parse(endpoint.query.as_bytes());
        endpoint.auth.is_signed() && !endpoint.is_session() && pairs.any(|(found, _)| found == name)
    };
    endpoints.find(sets).map_or(Ok(()), |endpoint| {
        let endpoint = endpoint.qualified_name();
        let reason = format!("is the session's to set, and `{endpoint}` has it in its path: remove it there");
        Err(InvalidRequest::new(name.to_owned(), reason))
    })
}
