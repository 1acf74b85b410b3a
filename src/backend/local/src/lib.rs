//! The local program's parts: the whole store on one machine, its monitoring, and a demo payment provider.

pub mod config;
pub mod demo_provider;
pub mod up;
