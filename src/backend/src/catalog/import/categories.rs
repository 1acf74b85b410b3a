//! The tree of categories, as far as an import makes it grow.

use std::collections::{HashMap, HashSet};

use sqlx::PgConnection;
use uuid::Uuid;

use crate::catalog::text;

/// The categories that there are: found by their parent and name, whatever the case.
pub struct Categories {
    ids: HashMap<(Option<Uuid>, String), Uuid>,
    slugs: HashMap<Uuid, String>,
    taken: HashSet<String>,
    last: HashMap<Option<Uuid>, i32>,
}

impl Categories {
    /// Reads the tree.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn load(connection: &mut PgConnection) -> sqlx::Result<Self> {
        let mut found =
            Self { ids: HashMap::new(), slugs: HashMap::new(), taken: HashSet::new(), last: HashMap::new() };
        let rows = sqlx::query!("SELECT id, parent_id, slug, name, position FROM categories ORDER BY position, id");
        for row in rows.fetch_all(connection).await? {
            found.add(row.id, row.parent_id, &row.name, row.slug, row.position);
        }
        Ok(found)
    }

    fn add(&mut self, id: Uuid, parent: Option<Uuid>, name: &str, slug: String, position: i32) {
        self.ids.entry((parent, name.to_lowercase())).or_insert(id);
        self.taken.insert(slug.clone());
        self.slugs.insert(id, slug);
        let last = self.last.entry(parent).or_insert(position);
        *last = position.max(*last);
    }

    /// The category at the end of the path, made with all above it where it is missing; none for an empty path.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_or_create(
        &mut self,
        connection: &mut PgConnection,
        path: &[String],
    ) -> sqlx::Result<Option<Uuid>> {
        let mut parent = None;
        for name in path {
            let known = self.ids.get(&(parent, name.to_lowercase())).copied();
            parent = Some(match known {
                Some(id) => id,
                None => self.create(connection, parent, name).await?,
            });
        }
        Ok(parent)
    }

    async fn create(&mut self, connection: &mut PgConnection, parent: Option<Uuid>, name: &str) -> sqlx::Result<Uuid> {
        let id = Uuid::now_v7();
        let slug = self.free_slug(parent, name);
        let position = self.last.get(&parent).map_or(0, |last| last + 1);
        sqlx::query!(
            "INSERT INTO categories (id, parent_id, slug, name, position) VALUES ($1, $2, $3, $4, $5)",
            id,
            parent,
            slug,
            name,
            position
        )
        .execute(connection)
        .await?;
        self.add(id, parent, name, slug, position);
        Ok(id)
    }

    /// The name's slug; if that is taken, with the parent's before it; if that is taken too, with a number behind.
    fn free_slug(&self, parent: Option<Uuid>, name: &str) -> String {
        let short = text::slug(name);
        if !self.taken.contains(&short) {
            return short;
        }
        let above = parent.and_then(|parent| self.slugs.get(&parent));
        let long: String = above.map_or(short.clone(), |above| format!("{above}-{short}")).chars().take(240).collect();
        let numbered = (2..).map(|number: u64| format!("{long}-{number}"));
        std::iter::once(long.clone()).chain(numbered).find(|slug| !self.taken.contains(slug)).unwrap_or(long)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_that_is_taken_gets_its_parent_s_and_then_a_number() {
        let mut tree =
            Categories { ids: HashMap::new(), slugs: HashMap::new(), taken: HashSet::new(), last: HashMap::new() };
        let top = Uuid::now_v7();
        assert_eq!(tree.free_slug(None, "Women"), "women");
        tree.add(top, None, "Women", "women".into(), 0);
        assert_eq!(tree.free_slug(Some(top), "T-Shirts"), "t-shirts");
        tree.add(Uuid::now_v7(), None, "T-Shirts", "t-shirts".into(), 1);
        assert_eq!(tree.free_slug(Some(top), "T-Shirts"), "women-t-shirts");
        tree.add(Uuid::now_v7(), Some(top), "T Shirts", "women-t-shirts".into(), 0);
        assert_eq!(tree.free_slug(Some(top), "T-Shirts"), "women-t-shirts-2");
        assert_eq!(tree.free_slug(None, "women"), "women-2");
    }
}
