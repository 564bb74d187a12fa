//! The same hostile answer to each kind of request, and the correct outcome of each.

use bytes::Bytes;

use crate::answers::{self, DOCUMENT, Framing, JSON, REFUSED, TOKENS};
use crate::api::Asks;
use crate::case::{Case, Refreshes, VALUE, fine};
use crate::plan::{Plan, Step};

/// What the body limit of a client is where an answer is too large.
pub(crate) const LIMIT: usize = 256 << 10;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Get,
    Post,
    SignIn,
    Refresh,
    /// A GET whose access token is rejected by the hostile answer.
    Rejected,
}

/// The status, the fields and the body of the answer that would be right.
#[derive(Clone, Copy)]
pub(crate) struct Content {
    pub(crate) status: &'static str,
    pub(crate) fields: &'static str,
    pub(crate) body: &'static str,
}

impl Content {
    /// The answer with these fields in addition, and nothing that says where its body ends.
    pub(crate) fn with(&self, fields: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
        let Self { status, fields: own, .. } = self;
        let mut bytes = format!("HTTP/1.1 {status}\r\nx-secret: planted\r\n{own}{fields}\r\n").into_bytes();
        bytes.extend_from_slice(body.as_ref());
        bytes
    }
}

/// Where an answer is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Not,
    /// The head is none of HTTP.
    NotHttp,
    /// The head is larger than a client takes.
    LargeHead,
    /// The head does not come.
    SlowHead,
    /// The body is broken.
    Body,
    /// The body does not come.
    SlowBody,
    TooLarge,
    /// It is whole, and not what was asked for.
    Content,
}

type Making = Box<dyn Fn(&Content) -> Vec<Step>>;

/// A hostile answer.
pub(crate) struct Hostile {
    pub(crate) row: &'static str,
    pub(crate) fault: Fault,
    /// Makes it of the right one.
    pub(crate) steps: Making,
}

impl Hostile {
    pub(crate) fn new(
        row: &'static str,
        fault: Fault,
        steps: impl Fn(&Content) -> Vec<Step> + 'static,
    ) -> Self {
        Self { row, fault, steps: Box::new(steps) }
    }

    /// The same bytes to each request, and then the end of the connection.
    pub(crate) fn bytes(row: &'static str, fault: Fault, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self::new(row, fault, move |_| vec![Step::Send(bytes.clone()), Step::Fin])
    }

    /// One for each kind of request.
    fn cases(&self) -> Vec<Case> {
        let roles = [Role::Get, Role::Post, Role::SignIn, Role::Refresh, Role::Rejected];
        let is_slow = matches!(self.fault, Fault::SlowHead | Fault::SlowBody);
        roles.map(|role| self.case(role).reads_on(is_slow)).into()
    }

    fn case(&self, role: Role) -> Case {
        let body = if matches!(role, Role::Get | Role::Post) { DOCUMENT } else { TOKENS };
        let content = Content { status: "200 OK", fields: JSON, body };
        let steps = (self.steps)(&content);
        let (came, sent) = match self.fault {
            Fault::Not => (VALUE, 1),
            // Another try would get the same.
            Fault::NotHttp => ("Transport(NotHttp)", 1),
            Fault::LargeHead => ("Transport(HeadTooLarge)", 1),
            Fault::SlowHead | Fault::SlowBody => ("Timeout(Response)", 1),
            Fault::Body => ("Transport(Body)", 2),
            Fault::TooLarge => ("BodyTooLarge", 1),
            Fault::Content => ("Decode", 1),
        };
        let row = format!("{}, {}", self.row, role.name());
        let case = match role {
            Role::Get => Case::new(row, Asks::Json, fine(Plan::on("/json", [steps])), came, sent),
            Role::Post => Case::new(row, Asks::Create, fine(Plan::on("/create", [steps])), came, 1),
            Role::SignIn => Case::new(row, Asks::SignIn, fine(Plan::on("/login", [steps])), came, 1)
                .signed_in(came == VALUE),
            Role::Refresh => return self.refresh(row, steps),
            Role::Rejected => return self.rejected(row, &content),
        };
        let is_slow = matches!(self.fault, Fault::SlowHead | Fault::SlowBody);
        let case = if is_slow { case.timeout(3000) } else { case };
        if self.fault == Fault::TooLarge { case.body_limit(LIMIT) } else { case }
    }

    fn refresh(&self, row: String, steps: Vec<Step>) -> Case {
        let (came, sent, refreshes) = match self.fault {
            Fault::Not => (VALUE, 2, 1),
            Fault::NotHttp => ("RefreshUnavailable(Transport(NotHttp))", 1, 2),
            Fault::LargeHead => ("RefreshUnavailable(Transport(HeadTooLarge))", 1, 2),
            Fault::SlowHead => ("RefreshUnavailable(Timeout)", 1, 2),
            Fault::Body | Fault::SlowBody | Fault::TooLarge | Fault::Content => {
                ("RefreshUnavailable(Decode)", 1, 1)
            }
        };
        let is_slow = matches!(self.fault, Fault::SlowHead | Fault::SlowBody);
        let refreshes_by = if is_slow { Refreshes::Hastily } else { Refreshes::Patiently };
        let asked = [answers::refusal(Framing::Length), answers::json(Framing::Length)].map(|it| it.steps());
        let plan = Plan::on("/json", asked).and("/refresh", [steps]);
        Case::new(row, Asks::Json, plan, came, sent).refreshes(refreshes_by, refreshes)
    }

    /// The status counts without its body.
    fn rejected(&self, row: String, content: &Content) -> Case {
        let content = Content { status: "401 Unauthorized", fields: REFUSED, ..*content };
        let (came, sent, refreshes) = match self.fault {
            Fault::NotHttp => ("Transport(NotHttp)", 1, 0),
            Fault::LargeHead => ("Transport(HeadTooLarge)", 1, 0),
            Fault::SlowHead => ("Timeout(Response)", 1, 0),
            _ => (VALUE, 2, 1),
        };
        let plan = Plan::on("/json", [(self.steps)(&content), answers::json(Framing::Length).steps()])
            .and("/refresh", [answers::tokens(Framing::Length).steps()]);
        let case = Case::new(row, Asks::Json, plan, came, sent).refreshes(Refreshes::Patiently, refreshes);
        // Half of the time is the body's.
        if matches!(self.fault, Fault::SlowHead | Fault::SlowBody) { case.timeout(6000) } else { case }
    }
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::SignIn => "sign-in",
            Self::Refresh => "refresh",
            Self::Rejected => "401",
        }
    }
}

pub(crate) fn cases(all: Vec<Hostile>) -> Vec<Case> {
    all.iter().flat_map(Hostile::cases).collect()
}
