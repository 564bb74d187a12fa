//! Sign-ins at `oidc-provider`, an authorization server that others have written, over real sockets.

#[path = "../node.rs"]
mod node;
#[path = "../process.rs"]
mod process;

mod browser;
mod world;

mod bound;
mod code;
mod device;
mod lasting;
mod machine;
mod rotation;
