//! The catalogue: products, variants, categories, pictures, search and import.

pub mod admin;
pub mod handlers;
pub mod import;
pub mod model;
pub mod queries;
pub mod rules;
pub mod sitemap;
mod text;
