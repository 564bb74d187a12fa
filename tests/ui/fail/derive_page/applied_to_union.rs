//! A page that is a union.
#![allow(dead_code, unused_imports)]

use sdk_runtime::Page;

#[derive(Page)]
union Issues {
    issues: u8,
}

fn main() {
    fn is_a_page<P: Page>(page: P) -> usize {
        page.into_items().len()
    }
    let _ = is_a_page::<Issues>;
}
