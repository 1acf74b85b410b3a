//! What the worker does: the jobs of the queue, one file each.

use std::sync::Arc;

use graphile_worker::TaskHandler;
use url::Url;

use crate::{
    capability::Secrets,
    database::Pool,
    files::FileStore,
    mail::Mailer,
    queue::{
        ExpireOrder, ExportAccount, MakeRefund, MakeRenditions, Payload, SendAccountMail, SendAdjustment,
        SendCancellation, SendConfirmation, SendShipment,
    },
    stripe::Stripe,
};

pub mod abandoned_carts;
pub mod account_mail;
pub mod adjustment;
pub mod cancellation;
pub mod confirmation;
pub mod download;
pub mod expire_order;
pub mod export;
mod order_mail;
pub mod picture;
pub mod picture_cost;
pub mod reconcile;
pub mod refund;
pub mod renderer;
pub mod renditions;
pub mod shipment;
pub mod stale_records;

/// Every kind of job, as the queue and metrics name it.
pub const TASKS: &[&str] = &[
    MakeRenditions::TASK,
    SendAccountMail::TASK,
    SendConfirmation::TASK,
    SendCancellation::TASK,
    SendShipment::TASK,
    SendAdjustment::TASK,
    ExpireOrder::TASK,
    ExportAccount::TASK,
    MakeRefund::TASK,
    reconcile::Reconcile::IDENTIFIER,
    abandoned_carts::DeleteAbandonedCarts::IDENTIFIER,
    stale_records::DeleteStaleRecords::IDENTIFIER,
];

/// Every kind of mail, in metrics.
pub const MAILS: &[&str] = &[
    confirmation::MAIL.name,
    cancellation::MAIL.name,
    shipment::MAIL.name,
    adjustment::MAIL.name,
    "registration",
    "password-reset",
    "email-change-old",
    "email-change-new",
    "email-changed",
    "account-erased",
    "password-changed",
    "second-factor-added",
    "second-factor-removed",
    "recovery-codes-renewed",
    "token-created",
    "recovery-code-used",
];

/// What jobs work with.
#[derive(Clone, Debug)]
pub struct JobContext {
    /// Connections to PostgreSQL.
    pub db: Pool,
    /// Where pictures are kept.
    pub media: FileStore,
    /// How pictures are fetched.
    pub downloader: Arc<download::Downloader>,
    /// The payment provider.
    pub stripe: Stripe,
    /// How customers are written to.
    pub mailer: Mailer,
    /// What the links in mails are opened with.
    pub secrets: Secrets,
    /// Where the links in mails lead.
    pub public_url: Url,
}
