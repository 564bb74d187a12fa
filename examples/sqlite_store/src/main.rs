//! A store of your own: a login in a row of SQLite, which several programs may share.
//!
//! Run it with `cargo run -p sqlite_store`; it is offline.

use std::{
    error::Error,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, OptionalExtension, Row};
use sdk_runtime::{
    error::StoreError,
    store::{StoreFuture, StoredLogin, TokenStore},
};

/// Stores a login in the only row of a table. The tokens in it are not encrypted, so only the user may read
/// the database.
pub struct SqliteStore(Arc<Mutex<Connection>>);

impl SqliteStore {
    const TABLE: &str = "CREATE TABLE IF NOT EXISTS login (
        one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL, text TEXT NOT NULL
    ) STRICT";

    pub fn open(path: impl AsRef<Path>) -> rusqlite::Result<Self> {
        let database = Connection::open(path)?;
        // Another program writes for milliseconds. The session gives up after five seconds.
        database.busy_timeout(Duration::from_secs(3))?;
        database.execute(Self::TABLE, ())?;
        Ok(Self(Arc::new(Mutex::new(database))))
    }

    /// Does `work` on a thread that may wait for the disk.
    fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> StoreFuture<'_, T> {
        let database = self.0.clone();
        let work = move || work(&database.lock().unwrap_or_else(PoisonError::into_inner));
        Box::pin(async {
            let broken_off = |error| StoreError::uncertain("the database was left in the middle", error);
            let done = tokio::task::spawn_blocking(work).await.map_err(broken_off)?;
            // A statement that fails is rolled back, so nothing of it was done.
            done.map_err(|error| StoreError::unavailable("the database cannot be used", error))
        })
    }
}

impl TokenStore for SqliteStore {
    fn load(&self) -> StoreFuture<'_, Option<StoredLogin>> {
        self.run(|database| {
            let login = |row: &Row<'_>| {
                Ok(StoredLogin::new(row.get::<_, i64>(0)?.cast_unsigned(), row.get::<_, String>(1)?))
            };
            database.query_row("SELECT version, text FROM login", (), login).optional()
        })
    }

    fn replace(&self, expected: u64, next: StoredLogin) -> StoreFuture<'_, bool> {
        self.run(move |database| {
            let (version, text) = (next.version().cast_signed(), next.text());
            // Each is one statement, so it is atomic.
            let rows = match expected.cast_signed() {
                0 => database
                    .execute("INSERT INTO login VALUES (1, ?, ?) ON CONFLICT DO NOTHING", (version, text)),
                expected => database.execute(
                    "UPDATE login SET version = ?, text = ? WHERE version = ?",
                    (version, text, expected),
                ),
            };
            Ok(rows? == 1)
        })
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::temp_dir().join(format!("sqlite-store-{}.db", std::process::id()));
    let (here, there) = (SqliteStore::open(&path)?, SqliteStore::open(&path)?);

    // Two programs find no login, and both write one: one of them is first.
    assert_eq!((here.load().await?, there.load().await?), (None, None));
    let (first, second) = tokio::try_join!(
        here.replace(0, StoredLogin::new(1, "from here")),
        there.replace(0, StoredLogin::new(1, "from there")),
    )?;
    assert!(first != second);
    let kept = here.load().await?.ok_or("nothing was kept")?;
    assert_eq!(kept.text(), if first { "from here" } else { "from there" });

    // A write that follows the stored version succeeds. The other one returns `false`.
    assert!(there.replace(kept.version(), StoredLogin::new(2, "refreshed")).await?);
    assert!(!here.replace(kept.version(), StoredLogin::new(2, "too late")).await?);
    assert_eq!(here.load().await?, there.load().await?);

    drop((here, there));
    std::fs::remove_file(path)?;
    println!("ok: of two who replaced a login at once, one did");
    Ok(())
}
