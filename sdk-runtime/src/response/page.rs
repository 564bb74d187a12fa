//! `Page`: one page of a list, and what it says about the next.

use super::parts::Response;

/// The cursor type of pages without cursors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoCursor {}

/// One page of a list. A `Vec` is a page of its elements.
///
/// [Derive it](derive@crate::Page) for a struct, and name the role of its fields:
///
/// ```
/// use sdk_runtime::Page;
///
/// #[derive(serde::Deserialize, Page)]
/// struct Issues {
///     #[page(items)]
///     issues: Vec<String>,
///     #[page(next)]
///     next_cursor: Option<String>,
/// }
///
/// let page = Issues { issues: vec!["a".to_owned()], next_cursor: Some("b".to_owned()) };
/// assert_eq!(page.next_cursor().as_deref(), Some("b"));
/// assert_eq!(page.into_items(), ["a"]);
/// ```
///
/// Or implement it for cases that the derive cannot express:
///
/// ```
/// use sdk_runtime::Page;
///
/// struct Issues {
///     issues: Vec<String>,
///     /// Empty on the last page.
///     next: String,
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
///         (!self.next.is_empty()).then(|| self.next.clone())
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a page",
    label = "does not implement `Page`",
    note = "help: `#[derive(sdk_runtime::Page)]` with `#[page(items)]` on the field of its items, or return \
        `Pages<Vec<T>>`"
)]
pub trait Page {
    /// The type of the items.
    type Item;

    /// The type of the cursor that requests the next page: `paginate = cursor(…)`, or of its address:
    /// `paginate = url`. [`NoCursor`] if there is none.
    type Cursor;

    /// Returns the items of this page, in order.
    fn into_items(self) -> Vec<Self::Item>;

    /// Whether the page has no items. With `paginate = page(…)` that is the end.
    fn is_empty(&self) -> bool;

    /// Returns the cursor of the next page, or `None` on the last one.
    fn next_cursor(&self) -> Option<Self::Cursor> {
        None
    }

    /// Returns the number of items, by which `paginate = offset(…)` counts up. `None`, the default, if the
    /// page does not tell it: then an offset leads to no next page, which is an
    /// [`Error::InvalidRequest`](crate::Error::InvalidRequest).
    fn item_count(&self) -> Option<usize> {
        None
    }

    /// Returns whether there are more pages, if the response says so in addition to its cursor. `Some(false)`
    /// ends the list in any case.
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

    fn item_count(&self) -> Option<usize> {
        Some(self.len())
    }
}

/// A page with its head.
impl<P: Page> Page for Response<P> {
    type Item = P::Item;
    type Cursor = P::Cursor;

    fn into_items(self) -> Vec<P::Item> {
        self.into_inner().into_items()
    }

    fn is_empty(&self) -> bool {
        self.value().is_empty()
    }

    fn next_cursor(&self) -> Option<P::Cursor> {
        self.value().next_cursor()
    }

    fn item_count(&self) -> Option<usize> {
        self.value().item_count()
    }

    fn has_more(&self) -> Option<bool> {
        self.value().has_more()
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, StatusCode};

    use super::*;
    use crate::response::Head;

    struct Told(Option<bool>);

    impl Page for Told {
        type Item = u8;
        type Cursor = u8;

        fn into_items(self) -> Vec<u8> {
            vec![7]
        }

        fn is_empty(&self) -> bool {
            self.0.is_none()
        }

        fn next_cursor(&self) -> Option<u8> {
            self.0.map(u8::from)
        }

        fn has_more(&self) -> Option<bool> {
            self.0
        }
    }

    #[test]
    fn a_page_with_its_head_says_what_the_page_says() {
        for told in [None, Some(false), Some(true)] {
            let page = Response::new(Head::new(StatusCode::OK, HeaderMap::new()), Told(told));
            assert_eq!(
                (page.has_more(), page.is_empty(), page.next_cursor()),
                (told, told.is_none(), told.map(u8::from))
            );
            assert_eq!(page.into_items(), [7]);
        }
    }

    #[test]
    fn a_list_is_a_page_that_does_not_say_whether_there_are_more() {
        for list in [vec![], vec![1, 2]] {
            assert!(list.has_more().is_none() && list.next_cursor().is_none());
            assert_eq!((Page::is_empty(&list), list.clone().into_items()), (list.is_empty(), list));
        }
    }
}
