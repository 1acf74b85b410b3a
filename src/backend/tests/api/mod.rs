//! `/api`.

mod account;
mod admin;
mod auth;
mod carts;
mod categories;
mod conventions;
mod holds;
mod hostile;
mod matrix;
mod orders;
mod payments;
mod product;
mod products;
mod store;
mod suggestions;
