//! Everything that is not the API: pages and files of the storefront, pictures, headers.

mod assets;
mod clients;
mod headers;
mod leaks;
mod media;
mod odd;
mod pages;
mod renders;
mod sitemap;
