//! Gathers a copy of everything that is known of somebody.

use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext};
use serde_json::json;
use uuid::Uuid;

use super::JobContext;
use crate::{
    accounts::queries::privacy,
    database::Pool,
    queue::{ExportAccount, Payload},
};

impl TaskHandler for ExportAccount {
    const IDENTIFIER: &'static str = Self::TASK;

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let Some(jobs) = context.get_ext::<JobContext>() else {
            return Err("the worker was started without its context".to_owned());
        };
        gather(&jobs.db, self.export_id).await.map_err(|error| error.to_string())
    }
}

async fn gather(db: &Pool, export_id: Uuid) -> sqlx::Result<()> {
    let mut connection = db.acquire().await?;
    let Some(account_id) = privacy::asked(&mut connection, export_id).await? else { return Ok(()) };
    let Some(mut facts) = privacy::facts(&mut connection, account_id).await? else { return Ok(()) };
    privacy::progress(&mut connection, export_id, 10).await?;
    let ids = privacy::orders(&mut connection, account_id).await?;
    let mut orders = Vec::with_capacity(ids.len());
    for (done, id) in ids.iter().enumerate() {
        orders.push(privacy::order(&mut connection, *id).await?);
        let percent = 10 + 85 * (done + 1) / ids.len();
        privacy::progress(&mut connection, export_id, i16::try_from(percent).unwrap_or(95)).await?;
    }
    facts["orders"] = json!(orders);
    privacy::finish(&mut connection, export_id, &format!("{facts:#}")).await
}
