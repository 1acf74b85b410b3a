//! The local program's parts: the whole store on one machine, its monitoring, and a payment provider that charges nobody.

pub mod config;
pub mod demo_provider;
pub mod up;
