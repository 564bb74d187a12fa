//! The name of a field in quotes.

use sdk_runtime::Page;

#[derive(Page)]
pub struct Names {
    #[page(items)]
    names: Vec<String>,
    #[page(next = "end_cursor")]
    page_info: PageInfo,
}

pub struct PageInfo {
    end_cursor: Option<String>,
}

fn main() {}
