//! A misspelt `#[page]`, which the compiler reports.
#![allow(dead_code, unused_imports)]

use sdk_runtime::Page;

#[derive(Page)]
struct Issues {
    #[paeg(items)]
    issues: Vec<String>,
}

fn main() {
    fn is_a_page<P: Page>(page: P) -> usize {
        page.into_items().len()
    }
    let _ = is_a_page::<Issues>;
}
