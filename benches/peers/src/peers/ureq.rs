//! ureq, which blocks its thread.

use ureq::Agent;

use crate::subject::{FIELDS, Issue, OWNER, encoded, token};

pub fn run(base: &str, calls: u32) -> u64 {
    let agent: Agent = Agent::config_builder().proxy(None).build().into();
    let token = token();
    let call = |number: u32| {
        let owner = encoded(OWNER);
        agent
            .get(format!("{base}/repos/{owner}/issues/{number}"))
            .query("fields", FIELDS)
            .header("accept", "application/json")
            .header("authorization", format!("Bearer {token}"))
            .call()
            .unwrap()
            .body_mut()
            .read_json::<Issue>()
            .unwrap()
            .id
    };
    (0..calls).map(call).sum()
}
