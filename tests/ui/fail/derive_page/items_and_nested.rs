//! Two sources of the items.

use sdk_runtime::Page;

#[derive(Page)]
pub struct Names {
    #[page(items)]
    names: Vec<String>,
    #[page(nested)]
    more: Vec<String>,
}

fn main() {}
