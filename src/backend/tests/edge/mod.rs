//! Everything that is not the API: pages and files of the storefront, pictures, headers.

mod assets;
mod headers;
mod leaks;
mod media;
mod pages;
mod sitemap;
