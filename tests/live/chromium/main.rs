//! Sign-ins at `oidc-provider` with a real browser: Debian's Chromium, without a window.

#[path = "../node.rs"]
mod node;
#[path = "../process.rs"]
mod process;
#[expect(dead_code, reason = "the tests of `oidc` use the rest")]
#[path = "../oidc/world.rs"]
mod world;

mod browser;

mod code;
mod device;
