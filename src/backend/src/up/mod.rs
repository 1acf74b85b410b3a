//! `devopsify up`: the whole store on this machine with one command.

pub mod account;
pub mod cluster;
pub mod home;
pub mod place;
pub mod postgres;
pub mod process;
pub mod programs;
