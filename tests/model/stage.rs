//! What all of a world share: its time, its server, its store, and the history that is written down. Decides
//! nothing.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use crate::api::by_chance;
use crate::history::{Entry, What};
use crate::server::Server;
use crate::store::Cell;
use crate::world::{Broken, World};

pub struct Stage {
    pub world: World,
    began: Instant,
    /// Milliseconds that the time of day is ahead of the other clock.
    ahead: AtomicI64,
    /// Those of them that have really passed, while the machine slept.
    slept: AtomicI64,
    calm: AtomicBool,
    /// Whether what was last asked of the store failed.
    is_ailing: AtomicBool,
    is_broken: AtomicBool,
    /// Up to when a captive portal answers the refreshes.
    portal: AtomicU64,
    next: AtomicU32,
    history: Mutex<Vec<Entry>>,
    server: Mutex<Server>,
    cell: Mutex<Cell>,
}

impl Stage {
    pub fn new(world: World) -> Arc<Self> {
        Arc::new(Self {
            server: Mutex::new(Server::new(&world)),
            world,
            began: Instant::now(),
            ahead: AtomicI64::new(0),
            slept: AtomicI64::new(0),
            calm: AtomicBool::new(false),
            is_ailing: AtomicBool::new(false),
            is_broken: AtomicBool::new(false),
            portal: AtomicU64::new(0),
            next: AtomicU32::new(1),
            history: Mutex::default(),
            cell: Mutex::default(),
        })
    }

    /// Milliseconds since the world began.
    pub fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap()
    }

    /// The same for the server, which never sleeps.
    pub fn server_now(&self) -> u64 {
        self.now() + u64::try_from(self.slept.load(Ordering::Relaxed)).unwrap()
    }

    pub fn wall(&self) -> SystemTime {
        let ahead = self.ahead.load(Ordering::Relaxed);
        let millis = i64::try_from(self.now()).unwrap() + ahead + 1_700_000_000_000;
        SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(millis).unwrap())
    }

    /// The time of day moves; `asleep`, since the machine was.
    pub fn jump(&self, by: i64, asleep: bool) {
        self.ahead.fetch_add(by, Ordering::Relaxed);
        if asleep {
            self.slept.fetch_add(by, Ordering::Relaxed);
        }
        self.note(What::Jump { by });
    }

    pub fn is_calm(&self) -> bool {
        self.calm.load(Ordering::Relaxed)
    }

    pub fn calm(&self) {
        self.calm.store(true, Ordering::Relaxed);
        crate::api::let_panic(0);
        self.mend();
        self.note(What::Calm);
    }

    /// Breaks the store, where this is a world in which it breaks.
    pub fn break_store(&self) {
        if self.world.breaks.is_some() && !self.is_broken.swap(true, Ordering::Relaxed) {
            self.note(What::Broken(true));
        }
    }

    pub fn mend(&self) {
        if self.is_broken.swap(false, Ordering::Relaxed) {
            self.note(What::Broken(false));
        }
    }

    /// How the store fails now.
    pub fn broken(&self) -> Option<Broken> {
        self.world.breaks.filter(|_| self.is_broken.load(Ordering::Relaxed))
    }

    /// A captive portal answers the refreshes for so many milliseconds.
    pub fn portal(&self, lasts: u64) {
        self.portal.store(self.now() + lasts, Ordering::Relaxed);
        self.note(What::Portal { lasts });
    }

    pub fn has_portal(&self) -> bool {
        !self.is_calm() && self.now() < self.portal.load(Ordering::Relaxed)
    }

    /// Whether something fails that fails as often.
    pub fn fails(&self, in_a_thousand: u32) -> bool {
        !self.is_calm() && by_chance(in_a_thousand)
    }

    /// Whether the store fails now; failures come together.
    pub fn store_fails(&self) -> bool {
        let often = match self.world.store_faults {
            0 => 0,
            _ if self.is_ailing.load(Ordering::Relaxed) => 600,
            often => often,
        };
        let fails = self.fails(often);
        self.is_ailing.store(fails, Ordering::Relaxed);
        fails
    }

    pub fn next(&self) -> u32 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    pub fn note(&self, what: What) {
        let entry = Entry { at: self.now(), what };
        self.history.lock().unwrap().push(entry);
    }

    pub fn history(&self) -> Vec<Entry> {
        std::mem::take(&mut *self.history.lock().unwrap())
    }

    pub fn server(&self) -> MutexGuard<'_, Server> {
        self.server.lock().unwrap()
    }

    pub fn cell(&self) -> MutexGuard<'_, Cell> {
        self.cell.lock().unwrap()
    }
}
