//! Carts: what a shopper means to buy, at the prices and the stock of this moment.

pub mod access;
mod changes;
pub mod handlers;
pub mod merge;
pub mod model;
pub mod queries;
pub mod rules;
