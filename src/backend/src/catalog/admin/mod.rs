//! The catalogue for the staff: products, variants, prices, pictures and stock, and the changing of them.

pub mod change;
pub mod input;
pub mod model;
pub mod picture_queries;
pub mod pictures;
pub mod prices;
pub mod products;
pub mod queries;
pub mod rules;
pub mod stock;
pub mod variant_queries;
pub mod variants;
