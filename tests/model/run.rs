//! One world from its beginning to its end: what happens to whom and when, and a calm at the end in which everything has to come right.

use std::cmp::Reverse;
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use crate::api::{ApiClient, by_chance, let_panic, pause};
use crate::callers::{live, perform};
use crate::history::{Doing, Entry, Outcome};
use crate::process::Alive;
use crate::stage::Stage;
use crate::world::World;

/// Longer than any cool-down, any lease and any budget.
const REST: Duration = Duration::from_secs(1_200);

pub struct Run {
    pub world: World,
    pub history: Vec<Entry>,
}

impl Run {
    /// All of it, for whoever looks for the cause.
    pub fn told(&self) -> String {
        let mut told = format!("{:?}\n", self.world);
        for Entry { at, what } in &self.history {
            writeln!(told, "{at:>8} {what:?}").unwrap();
        }
        told
    }
}

/// The world of `seed`. All chance of it, that of the runtime included, comes from the generator of this thread.
pub fn run(seed: u64) -> Run {
    fastrand::seed(seed);
    let world = World::random();
    let_panic(world.panics);
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let history = runtime.block_on(async {
        let stage = Stage::new(world.clone());
        let mut places = Vec::new();
        for _ in 0..world.processes {
            places.push(Place::settle(&stage));
        }
        let story = async {
            trouble(&stage, &mut places).await;
            stage.calm();
            tokio::time::sleep(REST).await;
            last(&places).await;
        };
        // Whoever is never answered holds up nobody but a world that waits for it.
        let _ = tokio::time::timeout(REST * 20, story).await;
        let history = stage.history();
        places.iter().for_each(Place::bury);
        history
    });
    let_panic(0);
    Run { world, history }
}

/// Where a process lives, and after it another.
struct Place {
    process: Arc<Alive>,
    client: ApiClient,
    dead: Vec<Arc<Alive>>,
}

impl Place {
    fn settle(stage: &Arc<Stage>) -> Self {
        let (process, client) = Alive::start(stage, stage.next() as usize);
        let place = Self { process, client, dead: Vec::new() };
        place.people();
        place
    }

    fn people(&self) {
        for _ in 0..self.process.stage.world.callers {
            tokio::spawn(live(self.process.clone(), self.client.clone()));
        }
    }

    fn succeed(&mut self) {
        let stage = self.process.stage.clone();
        let (process, client) = Alive::start(&stage, stage.next() as usize);
        self.dead.push(std::mem::replace(&mut self.process, process));
        self.client = client;
        self.people();
    }

    fn bury(&self) {
        self.dead.iter().chain([&self.process]).for_each(|process| process.bury());
    }
}

/// What happens at some moment, to the world or to the process at a place.
#[derive(Clone, Copy)]
enum Blow {
    Begin,
    Kill,
    Restart,
    Expire,
    Revoke,
    SetClock,
    Sleep,
}

async fn trouble(stage: &Arc<Stage>, places: &mut [Place]) {
    let world = &stage.world;
    let lasts = world.lasts * 1000;
    let mut blows = vec![(fastrand::u64(..1_000), Blow::Begin)];
    let mut add = |blow, most: u32| {
        for _ in 0..fastrand::u32(..=most) {
            blows.push((fastrand::u64(1_000..lasts), blow));
        }
    };
    if world.kills {
        add(Blow::Kill, 4);
        add(Blow::Restart, 2);
    }
    if world.expires {
        add(Blow::Expire, 8);
    }
    if world.revokes {
        add(Blow::Revoke, 2);
    }
    if world.jumps {
        add(Blow::SetClock, 4);
        add(Blow::Sleep, 3);
    }
    // The next one last.
    blows.sort_by_key(|(at, _)| Reverse(*at));
    while let Some((at, blow)) = blows.pop() {
        let wait = at.saturating_sub(stage.now());
        pause(wait..wait + 1).await;
        let place = fastrand::choice(places.iter_mut());
        let Some(place) = place else { return };
        match blow {
            Blow::Begin => {
                perform(&place.process, &place.client, Doing::Login("ann"), None).await;
            }
            Blow::Kill => {
                place.process.kill();
                pause(0..5_000).await;
                place.succeed();
            }
            Blow::Restart => {
                perform(&place.process, &place.client, Doing::Shutdown, None).await;
                if place.process.stage.world.processes > 1 || by_chance(500) {
                    place.process.kill();
                    place.succeed();
                }
            }
            Blow::Expire => stage.server().expire(),
            Blow::Revoke => {
                let revoked = stage.server().revoke_any();
                revoked.into_iter().for_each(|revoked| stage.note(revoked));
            }
            Blow::SetClock => {
                let by = fastrand::i64(-600_000..600_000);
                stage.jump(by, false);
            }
            Blow::Sleep => stage.jump(fastrand::i64(1_000..600_000), true),
        }
    }
    let wait = lasts.saturating_sub(stage.now());
    pause(wait..wait + 1).await;
}

/// After all of it: everybody who is signed in can call, and everything is in the store.
async fn last(places: &[Place]) {
    for round in 0..2 {
        for place in places {
            if round == 1 {
                perform(&place.process, &place.client, Doing::Refresh, None).await;
            }
            let outcome = perform(&place.process, &place.client, Doing::Last, None).await;
            if let Outcome::Unavailable(..) = outcome {
                tokio::time::sleep(REST).await;
                perform(&place.process, &place.client, Doing::Last, None).await;
            }
            perform(&place.process, &place.client, Doing::Flush, None).await;
        }
    }
}
