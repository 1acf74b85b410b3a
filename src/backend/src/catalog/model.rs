//! What the catalogue's endpoints answer.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::money::Money;

/// Whether it can be bought, told of the best variant where a product is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// More than the store's threshold of low stock.
    InStock,
    /// Some, but few.
    LowStock,
    /// None on the shelf; it can be ordered all the same.
    Backorder,
    /// None, and it cannot be ordered.
    OutOfStock,
}

/// One size of a picture in one format.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Rendition {
    /// A path on this origin; its content never changes.
    pub url: String,
    /// `image/avif` or `image/webp`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Pixels.
    pub width: i32,
    /// Pixels.
    pub height: i32,
}

/// A picture in every size that there is.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Picture {
    /// Identifies the picture within its product.
    pub id: Uuid,
    /// What is seen, for those who do not see it.
    pub alt: String,
    /// Ordered by format, then width.
    pub renditions: Vec<Rendition>,
}

/// A product as lists show it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProductCard {
    /// UUIDv7.
    pub id: Uuid,
    /// The product's address is `/products/{slug}`.
    pub slug: String,
    /// The product's name.
    pub title: String,
    /// The brand.
    #[schema(required)]
    pub vendor: Option<String>,
    /// Of the cheapest variant.
    pub price: Money,
    /// Whether other variants cost more.
    pub price_varies: bool,
    /// What the cheapest variant cost before, if that was more.
    #[schema(required)]
    pub compare_at_price: Option<Money>,
    /// Of the best variant.
    pub availability: Availability,
    /// At most two: the first, and one to show on hover.
    pub pictures: Vec<Picture>,
}

/// A page of products.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProductList {
    /// The products, in the order asked for.
    pub items: Vec<ProductCard>,
    /// How many there are on all pages.
    pub total: i64,
    /// Where the next page begins; null on the last.
    #[schema(required)]
    pub next_cursor: Option<String>,
    /// The text that was searched for, if a word of `q` had to be replaced by its neighbour.
    #[schema(required)]
    pub correction: Option<String>,
    /// What each further filter would leave; null unless asked for.
    #[schema(required)]
    pub facets: Option<Facets>,
}

/// What each further filter would leave. A facet ignores its own selection.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Facets {
    /// Categories that have any of the products, in the tree's order.
    pub categories: Vec<CategoryCount>,
    /// Brands, by name.
    pub vendors: Vec<ValueCount>,
    /// Options, by name; their values in the order that products list them.
    pub options: Vec<OptionFacet>,
    /// The cheapest and the dearest; null when nothing is left.
    #[schema(required)]
    pub price: Option<PriceRange>,
    /// How many can be bought now.
    pub available: i64,
}

/// How many products a category would leave.
#[derive(Debug, Serialize, ToSchema)]
pub struct CategoryCount {
    /// The category's address is `/categories/{slug}`.
    pub slug: String,
    /// The category's name.
    pub name: String,
    /// Products.
    pub count: i64,
}

/// How many products a value would leave.
#[derive(Debug, Serialize, ToSchema)]
pub struct ValueCount {
    /// The value to filter by.
    pub value: String,
    /// Products.
    pub count: i64,
}

/// An option's values with their counts.
#[derive(Debug, Serialize, ToSchema)]
pub struct OptionFacet {
    /// The option's name, such as Color.
    pub name: String,
    /// Its values.
    pub values: Vec<ValueCount>,
}

/// From the cheapest to the dearest.
#[derive(Debug, Serialize, ToSchema)]
pub struct PriceRange {
    /// The cheapest variant's price.
    pub min: Money,
    /// The dearest variant's price.
    pub max: Money,
}

/// A product with all that its page shows.
#[derive(Debug, Serialize, ToSchema)]
pub struct Product {
    /// What lists show of it, with all of its pictures.
    #[serde(flatten)]
    pub card: ProductCard,
    /// Sanitised HTML.
    pub description_html: String,
    /// Free words.
    pub tags: Vec<String>,
    /// From the root of the tree down to the product's own.
    pub categories: Vec<CategoryLink>,
    /// What there is to choose.
    pub options: Vec<ProductOption>,
    /// What can be bought.
    pub variants: Vec<Variant>,
    /// For search engines.
    pub seo: Seo,
    /// When it was first shown.
    pub published_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// A category by name and address.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CategoryLink {
    /// The category's address is `/categories/{slug}`.
    pub slug: String,
    /// The category's name.
    pub name: String,
}

/// What there is to choose of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductOption {
    /// Such as Color.
    pub name: String,
    /// In the order to show them.
    pub values: Vec<String>,
}

/// What can be bought: one combination of a product's options.
#[derive(Debug, Serialize, ToSchema)]
pub struct Variant {
    /// UUIDv7.
    pub id: Uuid,
    /// The merchant's own number.
    #[schema(required)]
    pub sku: Option<String>,
    /// EAN, UPC or ISBN.
    #[schema(required)]
    pub barcode: Option<String>,
    /// One value of each option, in the options' order.
    pub option_values: Vec<String>,
    /// What it costs.
    pub price: Money,
    /// What it cost before, if that was more.
    #[schema(required)]
    pub compare_at_price: Option<Money>,
    /// Whether it can be bought.
    pub availability: Availability,
    /// Told only when it is low.
    #[schema(required)]
    pub quantity_left: Option<i32>,
    /// The picture that shows this variant.
    #[schema(required)]
    pub picture_id: Option<Uuid>,
    /// As shipped.
    pub weight_grams: i32,
}

/// For search engines; null means the product's own title or text.
#[derive(Debug, Serialize, ToSchema)]
pub struct Seo {
    /// The title of the page.
    #[schema(required)]
    pub title: Option<String>,
    /// The description of the page.
    #[schema(required)]
    pub description: Option<String>,
}

/// The tree of categories, flat, parents before their children.
#[derive(Debug, Serialize, ToSchema)]
pub struct CategoryList {
    /// In the order to show them.
    pub items: Vec<Category>,
}

/// A node of the tree of categories.
#[derive(Debug, Serialize, ToSchema)]
pub struct Category {
    /// UUIDv7.
    pub id: Uuid,
    /// The category's address is `/categories/{slug}`.
    pub slug: String,
    /// The category's name.
    pub name: String,
    /// The slug of the category above; null at the root.
    #[schema(required)]
    pub parent: Option<String>,
    /// 0 at the root.
    pub depth: i32,
    /// Products here and below.
    pub product_count: i64,
    /// Of its newest product.
    #[schema(required)]
    pub picture: Option<Picture>,
}

/// What may be meant by what has been typed so far.
#[derive(Debug, Serialize, ToSchema)]
pub struct Suggestions {
    /// At most five.
    pub products: Vec<ProductCard>,
    /// At most three.
    pub categories: Vec<CategoryLink>,
    /// The text that was searched for, if a word had to be replaced by its neighbour.
    #[schema(required)]
    pub correction: Option<String>,
}

/// Which rate something has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaxCategory {
    /// Most goods.
    Standard,
    /// Such as books and food in many countries.
    Reduced,
    /// Taxed nowhere.
    Zero,
}
