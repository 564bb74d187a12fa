//! `Paginate`: how one page leads to the next.

use super::pager::Pager;
use crate::error::InvalidRequest;
use crate::response::{Head, Page, next_link};

/// How one page leads to the next: `paginate = …`.
pub enum Paginate<P> {
    /// The `Link` header with the relation `next` (RFC 8288).
    Link,
    /// An address in the page.
    Address {
        /// Reads the address. `None`, or an empty one, on the last page.
        next: fn(&P) -> Option<String>,
    },
    /// A cursor in the page.
    Cursor {
        /// The query parameter that takes the cursor.
        parameter: &'static str,
        /// Reads the cursor. `None`, or an empty one, on the last page.
        next: fn(&P) -> Option<String>,
    },
    /// A page number, counted up until a page is empty.
    Page {
        /// The query parameter that takes the number.
        parameter: &'static str,
        /// The number of the first page, unless the caller asks for another.
        first: u64,
    },
    /// The number of items in front of the page, counted up until a page is empty.
    Offset {
        /// The query parameter that takes the number.
        parameter: &'static str,
        /// The offset of the first page, unless the caller asks for another.
        first: u64,
    },
    /// The same as `by`, whose parameter is the path of a member of the JSON body. Cursors are JSON.
    InBody {
        /// The argument that is the body.
        argument: &'static str,
        /// How one page leads to the next.
        by: Box<Paginate<P>>,
    },
}

impl<P> Paginate<P> {
    /// Returns what names a page, or `None` if its address does.
    pub(super) fn parameter(&self) -> Option<&'static str> {
        match self {
            Self::Link | Self::Address { .. } => None,
            Self::Cursor { parameter, .. }
            | Self::Page { parameter, .. }
            | Self::Offset { parameter, .. } => Some(parameter),
            Self::InBody { by, .. } => by.parameter(),
        }
    }
}

/// Prepares `pager` for the page after `page`. Returns `false` if there is none.
pub(super) fn advance<P: Page>(
    pager: &mut Pager,
    paginate: &Paginate<P>,
    number: &mut u64,
    head: &Head,
    page: &P,
) -> Result<bool, InvalidRequest> {
    if page.has_more() == Some(false) {
        return Ok(false);
    }
    match paginate {
        Paginate::Link => pager.follow("Link", next_link(head.headers())),
        Paginate::Address { next } => pager.follow("url", next(page).filter(|url| !url.trim().is_empty())),
        // In a body, a cursor is JSON.
        Paginate::Cursor { parameter, next } => match next(page).filter(|cursor| !pager.is_no_cursor(cursor))
        {
            Some(cursor) => pager.set_parameter(parameter, &cursor).map(|()| true),
            None => Ok(false),
        },
        Paginate::Page { .. } | Paginate::Offset { .. } if page.is_empty() => Ok(false),
        Paginate::Page { parameter, .. } => {
            *number = number.saturating_add(1);
            pager.set_parameter(parameter, &number.to_string()).map(|()| true)
        }
        Paginate::Offset { parameter, .. } => {
            let Some(count) = page.item_count() else {
                let reason = "cannot count up: the page does not say how many items it has \
                              (`Page::item_count`)";
                return Err(InvalidRequest::new(*parameter, reason));
            };
            *number = number.saturating_add(count as u64);
            pager.set_parameter(parameter, &number.to_string()).map(|()| true)
        }
        Paginate::InBody { by, .. } => advance(pager, by, number, head, page),
    }
}
