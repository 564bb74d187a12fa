//! A role on the struct.
#![allow(dead_code, unused_imports)]

use sdk_runtime::Page;

#[derive(Page)]
#[page(items)]
struct Issues {
    issues: Vec<String>,
}

fn main() {
    fn is_a_page<P: Page>(page: P) -> usize {
        page.into_items().len()
    }
    let _ = is_a_page::<Issues>;
}
