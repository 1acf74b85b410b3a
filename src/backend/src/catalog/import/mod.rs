//! `devopsify import`: reads Shopify's product CSV into the catalogue, in one transaction.
