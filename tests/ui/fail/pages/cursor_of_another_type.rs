//! A cursor that does not fit the parameter it is sent in.

use sdk_runtime::{Page, Pages, Result, api_client, response::{BufferedResponse, FromResponse}};

pub struct ProjectPage {
    projects: Vec<String>,
}

impl Page for ProjectPage {
    type Item = String;
    type Cursor = String;

    fn into_items(self) -> Vec<String> {
        self.projects
    }

    fn is_empty(&self) -> bool {
        self.projects.is_empty()
    }
}

impl FromResponse for ProjectPage {
    fn from_response(answer: BufferedResponse) -> Result<Self> {
        Ok(Self { projects: vec![String::from_response(answer)?] })
    }
}

#[api_client]
pub trait Projects {
    #[get("/projects", paginate = cursor(after))]
    fn projects(&self, #[query] after: Option<u64>) -> Pages<ProjectPage>;
}

fn main() {}
