//! `/api`.

mod carts;
mod categories;
mod conventions;
mod product;
mod products;
mod store;
mod suggestions;
