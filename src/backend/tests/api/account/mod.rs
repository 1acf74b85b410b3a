//! `/api/account`.

mod addresses;
mod carts;
mod orders;
mod privacy;
mod tokens;
