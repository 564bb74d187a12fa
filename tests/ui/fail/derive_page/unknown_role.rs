//! An unknown role.
#![allow(dead_code, unused_imports)]

use sdk_runtime::Page;

#[derive(Page)]
struct Issues {
    #[page(items)]
    issues: Vec<String>,
    #[page(total)]
    total: u64,
}

fn main() {
    fn is_a_page<P: Page>(page: P) -> usize {
        page.into_items().len()
    }
    let _ = is_a_page::<Issues>;
}
