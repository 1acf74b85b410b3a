//! What every handler shares: the database, the pictures, the configuration.

use std::sync::Arc;

use sqlx::PgPool;

use crate::{config::ServeConfig, media::MediaStore};

/// The state of the public origin; cheap to clone.
#[derive(Clone)]
pub struct App {
    /// Connections to PostgreSQL.
    pub db: PgPool,
    /// Where pictures are kept.
    pub media: MediaStore,
    /// What was configured.
    pub config: Arc<ServeConfig>,
}
