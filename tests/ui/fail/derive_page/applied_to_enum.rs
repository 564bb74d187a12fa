//! A page that is an enum.
#![allow(dead_code, unused_imports)]

use sdk_runtime::Page;

#[derive(Page)]
enum Issues {
    Issues(Vec<String>),
}

fn main() {
    fn is_a_page<P: Page>(page: P) -> usize {
        page.into_items().len()
    }
    let _ = is_a_page::<Issues>;
}
