//! What every handler shares: the database, the pictures, the configuration.

use std::sync::Arc;

use sqlx::PgPool;
use url::Url;

use crate::{config::ServeConfig, media::MediaStore};

/// The state of the public origin; cheap to clone.
#[derive(Clone)]
pub struct App {
    /// Connections to PostgreSQL.
    pub db: PgPool,
    /// Where pictures are kept.
    pub media: MediaStore,
    /// The address that visitors know the store by.
    pub public_url: Url,
    /// What was configured.
    pub config: Arc<ServeConfig>,
}
