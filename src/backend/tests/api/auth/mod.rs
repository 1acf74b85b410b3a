//! `/api/auth`.

mod guessing;
mod links;
mod sessions;
mod sites;
