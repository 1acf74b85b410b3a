//! DevOpsify: an e-commerce API, its edge and its worker. The list of modules is the table of contents.

pub mod app;
pub mod audit;
pub mod capability;
pub mod catalog;
pub mod conditional;
pub mod config;
pub mod database;
pub mod edge;
pub mod error;
pub mod extract;
pub mod jobs;
pub mod mail;
pub mod media;
pub mod money;
pub mod operations;
pub mod pagination;
pub mod router;
pub mod serve;
pub mod store;
pub mod telemetry;
pub mod up;
pub mod worker;
