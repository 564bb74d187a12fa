//! What goes over the wire and what comes back: tables of requests and answers, compared exactly as the
//! server saw them.

mod broken;
mod scripted;
mod wire;

mod address;
mod arrays;
mod arriving;
mod base;
mod body;
mod builder;
mod challenge;
mod cookie_rules;
mod cookies;
mod default_headers;
mod errors;
mod extends;
mod header;
mod idle;
mod insecure;
mod layers;
mod multipart;
mod named;
mod named_parts;
mod nested;
#[path = "../support/network.rs"]
mod network;
mod on_request;
mod pages;
mod pages_named;
mod pages_resumed;
mod parser;
mod path;
mod path_random;
mod pool_key;
mod progress;
mod proxy;
mod query;
mod query_key;
mod reconnected;
mod redirect;
mod redirect_credentials;
mod repeat;
mod response;
mod rest;
mod retry_options;
mod streamed;
mod styles;
mod text;
mod too_long;
mod trailers;
mod unread;
mod with;
