//! What one page of a longer list says about itself; knows nothing of how pages are fetched.

use std::convert::Infallible;

use super::Response;

/// The cursor of pages that have none.
pub type NoCursor = Infallible;

/// One page of a list that a server gives piece by piece. A struct derives it; a `Vec` is a page of its elements.
///
/// ```
/// use sdk_runtime::Page;
///
/// struct Issues {
///     issues: Vec<String>,
///     next_cursor: Option<String>,
/// }
///
/// impl Page for Issues {
///     type Item = String;
///     type Cursor = String;
///
///     fn into_items(self) -> Vec<String> {
///         self.issues
///     }
///
///     fn is_empty(&self) -> bool {
///         self.issues.is_empty()
///     }
///
///     fn next_cursor(&self) -> Option<String> {
///         self.next_cursor.clone()
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a page",
    label = "does not implement `Page`",
    note = "help: `#[derive(sdk_runtime::Page)]` with `#[page(items)]` on the field of its items, or return `Pages<Vec<T>>`"
)]
pub trait Page {
    /// What the list is of.
    type Item;

    /// What the server hands out to ask for the next page with: `paginate = cursor(…)`. [`NoCursor`] where it hands out none.
    type Cursor;

    /// The items on this page, in order.
    fn into_items(self) -> Vec<Self::Item>;

    /// Whether there are no items on it; with `paginate = page(…)` that is the end.
    fn is_empty(&self) -> bool;

    /// The cursor of the next page; `None` on the last one.
    fn next_cursor(&self) -> Option<Self::Cursor> {
        None
    }

    /// Whether there are more pages, where the answer says so beside its cursor. `Some(false)` ends the list, whatever else the
    /// page says.
    fn has_more(&self) -> Option<bool> {
        None
    }
}

impl<T> Page for Vec<T> {
    type Item = T;
    type Cursor = NoCursor;

    fn into_items(self) -> Vec<T> {
        self
    }

    fn is_empty(&self) -> bool {
        <[T]>::is_empty(self)
    }
}

/// A page together with the head it came with.
impl<P: Page> Page for Response<P> {
    type Item = P::Item;
    type Cursor = P::Cursor;

    fn into_items(self) -> Vec<P::Item> {
        self.into_value().into_items()
    }

    fn is_empty(&self) -> bool {
        self.value().is_empty()
    }

    fn next_cursor(&self) -> Option<P::Cursor> {
        self.value().next_cursor()
    }

    fn has_more(&self) -> Option<bool> {
        self.value().has_more()
    }
}
