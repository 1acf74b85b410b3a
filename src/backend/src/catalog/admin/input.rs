//! What the staff's endpoints of products and variants take.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::{ProductFields, ProductStatus, VariantFields, VariantPrice};
use crate::{
    catalog::model::{ProductOption, TaxCategory},
    patch::{given, nullable},
};

/// A product to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateProduct {
    /// Its name.
    #[schema(min_length = 1, max_length = 255, example = "Merge Hoodie")]
    pub title: String,
    /// Its address will be `/products/{slug}`; made of the title when left out.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 255, example = "merge-hoodie")]
    pub slug: Option<String>,
    /// HTML; what acts is taken out.
    #[serde(default)]
    pub description_html: String,
    /// Who makes it.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 255)]
    pub vendor: Option<String>,
    /// Free words.
    #[serde(default)]
    #[schema(max_items = 250)]
    pub tags: Vec<String>,
    /// Who sees it.
    #[serde(default = "draft")]
    pub status: ProductStatus,
    /// When it was first shown; now for an active product when left out.
    #[serde(default)]
    pub published_at: Option<DateTime<Utc>>,
    /// For search engines.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 255)]
    pub seo_title: Option<String>,
    /// For search engines.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 1000)]
    pub seo_description: Option<String>,
    /// Which rate of tax it has.
    #[serde(default = "standard")]
    pub tax_category: TaxCategory,
    /// The ids of its categories; breadcrumbs show the first.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub categories: Vec<Uuid>,
    /// What there is to choose.
    #[serde(default)]
    #[schema(max_items = 3)]
    pub options: Vec<ProductOption>,
    /// What can be bought of it.
    #[serde(default)]
    #[schema(max_items = 250)]
    pub variants: Vec<NewVariant>,
}

/// A variant to make.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewVariant {
    /// One value of each of the product's options, in their order.
    #[serde(default)]
    #[schema(max_items = 3)]
    pub option_values: Vec<String>,
    /// The merchant's own number.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 255, example = "HD-MRG-BLK-M")]
    pub sku: Option<String>,
    /// EAN, UPC or ISBN.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 255)]
    pub barcode: Option<String>,
    /// As shipped.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    pub weight_grams: i32,
    /// One of the product's pictures.
    #[serde(default)]
    pub picture_id: Option<Uuid>,
    /// Whether more may be sold than there are.
    #[serde(default)]
    pub backorderable: bool,
    /// One a currency.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub prices: Vec<VariantPrice>,
}

/// What of a product is changed; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeProduct {
    /// Its name.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, min_length = 1, max_length = 255)]
    pub title: Option<String>,
    /// The product's address changes with it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, min_length = 1, max_length = 255)]
    pub slug: Option<String>,
    /// HTML; what acts is taken out.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String)]
    pub description_html: Option<String>,
    /// Who makes it.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 255)]
    pub vendor: Option<Option<String>>,
    /// Free words.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Vec<String>, max_items = 250)]
    pub tags: Option<Vec<String>>,
    /// Who sees it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = ProductStatus)]
    pub status: Option<ProductStatus>,
    /// When it was first shown; an active product has one.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<DateTime<Utc>>)]
    pub published_at: Option<Option<DateTime<Utc>>>,
    /// For search engines.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 255)]
    pub seo_title: Option<Option<String>>,
    /// For search engines.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 1000)]
    pub seo_description: Option<Option<String>>,
    /// Which rate of tax it has.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = TaxCategory)]
    pub tax_category: Option<TaxCategory>,
    /// The ids of its categories; breadcrumbs show the first.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Vec<Uuid>, max_items = 50)]
    pub categories: Option<Vec<Uuid>>,
    /// What there is to choose; its variants have to fit.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Vec<ProductOption>, max_items = 3)]
    pub options: Option<Vec<ProductOption>>,
    /// The variants whose values change together with the options.
    #[serde(default)]
    #[schema(max_items = 2048)]
    pub variants: Vec<ChangedValues>,
}

/// The values of a variant, as they change together with its product's options.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangedValues {
    /// The variant.
    pub id: Uuid,
    /// One value of each of the product's options, in their order.
    #[schema(max_items = 3)]
    pub option_values: Vec<String>,
}

/// What of a variant is changed; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeVariant {
    /// One value of each of the product's options, in their order.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Vec<String>, max_items = 3)]
    pub option_values: Option<Vec<String>>,
    /// The merchant's own number.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 255)]
    pub sku: Option<Option<String>>,
    /// EAN, UPC or ISBN.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 255)]
    pub barcode: Option<Option<String>>,
    /// As shipped.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = i32, minimum = 0, maximum = 1_000_000_000)]
    pub weight_grams: Option<i32>,
    /// One of the product's pictures.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Uuid>)]
    pub picture_id: Option<Option<Uuid>>,
    /// Whether more may be sold than there are.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = bool)]
    pub backorderable: Option<bool>,
}

/// What a variant costs in the currency of the address, in minor units.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetPrice {
    /// What it costs.
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64, example = 6900)]
    pub amount: i64,
    /// What it cost before; shown while that is more.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64)]
    pub compare_at: Option<i64>,
    /// What the store paid; never shown to a shopper.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64)]
    pub cost: Option<i64>,
}

fn draft() -> ProductStatus {
    ProductStatus::Draft
}

fn standard() -> TaxCategory {
    TaxCategory::Standard
}

impl CreateProduct {
    /// What is said of the product as a whole, and its first variants.
    pub fn split(self) -> (ProductFields, Vec<NewVariant>) {
        let fields = ProductFields {
            slug: self.slug.unwrap_or_default(),
            title: self.title,
            description_html: self.description_html,
            vendor: self.vendor,
            tags: self.tags,
            status: self.status,
            published_at: self.published_at,
            seo_title: self.seo_title,
            seo_description: self.seo_description,
            tax_category: self.tax_category,
            categories: self.categories,
            options: self.options,
        };
        (fields, self.variants)
    }
}

impl ChangeProduct {
    /// The fields as they are after the change, and the variants whose values change.
    pub fn apply(self, before: &ProductFields) -> (ProductFields, Vec<ChangedValues>) {
        let old = before.clone();
        let fields = ProductFields {
            slug: self.slug.unwrap_or(old.slug),
            title: self.title.unwrap_or(old.title),
            description_html: self.description_html.unwrap_or(old.description_html),
            vendor: self.vendor.unwrap_or(old.vendor),
            tags: self.tags.unwrap_or(old.tags),
            status: self.status.unwrap_or(old.status),
            published_at: self.published_at.unwrap_or(old.published_at),
            seo_title: self.seo_title.unwrap_or(old.seo_title),
            seo_description: self.seo_description.unwrap_or(old.seo_description),
            tax_category: self.tax_category.unwrap_or(old.tax_category),
            categories: self.categories.unwrap_or(old.categories),
            options: self.options.unwrap_or(old.options),
        };
        (fields, self.variants)
    }
}

impl NewVariant {
    /// What is said of the variant, and its prices.
    pub fn split(self) -> (VariantFields, Vec<VariantPrice>) {
        let fields = VariantFields {
            option_values: self.option_values,
            sku: self.sku,
            barcode: self.barcode,
            weight_grams: self.weight_grams,
            picture_id: self.picture_id,
            backorderable: self.backorderable,
        };
        (fields, self.prices)
    }
}

impl ChangeVariant {
    /// The fields as they are after the change.
    pub fn apply(self, before: &VariantFields) -> VariantFields {
        let old = before.clone();
        VariantFields {
            option_values: self.option_values.unwrap_or(old.option_values),
            sku: self.sku.unwrap_or(old.sku),
            barcode: self.barcode.unwrap_or(old.barcode),
            weight_grams: self.weight_grams.unwrap_or(old.weight_grams),
            picture_id: self.picture_id.unwrap_or(old.picture_id),
            backorderable: self.backorderable.unwrap_or(old.backorderable),
        }
    }
}
