//! The catalogue's SQL.

pub mod categories;
pub mod facets;
pub mod listing;
pub mod product;
pub mod search;
