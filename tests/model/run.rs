//! One world from its beginning to its end: what happens to whom and when, and a calm at the end in which
//! everything has to come right.

use std::cmp::Reverse;
use std::fmt::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sdk_runtime::error::ExpiredReason;

use crate::api::{ApiClient, by_chance, let_panic, pause};
use crate::callers::{live, perform};
use crate::history::{Doing, Entry, Outcome, What};
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
    /// All of it, for a reader who looks for the cause.
    pub fn told(&self) -> String {
        let mut told = format!("{:?}\n", self.world);
        for Entry { at, what } in &self.history {
            writeln!(told, "{at:>8} {what:?}").unwrap();
        }
        told
    }
}

/// The world of `seed`. All chance of it, that of the runtime included, comes from the generator of this
/// thread.
pub fn run(seed: u64) -> Run {
    fastrand::seed(seed);
    let world = World::random();
    let_panic(world.panics);
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let history = runtime.block_on(async {
        let stage = Stage::new(world.clone());
        if world.never_worked {
            stage.break_store();
        }
        let places: Vec<_> = (0..world.processes).map(|_| Place::settle(&stage)).collect();
        let story = async {
            trouble(&stage, &places).await;
            stage.calm();
            tokio::time::sleep(REST).await;
            last(&places).await;
        };
        // A call that is never answered delays only a world that waits for it.
        let _ = tokio::time::timeout(REST * 20, story).await;
        let history = stage.history();
        places.iter().for_each(|place| place.bury());
        history
    });
    let_panic(0);
    Run { world, history }
}

/// Where a process lives, and after it another.
struct Place {
    stage: Arc<Stage>,
    /// The one that lives there is the last.
    lived: Mutex<Vec<(Arc<Alive>, ApiClient)>>,
}

impl Place {
    fn settle(stage: &Arc<Stage>) -> Arc<Self> {
        let place = Arc::new(Self { stage: stage.clone(), lived: Mutex::default() });
        place.succeed();
        if stage.world.programs {
            tokio::spawn(programs(place.clone()));
        }
        place
    }

    fn now(&self) -> (Arc<Alive>, ApiClient) {
        self.lived.lock().unwrap().last().unwrap().clone()
    }

    /// The next process begins, with those who use it.
    fn succeed(&self) {
        let (process, client) = Alive::start(&self.stage, self.stage.next() as usize);
        self.lived.lock().unwrap().push((process.clone(), client.clone()));
        if self.stage.world.programs {
            return;
        }
        for _ in 0..self.stage.world.callers {
            tokio::spawn(live(process.clone(), client.clone()));
        }
    }

    fn bury(&self) {
        self.lived.lock().unwrap().iter().for_each(|(process, _)| process.bury());
    }
}

/// One program after the other, each of which makes a few calls and is at its end when the last of them has
/// returned.
async fn programs(place: Arc<Place>) {
    loop {
        let (process, client) = place.now();
        for _ in 0..fastrand::u8(1..5) {
            pause(1..place.stage.world.haste).await;
            if place.stage.is_calm() {
                return;
            }
            let outcome = perform(&process, &client, Doing::Call, None).await;
            if matches!(outcome, Outcome::NotSignedIn | Outcome::Expired(_)) {
                perform(&process, &client, Doing::Login("ann"), None).await;
            }
        }
        if place.stage.is_calm() {
            return;
        }
        process.exit();
        pause(1..3_000).await;
        place.succeed();
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
    Forget,
    SetClock,
    Sleep,
    BreakStore,
    MendStore,
    Portal,
    Network,
}

async fn trouble(stage: &Arc<Stage>, places: &[Arc<Place>]) {
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
    if world.forgets {
        add(Blow::Forget, 2);
    }
    if world.jumps {
        add(Blow::SetClock, 4);
        add(Blow::Sleep, 3);
    }
    if world.breaks.is_some() {
        add(Blow::BreakStore, 2);
        add(Blow::MendStore, 2);
    }
    if world.portals {
        add(Blow::Portal, 3);
        add(Blow::Network, 4);
    }
    // The next one last.
    blows.sort_by_key(|(at, _)| Reverse(*at));
    while let Some((at, blow)) = blows.pop() {
        let wait = at.saturating_sub(stage.now());
        pause(wait..wait + 1).await;
        let place = fastrand::choice(places.iter());
        let Some(place) = place else { return };
        let (process, client) = place.now();
        match blow {
            // Programs sign in by themselves.
            Blow::Begin if world.programs => {}
            Blow::Begin => {
                perform(&process, &client, Doing::Login("ann"), None).await;
            }
            Blow::Kill => {
                process.kill();
                pause(0..5_000).await;
                place.succeed();
            }
            Blow::Restart => {
                perform(&process, &client, Doing::Shutdown, None).await;
                if world.processes > 1 || by_chance(500) {
                    process.kill();
                    place.succeed();
                }
            }
            Blow::BreakStore => stage.break_store(),
            Blow::MendStore => stage.mend(),
            Blow::Network => {
                stage.note(What::Network);
                places.iter().for_each(|place| place.now().1.session().network_changed());
            }
            Blow::Portal => stage.portal(fastrand::u64(1_000..90_000)),
            Blow::Forget => stage.server().forget(),
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

/// After all of it: each user who is signed in can call, and everything is in the store.
async fn last(places: &[Arc<Place>]) {
    for round in 0..2 {
        for place in places {
            let (process, client) = place.now();
            if round == 1 {
                perform(&process, &client, Doing::Refresh, None).await;
            }
            let mut outcome = perform(&process, &client, Doing::Last, None).await;
            if let Outcome::Unavailable(..) = outcome {
                tokio::time::sleep(REST).await;
                outcome = perform(&process, &client, Doing::Last, None).await;
            }
            // I19: what another process left in the store may have died since, and a call that signs with it
            // is not replayed again. The next one refreshes it.
            if let Outcome::Expired(ExpiredReason::ReplayRejected) = outcome {
                tokio::time::sleep(REST).await;
                perform(&process, &client, Doing::Last, None).await;
            }
            perform(&process, &client, Doing::Flush, None).await;
        }
    }
}
