//! `/api/auth`.

mod emails;
mod guessing;
mod links;
mod sessions;
mod sites;
mod throttling;
