//! Tests of the running program over HTTP, each against a PostgreSQL database of its own.
//!
//! One binary for all of them, because linking is what takes time. The modules mirror the addresses.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod admin;
mod api;
mod audit;
mod backup;
mod buying;
mod database;
mod edge;
mod import;
mod one_machine;
mod operations;
mod provider;
mod structure;
mod support;
mod up;
mod worker;
