//! Who may ask for what.

use devopsify::policy::{Access, rules};
use reqwest::{Method, StatusCode};
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use super::open;
use crate::support::{Shop, staff::Staff};

/// The staff's endpoints, with something in place of their parameters.
fn endpoints() -> Vec<(Method, String)> {
    let staff = rules().into_iter().filter(|rule| matches!(rule.access, Access::Staff(_)));
    let filled = |path: &str| {
        path.replace("{id}", &Uuid::nil().to_string()).replace("{number}", "1").replace("{currency}", "EUR")
    };
    staff.map(|rule| (rule.method, filled(rule.path))).collect()
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn nobody_but_staff_gets_in(db: PgPool) {
    let shop = open(db).await;
    let customer = Staff::new(&shop, "customer", "second_factor").await;
    let careless = Staff::new(&shop, "administrator", "password").await;
    for (method, path) in endpoints() {
        let anybody = shop.send(method.clone(), &path, &[], Some(&json!({}))).await;
        assert_eq!(anybody.refusal(), (401, "sign_in_required".into()), "{method} {path}");
        let refused = customer.send(method.clone(), &path, &json!({})).await;
        assert_eq!(refused.refusal(), (403, "forbidden".into()), "{method} {path}");
        let refused = careless.send(method.clone(), &path, &json!({})).await;
        assert_eq!(refused.refusal(), (403, "second_factor_required".into()), "{method} {path}");
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_role_opens_what_it_is_for(db: PgPool) {
    let shop = open(db).await;
    let (support, keeper) = (
        Staff::new(&shop, "support", "second_factor").await,
        Staff::new(&shop, "catalogue_manager", "second_factor").await,
    );
    for (path, by_support, by_keeper) in [
        ("/api/admin/orders", 200, 403),
        ("/api/admin/customers", 200, 403),
        ("/api/admin/products", 403, 200),
        ("/api/admin/audit-log", 403, 403),
    ] {
        assert_eq!(support.get(path).await.status.as_u16(), by_support, "{path}");
        assert_eq!(keeper.get(path).await.status.as_u16(), by_keeper, "{path}");
    }
}

/// What is not there, and parameters that nobody knows, by somebody who may.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_is_not_there_is_not_found(db: PgPool) {
    let shop: Shop = open(db).await;
    let staff = Staff::administrator(&shop).await;
    for path in ["/api/admin/orders/1", "/api/admin/orders/x", "/api/admin/customers/x", "/api/admin/products/x"] {
        assert_eq!(staff.get(path).await.refusal(), (404, "not_found".into()), "{path}");
    }
    for list in ["orders", "customers", "audit-log", "products"] {
        let path = format!("/api/admin/{list}");
        assert_eq!(staff.get(&format!("{path}?stats=1")).await.refused(), ["stats"], "{path}");
        assert_eq!(staff.get(&format!("{path}?limit=0")).await.refused(), ["limit"], "{path}");
        assert_eq!(staff.get(&format!("{path}?cursor=x")).await.refused(), ["cursor"], "{path}");
        assert_eq!(staff.get(&path).await.status, StatusCode::OK, "{path}");
    }
}
