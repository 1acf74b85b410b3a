//! Writes down who of the staff changed what, in the transaction of the change itself.

use serde_json::{Map, Value};
use sqlx::PgConnection;

use crate::access::actor::Actor;

/// What was changed: its type, and the id or number that people find it by.
#[derive(Debug, Clone)]
pub struct Subject(pub &'static str, pub String);

/// Adds an entry that tells what is different between `before` and `after`; none when nothing is. Changes take turns from
/// here to their end, so this is the last lock that a transaction takes.
///
/// # Errors
/// When the database refuses.
pub async fn record(
    connection: &mut PgConnection,
    actor: &Actor,
    action: &str,
    Subject(kind, id): Subject,
    before: Option<Value>,
    after: Option<Value>,
) -> sqlx::Result<()> {
    let (before, after) = differences(before, after);
    if before.is_none() && after.is_none() {
        return Ok(());
    }
    let written = sqlx::query!(
        r#"INSERT INTO audit_log (account_id, role, proof, proof_id, client_address, request_id, action, subject_type,
                                  subject_id, before, after, position, previous_hash, hash)
           VALUES ($1, $2, $3, $4, $5::text::inet, $6, $7, $8, $9, $10, $11, 0, '', '')
           RETURNING position, encode(hash, 'hex') AS "hash!""#,
        actor.caller.account_id,
        actor.caller.role.as_str(),
        actor.proof(),
        actor.caller.proof_id,
        actor.client_address.map(|address| address.to_string()),
        actor.request_id,
        action,
        kind,
        id,
        before,
        after
    )
    .fetch_one(connection)
    .await?;
    // Who rewrites the whole chain, or cuts off its end, contradicts the logs, which are kept elsewhere.
    tracing::info!(action, subject = id, position = written.position, hash = written.hash, "written to the audit log");
    Ok(())
}

/// The fields that differ, where there are both.
fn differences(before: Option<Value>, after: Option<Value>) -> (Option<Value>, Option<Value>) {
    match (before, after) {
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            let only = |of: &Map<String, Value>, other: &Map<String, Value>| -> Map<String, Value> {
                of.iter()
                    .filter(|(name, value)| other.get(*name) != Some(value))
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect()
            };
            let (gone, new) = (only(&before, &after), only(&after, &before));
            if gone.is_empty() && new.is_empty() { (None, None) } else { (Some(gone.into()), Some(new.into())) }
        }
        (before, after) if before == after => (None, None),
        both => both,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_changed_is_told() {
        let told = differences(Some(json!({ "a": 1, "b": 2 })), Some(json!({ "a": 1, "b": 3 })));
        assert_eq!(told, (Some(json!({ "b": 2 })), Some(json!({ "b": 3 }))));
        assert_eq!(differences(Some(json!({ "a": 1 })), Some(json!({ "a": 1 }))), (None, None));
        assert_eq!(differences(None, Some(json!({ "a": 1 }))), (None, Some(json!({ "a": 1 }))));
        assert_eq!(differences(Some(json!({ "a": 1 })), None), (Some(json!({ "a": 1 })), None));
    }
}
