//! Stored logins made ready to sign with, or the reason why they cannot sign the requests of this client.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::outcome_unknown::Undecodable;
use super::schema::{Record, TokenId};
use crate::cookies::Jar;
use crate::error::StoreError;
use crate::session::token::{Attachment, Credential};

/// A login as it was read from the store.
#[derive(Debug, Clone)]
pub(crate) struct StoredCredential {
    pub(crate) id: TokenId,
    pub(crate) credential: Credential,
    pub(crate) jar: Arc<Jar>,
    /// The response that has most likely spent its refresh token, and could not be decoded.
    pub(crate) undecodable: Option<Undecodable>,
}

/// Makes `record` ready to sign with.
pub(crate) fn restore(
    record: Record,
    attachment: &Attachment,
    can_refresh: bool,
    wall: SystemTime,
) -> Result<StoredCredential, StoreError> {
    let (id, jar, age, lifetime) = (record.id.clone(), record.jar.clone(), record.age(wall), record.lifetime);
    let credential = match attachment.credential(record.tokens.clone(), None, || wall) {
        Ok(credential) => Credential { age, lifetime, ..credential },
        // It was stored without one, to be refreshed before a request is signed.
        Err(_) if record.tokens.access.is_none() && can_refresh => Credential {
            tokens: record.tokens.clone(),
            header: None,
            origin: None,
            lifetime: Some(Duration::ZERO),
            age,
        },
        Err(error) => {
            let what = format!("what is kept cannot sign the requests of this client: {}", error.reason());
            return Err(StoreError::foreign(what));
        }
    };
    Ok(StoredCredential { id, credential, jar, undecodable: record.undecodable })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::token::Attach;
    use crate::session::token::Tokens;

    fn record(access: Option<&str>) -> Record {
        let tokens = Tokens { access: access.map(Into::into), ..Tokens::none().refresh_token("refresh") };
        Record { tokens, ..Record::empty(TokenId::first(1)) }
    }

    #[test]
    fn i24_what_the_store_has_and_cannot_sign_is_an_error() {
        let attachment = Attach::bearer().check().unwrap();
        for (access, is_usable) in
            [(Some("access"), true), (Some("no\nheader"), false), (Some(" "), false), (None, false)]
        {
            let loaded = restore(record(access), &attachment, false, SystemTime::UNIX_EPOCH);
            assert_eq!(loaded.is_ok(), is_usable, "I24: {access:?}");
        }
    }
}
