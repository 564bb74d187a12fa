//! The attribute `#[from]` of thiserror in the place of `#[other]`.

use sdk_runtime::{ApiError, Error, Result, api_client};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
pub struct Pet {
    name: String,
}

#[derive(Debug, ApiError)]
pub enum AddError {
    #[status(409)]
    Taken(Pet),
    Other(#[from] Error),
}

#[api_client]
pub trait Pets {
    #[post("/pets")]
    async fn add(&self, #[json] pet: &Pet) -> Result<Pet, AddError>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let pets = PetsClient::builder("https://pets.example").bearer("key").build()?;
    match pets.add(&Pet { name: "Rex".to_owned() }).await {
        Ok(pet) => println!("{}", pet.name),
        Err(AddError::Taken(by)) => println!("{} is there", by.name),
        Err(AddError::Other(error)) => return Err(error.into()),
    }
    Ok(())
}
