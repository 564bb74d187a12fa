//! The clients, one in each file. Each makes the same call, and sends the same request for it.

pub mod feignhttp;
pub mod hyper;
pub mod hyper_util;
pub mod middleware;
pub mod ours;
pub mod progenitor;
pub mod reqwest;
pub mod ureq;
