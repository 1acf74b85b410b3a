//! One product's pictures: which of them the store has, and which of them shows which variant.

use std::collections::HashMap;

use uuid::Uuid;

use super::{
    columns::Column,
    matching::Existing,
    pictures::{Pictures, Rendition, Trouble},
    product::Product,
    report::{BadRow, Warning},
};

/// The pictures of a product that can be used.
#[derive(Default)]
pub struct Gallery {
    /// Each picture once, in order.
    pub items: Vec<Item>,
    by_source: HashMap<String, Uuid>,
    /// What was left out.
    pub warnings: Vec<Warning>,
}

/// A picture that can be used.
pub struct Item {
    /// Its id.
    pub id: Uuid,
    /// Its place.
    pub position: i32,
    /// The picture in words.
    pub alt: Option<String>,
    /// Its address or digest.
    pub source: String,
    /// Its rendered sizes, if it is new and they are there.
    pub renditions: Vec<Rendition>,
}

/// Why a product's pictures cannot be had.
pub enum Stop {
    /// A row of the product is bad.
    Bad(BadRow),
    /// The import cannot go on.
    Fatal(anyhow::Error),
}

/// Finds the product's pictures and puts those into the media store that it lacks.
///
/// # Errors
/// When a path leads out of the file's folder or the media store cannot be written.
pub async fn gather(
    pictures: &mut Pictures<'_>,
    product: &Product,
    existing: Option<&Existing>,
) -> Result<Gallery, Stop> {
    let stored = existing.into_iter().flat_map(|existing| &existing.pictures);
    let stored: HashMap<_, _> = stored.map(|picture| (picture.source.as_str(), picture.id)).collect();
    let mut gallery = Gallery::default();
    for (place, (line, picture)) in product.pictures.iter().enumerate() {
        let found = match pictures.find(&picture.source).await {
            Ok(found) => found,
            Err(Trouble::Missing(text)) => {
                gallery.warnings.push(Warning { line: *line, text: format!("{text}; the picture is left out") });
                continue;
            }
            Err(Trouble::Outside) => {
                let reason = format!("`{}` leads out of the file's folder", picture.source);
                return Err(Stop::Bad(BadRow::new(*line, Column::ImageSrc.name(), reason)));
            }
            Err(Trouble::Store(error)) => return Err(Stop::Fatal(error)),
        };
        let known = gallery.items.iter().find(|item| item.source == found.source).map(|item| item.id);
        let id = known.or_else(|| stored.get(found.source.as_str()).copied()).unwrap_or_else(Uuid::now_v7);
        gallery.by_source.insert(picture.source.clone(), id);
        if known.is_none() {
            let position = picture.position.unwrap_or(i32::try_from(place + 1).unwrap_or(i32::MAX));
            let (alt, source) = (picture.alt.clone(), found.source);
            gallery.items.push(Item { id, position, alt, source, renditions: found.renditions });
        }
    }
    gallery.warn_of_strangers(product);
    Ok(gallery)
}

impl Gallery {
    /// The picture that shows a variant, and whether the file says anything of it that can be used.
    pub fn of_variant(&self, source: Option<&str>) -> (Option<Uuid>, bool) {
        match source {
            None => (None, false),
            Some("") => (None, true),
            Some(source) => {
                let id = self.by_source.get(source).copied();
                (id, id.is_some())
            }
        }
    }

    fn warn_of_strangers(&mut self, product: &Product) {
        for variant in &product.variants {
            let Some(source) = variant.offer.picture.as_deref().filter(|source| !source.is_empty()) else { continue };
            if product.pictures.iter().all(|(_, picture)| picture.source != source) {
                let text = format!("the Variant Image {source} is no Image Src of the product; it is left out");
                self.warnings.push(Warning { line: variant.line, text });
            }
        }
    }
}
