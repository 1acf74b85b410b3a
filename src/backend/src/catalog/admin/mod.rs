//! The catalogue for the staff: products, variants, prices, pictures and stock, and the changing of them.

pub mod stock;
