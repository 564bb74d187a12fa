//! The roles of fields, and the names by which they are found without an attribute.

use proc_macro2::Ident;

/// What a field of a response is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Role {
    Access,
    Refresh,
    ExpiresIn,
    ExpiresAt,
    Scope,
    Subject,
    ApiOrigin,
    Ok,
    Message,
    Nested,
    Ignore,
}

impl Role {
    pub(super) const ALL: [Self; 11] = [
        Self::Access,
        Self::Refresh,
        Self::ExpiresIn,
        Self::ExpiresAt,
        Self::Scope,
        Self::Subject,
        Self::ApiOrigin,
        Self::Ok,
        Self::Message,
        Self::Nested,
        Self::Ignore,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
            Self::ExpiresIn => "expires_in",
            Self::ExpiresAt => "expires_at",
            Self::Scope => "scope",
            Self::Subject => "subject",
            Self::ApiOrigin => "api_origin",
            Self::Ok => "ok",
            Self::Message => "message",
            Self::Nested => "nested",
            Self::Ignore => "ignore",
        }
    }

    /// Returns the words for a message about it.
    pub(super) const fn what(self) -> &'static str {
        match self {
            Self::Access => "the access token",
            Self::Refresh => "the refresh token",
            Self::ExpiresIn => "the lifetime",
            Self::ExpiresAt => "the time of expiry",
            Self::Scope => "the scopes",
            Self::Subject => "the user",
            Self::ApiOrigin => "the origin of the API",
            Self::Ok => "the flag of success",
            Self::Message => "the message of a refusal",
            Self::Nested => "the tokens",
            Self::Ignore => "nothing",
        }
    }

    pub(super) fn named(name: &Ident) -> Option<Self> {
        Self::ALL.into_iter().find(|role| name == role.name())
    }

    /// Returns the role that a field with this name in JSON has without an attribute. `expires` has none,
    /// because its unit is unknown, and `id` has none, because a wrong subject is another user.
    pub(super) fn guessed(name: &str) -> Option<Self> {
        match folded(name).as_str() {
            "accesstoken" | "access" | "token" => Some(Self::Access),
            "refreshtoken" | "refresh" => Some(Self::Refresh),
            "expiresin" => Some(Self::ExpiresIn),
            "expiresat" => Some(Self::ExpiresAt),
            "scope" | "scopes" => Some(Self::Scope),
            "sub" => Some(Self::Subject),
            _ => None,
        }
    }
}

/// Whether a field with this name tells when the access token expires, in a unit that the name does not tell.
pub(super) fn is_expiry_of_unknown_unit(name: &str) -> bool {
    let folded = folded(name);
    let rest = folded.strip_prefix("accesstoken").or_else(|| folded.strip_prefix("token")).unwrap_or(&folded);
    matches!(
        rest,
        "exp"
            | "expire"
            | "expires"
            | "expiry"
            | "expiration"
            | "expireson"
            | "expiresafter"
            | "expirein"
            | "expireat"
            | "expiredat"
            | "expiryat"
            | "expirytime"
            | "expirydate"
            | "expirestime"
            | "expiresdate"
            | "expirationtime"
            | "expirationdate"
            | "expiresinms"
            | "expiresinmillis"
            | "expiresinmilliseconds"
            | "expiresinsec"
            | "expiresinsecs"
            | "expiresinseconds"
            | "expiresatms"
            | "expiresatmillis"
            | "expiresinmin"
            | "expiresinminutes"
            | "ttl"
    ) || rest != folded && matches!(rest, "expiresin" | "expiresat")
}

/// Returns a name without its case and its separators.
pub(super) fn folded(name: &str) -> String {
    name.chars().filter(|it| it.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The unit of a lifetime.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unit {
    Seconds,
    Milliseconds,
}

impl Unit {
    /// Returns the unit, by one of its names.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "s" | "sec" | "secs" | "second" | "seconds" => Some(Self::Seconds),
            "ms" | "millis" | "millisecond" | "milliseconds" => Some(Self::Milliseconds),
            _ => None,
        }
    }
}

/// How a point in time is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Clock {
    ByType,
    Rfc3339,
    Unix,
    UnixMilliseconds,
}

impl Clock {
    /// Returns the clock, by one of its names.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "rfc3339" | "iso8601" => Some(Self::Rfc3339),
            "unix" | "unix_s" | "unix_seconds" => Some(Self::Unix),
            "unix_ms" | "unix_millis" | "unix_milliseconds" => Some(Self::UnixMilliseconds),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i40_a_role_is_found_by_the_usual_names_in_each_case() {
        for (name, role) in [
            ("access_token", Some(Role::Access)),
            ("accessToken", Some(Role::Access)),
            ("AccessToken", Some(Role::Access)),
            ("access-token", Some(Role::Access)),
            ("access", Some(Role::Access)),
            ("token", Some(Role::Access)),
            ("refresh_token", Some(Role::Refresh)),
            ("REFRESH", Some(Role::Refresh)),
            ("expiresIn", Some(Role::ExpiresIn)),
            ("expires_at", Some(Role::ExpiresAt)),
            ("scope", Some(Role::Scope)),
            ("scopes", Some(Role::Scope)),
            ("sub", Some(Role::Subject)),
            ("id", None),
            ("user_id", None),
            ("subject", None),
            ("id_token", None),
            ("expires", None),
            ("refresh_expires_in", None),
            ("token_type", None),
        ] {
            assert_eq!(Role::guessed(name), role, "{name}");
        }
    }

    #[test]
    fn an_expiry_of_an_unknown_unit_is_known_as_one() {
        for name in
            ["expires", "Expiry", "expires_on", "exp", "expiresInMs", "token_expires", "accessTokenExpiresAt"]
        {
            assert!(is_expiry_of_unknown_unit(name), "{name}");
        }
        for name in [
            "expires_in",
            "expires_at",
            "refresh_expires_in",
            "refresh_token_expires_at",
            "expired",
            "export",
        ] {
            assert!(!is_expiry_of_unknown_unit(name), "{name}");
        }
    }
}
