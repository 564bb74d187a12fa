//! Traits of one name in several modules, in a function, and under conditions that never meet.

use sdk_runtime::{Result, api_client};

mod one {
    use sdk_runtime::{Result, api_client};

    #[api_client]
    pub trait Users {
        #[get("/one")]
        async fn one(&self) -> Result<String>;
    }
}

mod two {
    use sdk_runtime::{Error, api_client};

    type Result<T> = std::result::Result<T, Error>;

    #[api_client]
    pub trait Users {
        #[get("/two")]
        async fn two(&self) -> Result<String>;
    }
}

#[cfg(all())]
#[api_client]
pub trait Users {
    #[get("/here")]
    async fn here(&self) -> Result<String>;
}

#[cfg(any())]
#[api_client]
pub trait Users {
    #[get("/there")]
    async fn there(&self) -> Result<String>;
}

fn main() {
    #[api_client]
    trait Users {
        #[get("/inside")]
        async fn inside(&self) -> Result<String>;
    }

    let endpoints = [
        one::UsersClient::ENDPOINTS,
        two::UsersClient::ENDPOINTS,
        crate::UsersClient::ENDPOINTS,
        UsersClient::ENDPOINTS,
    ];
    let names = endpoints.map(|endpoints| endpoints[0].name());
    assert_eq!(names, ["one", "two", "here", "inside"]);
}
