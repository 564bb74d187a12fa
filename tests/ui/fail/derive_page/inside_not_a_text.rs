//! A cursor inside that is no text.

use sdk_runtime::Page;

#[derive(Page)]
pub struct Names {
    #[page(items)]
    names: Vec<String>,
    #[page(next = end_cursor)]
    page_info: PageInfo,
}

pub struct PageInfo {
    end_cursor: Option<u64>,
}

fn main() {}
