//! Random input for what writes requests and what reads answers, compared with other implementations where
//! there is one. `README.md` next to this file has the list.

mod check;

mod challenges;
mod cookies;
mod dates;
mod events;
mod headers;
mod jwt;
mod lines;
mod links;
mod multipart;
mod paths;
mod queries;
mod redirects;
mod stored;
