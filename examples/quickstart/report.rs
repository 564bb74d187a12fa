//! Counts and times at the server, and the verdict on them. Taken before the login is revoked.

use std::collections::HashSet;
use std::fmt;
use std::time::Duration;

use sdk_testkit::{Counts, Event};

use crate::callers::Answers;
use crate::server::Server;

/// All times are since the sign-in.
pub(crate) struct Report {
    pub(crate) counts: Counts,
    pub(crate) elapsed: Duration,
    pub(crate) lifetime: Duration,
    pub(crate) connections: usize,
    pub(crate) failed: usize,
    /// When the server forgot all access tokens.
    forgotten: Duration,
    first_failure: Option<String>,
    /// Calls that were served.
    pub(crate) served: Vec<Duration>,
    /// Calls rejected for their token.
    pub(crate) rejected: Vec<Duration>,
    /// Requests for a refresh.
    pub(crate) refreshed: Vec<Duration>,
    /// Requests that were sent a second time.
    pub(crate) replayed: Vec<Duration>,
}

impl Report {
    /// `forgotten` is on the server's clock.
    pub(crate) fn of(server: &Server, answers: &Answers, elapsed: Duration, forgotten: Duration) -> Self {
        let timeline = server.records().timeline();
        let signed_in = timeline.iter().find(|(_, event)| *event == Event::Login);
        let signed_in = signed_in.map_or(Duration::ZERO, |(at, _)| *at);
        let times = |wanted: Event| {
            let wanted = timeline.iter().filter(move |(_, event)| *event == wanted);
            wanted.map(|(at, _)| at.saturating_sub(signed_in)).collect()
        };
        let mut seen = HashSet::new();
        let mut requests = server.records().backend().requests();
        requests.retain(|request| request.template() == Some("/issues/{id}"));
        let repeated = requests.iter().filter(|request| !seen.insert(request.target()));

        Self {
            counts: server.records().counts(),
            elapsed,
            lifetime: server.lifetime(),
            connections: server.connections(),
            failed: answers.failed,
            forgotten: forgotten.saturating_sub(signed_in),
            first_failure: answers.first_failure.clone(),
            served: times(Event::Served),
            rejected: times(Event::Rejected),
            refreshed: times(Event::Refresh),
            replayed: repeated.map(|request| request.received_at().saturating_sub(signed_in)).collect(),
        }
    }

    /// # Errors
    ///
    /// What went wrong, in one line.
    pub(crate) fn verdict(&self) -> Result<(), String> {
        let Counts { served_calls, rotations, refreshes, reused, .. } = self.counts;
        // One for each life, which ends a quarter early, and one for the tokens that were forgotten.
        let most = self.elapsed.as_secs_f64() / (0.75 * self.lifetime.as_secs_f64()) + 2.0;
        if reused > 0 {
            return Err(format!("a spent refresh token was sent again {reused} times"));
        }
        if self.failed > 0 {
            let first = self.first_failure.as_deref().unwrap_or("for no known reason");
            return Err(format!("{} calls failed, one of them: {first}", self.failed));
        }
        let early = self.rejected_in_steady_state();
        if early * 100 > served_calls {
            return Err(format!(
                "{early} calls were rejected, although the server had told the lifetime of tokens"
            ));
        }
        if served_calls < 500 {
            return Err(format!("only {served_calls} calls were answered, and 500 is the minimum"));
        }
        if rotations < 3 {
            return Err(format!("the token was refreshed only {rotations} times, and 3 is the minimum"));
        }
        if refreshes as f64 > most {
            return Err(format!("there were {refreshes} refreshes, and {most:.1} is the maximum"));
        }
        Ok(())
    }

    /// Calls that were rejected although the server had not forgotten their token: it was sent too late.
    pub(crate) fn rejected_in_steady_state(&self) -> usize {
        let burst = self.forgotten..self.forgotten + Duration::from_millis(500);
        self.rejected.iter().filter(|at| !burst.contains(*at)).count()
    }

    /// The number of `times` in each interval of `width`, over the whole run.
    pub(crate) fn histogram(&self, times: &[Duration], width: Duration) -> Vec<usize> {
        let bins = self.elapsed.as_secs_f64() / width.as_secs_f64();
        let mut counts = vec![0; bins.ceil() as usize];
        for time in times {
            let bin = (time.as_secs_f64() / width.as_secs_f64()) as usize;
            if let Some(count) = counts.get_mut(bin) {
                *count += 1;
            }
        }
        counts
    }
}

/// For scripts; keys are only ever added, and at the end.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { served_calls, rotations, refreshes, reused, .. } = self.counts;
        let (replays, failed) = (self.replayed.len(), self.failed);
        let steady = self.rejected_in_steady_state();
        write!(
            f,
            "calls={served_calls} rotations={rotations} refreshes={refreshes} replays={replays} \
             reused={reused} failed={failed} rejected_in_steady_state={steady}"
        )
    }
}

/// 6512 as `6,512`.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
