//! `KeyringStore`: a store in the key ring of the desktop. A key ring has no compare-and-swap, so a lock on a
//! file guards each write.

use std::path::PathBuf;
use std::sync::Arc;
use std::{env, fmt};

use keyring_core::{Entry, Error};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

use super::blocking::{self, WriteDeadline};
use super::envelope;
use super::file::{lock, lock::FileLock, permissions};
use super::interface::{StoreFuture, StoreLock, StoredLogin, TokenStore};
use crate::error::StoreError;

/// Stores a login in the key ring of the desktop, for all processes of one user. A clone is the same store.
///
/// The key ring is the Secret Service on Linux (GNOME Keyring, KWallet, KeePassXC), the Keychain on macOS,
/// and the Credential Manager on Windows. A program that wants another one names it with
/// `keyring_core::set_default_store`, before the first use of the store.
///
/// ```
/// use sdk_runtime::store::{KeyringStore, StoredLogin, TokenStore};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // For tests: a key ring in memory.
/// keyring_core::set_default_store(keyring_core::mock::Store::new()?);
///
/// let store = KeyringStore::new("tracker", "ada@example.com");
/// # let locks = std::env::temp_dir().join(format!("sdk-runtime-keyring-{}", std::process::id()));
/// # let store = store.locks_in(&locks);
/// assert!(store.replace(0, StoredLogin::new(1, "a")).await?);
/// assert_eq!(store.load().await?.unwrap().text(), "a");
/// # std::fs::remove_dir_all(locks)?;
/// # Ok(())
/// # }
/// ```
///
/// - The user may be asked to unlock the key ring. The session does not wait longer for that than for any
///   store, and retries later. On a machine without a key ring, as most servers, each operation fails with
///   [`Unavailable`](crate::error::StoreErrorKind::Unavailable). Use a [`FileStore`](crate::FileStore) there.
/// - A key ring has no compare-and-swap, so each write takes a lock of the system on a file. All processes
///   that share the login have to find the same file, in `$XDG_STATE_HOME/sdk-runtime` or else
///   `~/.local/state/sdk-runtime` (on all systems), or in the directory that [`locks_in`](Self::locks_in)
///   names. The file contains no secret. Its directory must belong to this user or to root, and no other user
///   may write to it.
/// - An entry that this library has not written, or that a later version has written, is
///   [`Foreign`](crate::error::StoreErrorKind::Foreign), and is not overwritten.
/// - Windows limits an entry to 2560 bytes. A login with longer tokens fails with
///   [`Unavailable`](crate::error::StoreErrorKind::Unavailable).
#[derive(Clone)]
pub struct KeyringStore(Arc<KeyringEntry>);

impl KeyringStore {
    /// Returns the store in the entry of `user` for `service`, which need not exist. `service` is the name of
    /// the program. `user` separates several logins of one program.
    pub fn new(service: impl Into<String>, user: impl Into<String>) -> Self {
        Self(Arc::new(KeyringEntry { service: service.into(), user: user.into(), locks: None }))
    }

    /// Puts the lock files in `directory`, which is created for this user only if it is missing.
    #[must_use]
    pub fn locks_in(self, directory: impl Into<PathBuf>) -> Self {
        let (service, user) = (self.0.service.clone(), self.0.user.clone());
        Self(Arc::new(KeyringEntry { service, user, locks: Some(directory.into()) }))
    }
}

impl TokenStore for KeyringStore {
    fn load(&self) -> StoreFuture<'_, Option<StoredLogin>> {
        blocking::run(&self.0, KeyringEntry::load)
    }

    fn replace(&self, expected: u64, next: StoredLogin) -> StoreFuture<'_, bool> {
        let deadline = WriteDeadline::start();
        blocking::run(&self.0, move |slot| slot.replace(deadline, expected, &next))
    }

    fn try_lock(&self) -> StoreFuture<'_, StoreLock> {
        blocking::run(&self.0, |slot| {
            let lock = FileLock::try_take(&slot.lock_file(lock::REFRESH)?)?;
            Ok(lock.map_or(StoreLock::Busy, |lock| StoreLock::Held(Box::new(lock))))
        })
    }
}

impl fmt::Debug for KeyringStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyringStore")
            .field("service", &self.0.service)
            .field("user", &self.0.user)
            .finish_non_exhaustive()
    }
}

/// An entry of the key ring, and the directory of its locks. Its methods block.
struct KeyringEntry {
    service: String,
    user: String,
    locks: Option<PathBuf>,
}

impl KeyringEntry {
    fn load(&self) -> Result<Option<StoredLogin>, StoreError> {
        self.read(&self.entry()?)
    }

    fn replace(
        &self,
        deadline: WriteDeadline,
        expected: u64,
        next: &StoredLogin,
    ) -> Result<bool, StoreError> {
        let kept = envelope::encode(next)?;
        let _lock = FileLock::take(&self.lock_file(lock::WRITE)?, lock::LONGEST_WAIT)?;
        let entry = self.entry()?;
        if self.read(&entry)?.map_or(0, |kept| kept.version()) != expected {
            return Ok(false);
        }
        deadline.check().map_err(|_| StoreError::late(format!("{self} cannot be written")))?;
        entry.set_secret(kept.as_bytes()).map(|()| true).map_err(|error| {
            // A service that fails may have written before. Only some errors, or the old content, prove that
            // it has not.
            let refuses = matches!(
                error,
                Error::NoStorageAccess(_)
                    | Error::TooLong(..)
                    | Error::Invalid(..)
                    | Error::Ambiguous(_)
                    | Error::NotSupportedByStore(_)
            );
            let has_the_old =
                || self.read(&entry).is_ok_and(|kept| kept.map_or(0, |kept| kept.version()) == expected);
            match refuses || has_the_old() {
                true => self.failed("cannot be written", &error),
                false => {
                    StoreError::uncertain(format!("{self} may have been written, or not"), error.to_string())
                }
            }
        })
    }

    fn read(&self, entry: &Entry) -> Result<Option<StoredLogin>, StoreError> {
        match entry.get_secret().map(Zeroizing::new) {
            Ok(kept) => envelope::decode(&kept, self).map(Some),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(self.failed("cannot be read", &error)),
        }
    }

    fn entry(&self) -> Result<Entry, StoreError> {
        // A key ring that the program has named has precedence.
        let key_ring = keyring_core::get_default_store().map_or_else(platform::key_ring, Ok);
        let key_ring =
            key_ring.map_err(|error| self.failed("cannot be read: there is no key ring", &error))?;
        let entry = key_ring.build(&self.service, &self.user, None);
        entry.map_err(|error| self.failed("cannot be named", &error))
    }

    /// Returns the lock file of this entry. Two entries never share one, with any names. A name
    /// that is too long is an error of the system.
    fn lock_file(&self, purpose: &str) -> Result<PathBuf, StoreError> {
        let directory = self.locks.clone().or_else(own_state).ok_or_else(|| {
            let reason = "this user has no home directory to lock a file in; name one with `locks_in`";
            StoreError::unavailable(format!("{self} cannot be locked"), reason)
        })?;
        permissions::make_directory(&directory)?;
        let [service, user] =
            [&self.service, &self.user].map(|name| utf8_percent_encode(name, NON_ALPHANUMERIC));
        Ok(directory.join(format!("{service}@{user}.{purpose}")))
    }

    /// `error` itself is not the source, because it may show the bytes of an entry that it could not read.
    fn failed(&self, what: &str, error: &Error) -> StoreError {
        let reason = match error {
            Error::BadEncoding(_) | Error::BadDataFormat(..) => {
                return StoreError::foreign(format!("{self} {what}: it was not written by this library"));
            }
            Error::Ambiguous(entries) => {
                format!("there are {}, and which is right is not known", entries.len())
            }
            error => error.to_string(),
        };
        StoreError::unavailable(format!("{self} {what}"), reason)
    }
}

impl fmt::Display for KeyringEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { service, user, .. } = self;
        write!(f, "the entry of {user:?} for {service:?} in the key ring")
    }
}

/// Returns the directory for state of this machine.
fn own_state() -> Option<PathBuf> {
    let named = env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let state = named.or_else(|| Some(env::home_dir()?.join(".local/state")))?;
    Some(state.join("sdk-runtime"))
}

mod platform {
    use std::sync::Arc;

    #[cfg(target_os = "macos")]
    use apple_native_keyring_store::keychain::Store;
    use keyring_core::{CredentialStore, Result};
    #[cfg(windows)]
    use windows_native_keyring_store::Store;
    #[cfg(all(unix, not(any(target_os = "macos", target_os = "ios", target_os = "android"))))]
    use zbus_secret_service_keyring_store::Store;

    /// Returns the key ring of this system. It is opened for each operation, because a connection does not
    /// survive a restart of the service, and a login is seldom read.
    #[cfg(not(any(target_os = "ios", target_os = "android", not(any(unix, windows)))))]
    pub(super) fn key_ring() -> Result<Arc<CredentialStore>> {
        Ok(Store::new()?)
    }

    /// Fails, because no key ring is known for this system.
    #[cfg(any(target_os = "ios", target_os = "android", not(any(unix, windows))))]
    pub(super) fn key_ring() -> Result<Arc<CredentialStore>> {
        Err(keyring_core::Error::NoDefaultStore)
    }
}
