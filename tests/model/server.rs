//! A server that rotates strictly: each refresh token is spent once, and one that comes again ends all that
//! descend from the same sign-in. Knows nothing of networks; its answers are plain values.

use crate::api::Signed;
use crate::history::{Family, Token, What, token_in};
use crate::world::World;

pub struct Server {
    tokens: Vec<Issued>,
    families: Vec<Login>,
    lives: (u64, u64),
    told: bool,
    misleads: bool,
    subject: bool,
    rotates: bool,
    replaces: bool,
    without_refresh: bool,
}

/// An access token with what it can be refreshed with, both of the same number.
struct Issued {
    family: Family,
    until: u64,
    spent: bool,
    /// Whether it cannot be refreshed any more, while its access token goes on.
    forgotten: bool,
}

struct Login {
    user: &'static str,
    ended: bool,
    refreshable: bool,
}

impl Server {
    pub fn new(world: &World) -> Self {
        let World { lives, told, misleads, subject, rotates, replaces, without_refresh, .. } = *world;
        Self {
            tokens: Vec::new(),
            families: Vec::new(),
            lives,
            told,
            misleads,
            subject,
            rotates,
            replaces,
            without_refresh,
        }
    }

    /// A user signs in.
    pub fn sign_in(&mut self, user: &'static str, now: u64) -> (Signed, What) {
        let family = Family::try_from(self.families.len()).unwrap();
        let refreshable = !(self.without_refresh && fastrand::u8(..3) == 0);
        self.families.push(Login { user, ended: false, refreshable });
        self.issue(family, None, now)
    }

    /// A process refreshes; the error is a definite no, and what it has cost.
    pub fn refresh(&mut self, refresh: Token, now: u64) -> Result<(Signed, What), Option<What>> {
        let issued = &self.tokens[refresh as usize];
        let family = issued.family;
        let login = &mut self.families[family as usize];
        if login.ended || issued.forgotten {
            return Err(None);
        }
        if issued.spent {
            login.ended = true;
            return Err(Some(What::Reuse { refresh }));
        }
        if self.replaces {
            for issued in self.tokens.iter_mut().filter(|issued| issued.family == family) {
                issued.until = now.min(issued.until);
            }
        }
        self.tokens[refresh as usize].spent = self.rotates;
        Ok(self.issue(family, Some(refresh), now))
    }

    fn issue(&mut self, family: Family, spent: Option<Token>, now: u64) -> (Signed, What) {
        let access = Token::try_from(self.tokens.len()).unwrap();
        let seconds = fastrand::u64(self.lives.0..=self.lives.1);
        self.tokens.push(Issued { family, until: now + seconds * 1000, spent: false, forgotten: false });
        let Login { user, refreshable, .. } = self.families[family as usize];
        // Where nothing is spent, nothing new has to be told, and sometimes is not.
        let refresh = (refreshable && (spent.is_none() || self.rotates)).then_some(access);
        let told = self.told.then_some(seconds).filter(|_| !self.misleads);
        let signed = Signed {
            access: format!("a{access}"),
            refresh: refresh.map(|refresh| format!("r{refresh}")),
            // A lifetime that makes no sense tells nothing.
            seconds: told.or(self.misleads.then_some(0)),
            subject: self.subject.then(|| user.to_owned()),
        };
        (signed, What::Issue { access, refresh, family, user, told: told.map(|it| it * 1000), spent })
    }

    /// Who may ask with `access`; the error tells whether the whole login is over.
    pub fn user(&self, access: Token, now: u64) -> Result<&'static str, bool> {
        let issued = &self.tokens[access as usize];
        let login = &self.families[issued.family as usize];
        if login.ended || now >= issued.until { Err(login.ended) } else { Ok(login.user) }
    }

    /// Ends the access tokens there are.
    pub fn expire(&mut self) {
        for issued in &mut self.tokens {
            issued.until = 0;
        }
    }

    /// Ends the refresh tokens there are, and nothing else.
    pub fn forget(&mut self) {
        self.tokens.iter_mut().for_each(|issued| issued.forgotten = true);
    }

    /// Ends a login.
    pub fn revoke(&mut self, refresh: Token) -> What {
        let family = self.tokens[refresh as usize].family;
        self.families[family as usize].ended = true;
        What::Revoke { family }
    }

    /// Ends any login of those that go on.
    pub fn revoke_any(&mut self) -> Option<What> {
        let alive: Vec<usize> = (0..self.tokens.len())
            .filter(|token| !self.families[self.tokens[*token].family as usize].ended)
            .collect();
        let any = fastrand::choice(alive)?;
        Some(self.revoke(Token::try_from(any).unwrap()))
    }
}

/// The token in an `Authorization` header.
pub fn bearer(headers: &http::HeaderMap) -> Option<Token> {
    token_in(headers.get(http::header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?)
}
