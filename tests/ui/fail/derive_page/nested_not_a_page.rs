//! A page inside that is none.

use sdk_runtime::Page;

#[derive(Page)]
pub struct Answer {
    #[page(nested)]
    data: Data,
}

pub struct Data {
    names: Vec<String>,
}

fn main() {}
