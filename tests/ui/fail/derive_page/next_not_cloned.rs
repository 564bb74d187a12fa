//! A cursor that cannot be cloned.
#![allow(dead_code, unused_imports)]

use sdk_runtime::Page;

struct Cursor;

#[derive(Page)]
struct Issues {
    #[page(items)]
    issues: Vec<String>,
    #[page(next)]
    next: Option<Cursor>,
}

fn main() {
    fn is_a_page<P: Page>(page: P) -> usize {
        page.into_items().len()
    }
    let _ = is_a_page::<Issues>;
}
