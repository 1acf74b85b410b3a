//! What the staff's endpoints of the catalogue answer, and what they find.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::catalog::model::{Picture, ProductOption, Rendition, TaxCategory};

/// Who sees a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProductStatus {
    /// The staff: it is being written.
    Draft,
    /// Everybody.
    Active,
    /// The staff: it is not sold any more.
    Archived,
}

impl ProductStatus {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Archived => "archived",
        }
    }
}

/// Which products.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FindProducts {
    /// Who sees them.
    pub status: Option<ProductStatus>,
    /// A part of the title, the slug, the vendor or a SKU.
    #[param(min_length = 1, max_length = 100)]
    pub q: Option<String>,
    /// How many; 50 when left out.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<i64>,
    /// Where the page begins; left out for the first.
    pub cursor: Option<String>,
}

/// A page of products for the staff.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundProducts {
    /// The newest first.
    pub items: Vec<FoundProduct>,
    /// Where the next page begins; null on the last.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// A product in the staff's list.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundProduct {
    /// UUIDv7.
    pub id: Uuid,
    /// Its address is `/products/{slug}` while it is active.
    pub slug: String,
    /// Its name.
    pub title: String,
    /// Who makes it.
    #[schema(required)]
    pub vendor: Option<String>,
    /// Who sees it.
    pub status: ProductStatus,
    /// Its first picture that is ready.
    #[schema(required)]
    pub picture: Option<Picture>,
    /// How many variants it has.
    pub variant_count: i64,
    /// How many of all variants are on the shelf.
    pub on_hand: i64,
    /// Of these, promised to orders.
    pub reserved: i64,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// What the staff decides of a product as a whole.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProductFields {
    /// Its address is `/products/{slug}` while it is active.
    pub slug: String,
    /// Its name.
    pub title: String,
    /// Sanitised HTML.
    pub description_html: String,
    /// Who makes it.
    #[schema(required)]
    pub vendor: Option<String>,
    /// Free words.
    pub tags: Vec<String>,
    /// Who sees it.
    pub status: ProductStatus,
    /// When it was first shown.
    #[schema(required)]
    pub published_at: Option<DateTime<Utc>>,
    /// For search engines; null for the title.
    #[schema(required)]
    pub seo_title: Option<String>,
    /// For search engines; null for the description.
    #[schema(required)]
    pub seo_description: Option<String>,
    /// Which rate of tax it has.
    pub tax_category: TaxCategory,
    /// The ids of its categories; breadcrumbs show the first.
    pub categories: Vec<Uuid>,
    /// What there is to choose.
    pub options: Vec<ProductOption>,
}

/// A product with all that the staff may change of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct EditableProduct {
    /// UUIDv7.
    pub id: Uuid,
    /// What is said of it as a whole.
    #[serde(flatten)]
    pub fields: ProductFields,
    /// What can be bought of it.
    pub variants: Vec<EditableVariant>,
    /// What shows it, also what is not ready.
    pub pictures: Vec<EditablePicture>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed, stock left aside; the `ETag` is made of it.
    pub updated_at: DateTime<Utc>,
}

/// What the staff decides of a variant.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct VariantFields {
    /// One value of each option, in the options' order.
    pub option_values: Vec<String>,
    /// The merchant's own number.
    #[schema(required)]
    pub sku: Option<String>,
    /// EAN, UPC or ISBN.
    #[schema(required)]
    pub barcode: Option<String>,
    /// As shipped.
    pub weight_grams: i32,
    /// The picture that shows it.
    #[schema(required)]
    pub picture_id: Option<Uuid>,
    /// Whether more may be sold than there are.
    pub backorderable: bool,
}

/// A variant with its prices and its stock.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EditableVariant {
    /// UUIDv7.
    pub id: Uuid,
    /// What is said of it.
    #[serde(flatten)]
    pub fields: VariantFields,
    /// One a currency.
    pub prices: Vec<VariantPrice>,
    /// On the shelf.
    pub on_hand: i32,
    /// Of these, promised to orders.
    pub reserved: i32,
}

/// What a variant costs in one currency, in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VariantPrice {
    /// ISO 4217.
    #[schema(min_length = 3, max_length = 3, example = "EUR")]
    pub currency: String,
    /// What it costs.
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64, example = 6900)]
    pub amount: i64,
    /// What it cost before; shown while that is more.
    #[serde(default)]
    #[schema(required, minimum = 0, maximum = 1_000_000_000_000_i64)]
    pub compare_at: Option<i64>,
    /// What the store paid; never shown to a shopper.
    #[serde(default)]
    #[schema(required, minimum = 0, maximum = 1_000_000_000_000_i64)]
    pub cost: Option<i64>,
}

/// A picture of a product, and how far it is.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EditablePicture {
    /// UUIDv7.
    pub id: Uuid,
    /// What is seen, for those who do not see it.
    pub alt: String,
    /// Its place, from 1.
    pub position: i32,
    /// Its address, or the digest of its file.
    pub source: String,
    /// `pending`, `ready` or `failed`.
    #[schema(example = "ready")]
    pub status: String,
    /// Why it has no sizes.
    #[schema(required)]
    pub failure: Option<String>,
    /// Its sizes.
    pub renditions: Vec<Rendition>,
}
