//! Buying with the real processes: `serve`, `worker` and the demo provider, each of which may be killed at any moment.

mod kills;
mod logs;
mod traces;

use devopsify::audit;
use sqlx::PgPool;

use crate::support::{
    Shop,
    program::{Program, database_url},
    provider::Provider,
    unused_address,
};

/// A store as three processes, on the database of a test.
pub struct Street {
    pub serve: Program,
    pub worker: Program,
    pub demo: Program,
    /// The store, from outside.
    pub shop: Shop,
    /// The provider, from outside.
    pub provider: Provider,
}

impl Street {
    pub async fn open(db: PgPool) -> Self {
        let mut street = Self::prepared(db).await;
        street.start().await;
        street
    }

    /// As [`Street::open`], before anything is started.
    pub async fn prepared(db: PgPool) -> Self {
        devopsify::queue::migrate(&db).await.unwrap();
        let mut ports = Vec::new();
        for _ in 0..4 {
            ports.push(unused_address().await.port());
        }
        let (store, provider) = (format!("http://127.0.0.1:{}", ports[0]), format!("http://127.0.0.1:{}", ports[3]));
        let common = [
            ("DATABASE_URL", database_url(&db)),
            ("PUBLIC_URL", store.clone()),
            ("STRIPE_API_URL", provider.clone()),
            ("PORT", ports[0].to_string()),
            ("OPERATIONS_PORT", ports[1].to_string()),
            ("WORKER_PORT", ports[2].to_string()),
            ("MAX_UNPAID_ORDERS_PER_ADDRESS", "1000".into()),
        ];
        let serve = Program::new("serve", ports[1], &common);
        let mut worker = Program::new("worker", ports[2], &common);
        worker.set("MAIL_FOLDER", worker.folder().join("mail").to_str().unwrap());
        let mut demo = Program::local("demo-provider", ports[3], &[("DEMO_PROVIDER_PORT", ports[3].to_string())]);
        demo.set("DEMO_LEDGER", demo.folder().join("payments.jsonl").to_str().unwrap());
        demo.set("DEMO_PROVIDER_URL", &provider);
        demo.set("DEMO_WEBHOOK_URL", &format!("{store}/api/webhooks/stripe"));
        let shop = Shop::outside(db, store.parse().unwrap()).await;
        Self { serve, worker, demo, shop, provider: Provider::outside(provider.parse().unwrap()) }
    }

    pub async fn start(&mut self) {
        for program in [&mut self.demo, &mut self.serve, &mut self.worker] {
            program.start();
        }
        self.are_there().await;
    }

    /// Waits until all three answer.
    pub async fn are_there(&self) {
        self.demo.answers("/").await;
        self.serve.answers("/readyz").await;
        self.worker.answers("/readyz").await;
    }

    /// Nothing that must always hold is broken, and the provider's ledger says the same as ours, refunds included.
    pub async fn expect_agreement(&self) {
        let mut connection = self.shop.db.acquire().await.unwrap();
        let violations: Vec<_> =
            audit::audit(&mut connection).await.unwrap().into_iter().filter(|finding| finding.violations > 0).collect();
        assert!(violations.is_empty(), "{violations:?}");
        assert_eq!(self.provider.disagreements(&self.shop.db).await, Vec::<String>::new());
    }
}
