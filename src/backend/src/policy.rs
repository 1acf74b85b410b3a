//! Who may do what: the one place that decides it. What no rule allows is refused (OWASP ASVS 5.0, 8.2.1).

use std::{str::FromStr, sync::Arc};

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What somebody is to the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Buys.
    Customer,
    /// Answers customers, ships and cancels their orders, and gives their money back.
    Support,
    /// Looks after products and stock.
    CatalogueManager,
    /// May do everything.
    Administrator,
}

/// Something that can be allowed: to a role by the table below, to a program by its token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum Scope {
    /// See what is one's own.
    #[serde(rename = "account:read")]
    AccountRead,
    /// Change what is one's own.
    #[serde(rename = "account:write")]
    AccountWrite,
    /// See products that are not for sale, and what they cost the store.
    #[serde(rename = "catalogue:read")]
    CatalogueRead,
    /// Change products, variants, prices and pictures.
    #[serde(rename = "catalogue:write")]
    CatalogueWrite,
    /// Move stock.
    #[serde(rename = "stock:write")]
    StockWrite,
    /// See everybody's orders.
    #[serde(rename = "orders:read")]
    OrdersRead,
    /// Ship and cancel everybody's orders.
    #[serde(rename = "orders:write")]
    OrdersWrite,
    /// Give money back for everybody's orders: at most what was paid, and by the provider only to who paid it.
    #[serde(rename = "refunds:write")]
    RefundsWrite,
    /// See customers.
    #[serde(rename = "customers:read")]
    CustomersRead,
    /// Say who is staff.
    #[serde(rename = "staff:write")]
    StaffWrite,
    /// See who of the staff changed what.
    #[serde(rename = "audit:read")]
    AuditRead,
}

impl Scope {
    /// Each one.
    pub const ALL: [Self; 11] = [
        Self::AccountRead,
        Self::AccountWrite,
        Self::CatalogueRead,
        Self::CatalogueWrite,
        Self::StockWrite,
        Self::OrdersRead,
        Self::OrdersWrite,
        Self::RefundsWrite,
        Self::CustomersRead,
        Self::StaffWrite,
        Self::AuditRead,
    ];

    /// As it is written in tokens.
    pub fn name(self) -> String {
        serde_json::to_value(self).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
    }
}

impl Role {
    /// Whether this role may do it at all.
    pub fn permits(self, scope: Scope) -> bool {
        use Scope::{
            AccountRead, AccountWrite, CatalogueRead, CatalogueWrite, CustomersRead, OrdersRead, OrdersWrite,
            RefundsWrite, StockWrite,
        };
        match self {
            Self::Customer => matches!(scope, AccountRead | AccountWrite),
            Self::Support => {
                matches!(scope, AccountRead | AccountWrite | OrdersRead | OrdersWrite | RefundsWrite | CustomersRead)
            }
            Self::CatalogueManager => {
                matches!(scope, AccountRead | AccountWrite | CatalogueRead | CatalogueWrite | StockWrite)
            }
            Self::Administrator => true,
        }
    }

    /// Whether it may do more than a customer, and so has to prove it better.
    pub fn is_staff(self) -> bool {
        self != Self::Customer
    }

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Support => "support",
            Self::CatalogueManager => "catalogue_manager",
            Self::Administrator => "administrator",
        }
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        [Self::Customer, Self::Support, Self::CatalogueManager, Self::Administrator]
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| format!("{text} is no role: customer, support, catalogue_manager or administrator"))
    }
}

/// Who an endpoint is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody. What belongs to somebody is opened by its own token, or by its owner's session.
    Public,
    /// Who is signed in, and programs with this scope; for what is their own.
    Own(Scope),
    /// Who is signed in with a browser: what decides about the account itself is not for programs.
    Session,
    /// Staff whose role permits it and who have proved a second factor, and programs of theirs with this scope.
    Staff(Scope),
}

/// An endpoint and who it is for.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The request's method; HEAD is GET.
    pub method: Method,
    /// As the router has it.
    pub path: &'static str,
    /// Who it is for.
    pub access: Access,
}

/// Decides.
#[derive(Debug, Clone)]
pub struct Policy(Arc<[Rule]>);

impl Policy {
    /// A policy of these rules, which refuses everything else.
    pub fn new(rules: Vec<Rule>) -> Self {
        Self(rules.into())
    }

    /// Who an endpoint is for; none when no rule says so.
    pub fn access(&self, method: &Method, path: &str) -> Option<Access> {
        let method = if method == Method::HEAD { &Method::GET } else { method };
        self.0.iter().find(|rule| rule.method == method && rule.path == path).map(|rule| rule.access)
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self::new(rules())
    }
}

/// Every endpoint.
pub fn rules() -> Vec<Rule> {
    RULES.iter().map(|(method, path, access)| Rule { method: method.clone(), path, access: *access }).collect()
}

#[rustfmt::skip]
static RULES: &[(Method, &str, Access)] = &[
    (Method::GET,    "/api/store", Access::Public),
    (Method::GET,    "/api/products", Access::Public),
    (Method::GET,    "/api/products/{slug}", Access::Public),
    (Method::GET,    "/api/categories", Access::Public),
    (Method::GET,    "/api/search/suggestions", Access::Public),
    (Method::GET,    "/api/countries", Access::Public),
    (Method::POST,   "/api/carts", Access::Public),
    (Method::GET,    "/api/carts/{id}", Access::Public),
    (Method::POST,   "/api/carts/{id}/items", Access::Public),
    (Method::PATCH,  "/api/carts/{id}/items/{variant_id}", Access::Public),
    (Method::DELETE, "/api/carts/{id}/items/{variant_id}", Access::Public),
    (Method::POST,   "/api/carts/{id}/acknowledgement", Access::Public),
    (Method::GET,    "/api/carts/{id}/shipping-methods", Access::Public),
    (Method::POST,   "/api/orders", Access::Public),
    (Method::GET,    "/api/orders/{number}", Access::Public),
    (Method::POST,   "/api/orders/{number}/payment", Access::Public),
    (Method::POST,   "/api/orders/{number}/cancellation", Access::Public),
    (Method::POST,   "/api/webhooks/stripe", Access::Public),

    (Method::POST,   "/api/auth/register", Access::Public),
    (Method::POST,   "/api/auth/verify", Access::Public),
    (Method::POST,   "/api/auth/login", Access::Public),
    (Method::POST,   "/api/auth/login/totp", Access::Public),
    (Method::POST,   "/api/auth/logout", Access::Public),
    (Method::POST,   "/api/auth/password/forgot", Access::Public),
    (Method::POST,   "/api/auth/password/reset", Access::Public),
    (Method::POST,   "/api/auth/email/confirm", Access::Public),

    (Method::GET,    "/api/account", Access::Own(Scope::AccountRead)),
    (Method::PATCH,  "/api/account", Access::Own(Scope::AccountWrite)),
    (Method::POST,   "/api/account/password", Access::Session),
    (Method::POST,   "/api/account/email", Access::Session),
    (Method::DELETE, "/api/account/email", Access::Session),
    (Method::GET,    "/api/account/addresses", Access::Own(Scope::AccountRead)),
    (Method::POST,   "/api/account/addresses", Access::Own(Scope::AccountWrite)),
    (Method::PUT,    "/api/account/addresses/{id}", Access::Own(Scope::AccountWrite)),
    (Method::DELETE, "/api/account/addresses/{id}", Access::Own(Scope::AccountWrite)),
    (Method::GET,    "/api/account/orders", Access::Own(Scope::AccountRead)),
    (Method::POST,   "/api/account/orders/{number}/reorder", Access::Own(Scope::AccountWrite)),
    (Method::GET,    "/api/account/sessions", Access::Session),
    (Method::DELETE, "/api/account/sessions", Access::Session),
    (Method::DELETE, "/api/account/sessions/{id}", Access::Session),
    (Method::POST,   "/api/account/totp", Access::Session),
    (Method::POST,   "/api/account/totp/confirmation", Access::Session),
    (Method::POST,   "/api/account/totp/recovery-codes", Access::Session),
    (Method::POST,   "/api/account/totp/removal", Access::Session),
    (Method::GET,    "/api/account/tokens", Access::Session),
    (Method::POST,   "/api/account/tokens", Access::Session),
    (Method::DELETE, "/api/account/tokens/{id}", Access::Session),
    (Method::GET,    "/api/account/export", Access::Session),
    (Method::POST,   "/api/account/export", Access::Session),
    (Method::GET,    "/api/account/export/file", Access::Session),
    (Method::POST,   "/api/account/erasure", Access::Session),

    (Method::GET,    "/api/admin/products", Access::Staff(Scope::CatalogueRead)),
    (Method::POST,   "/api/admin/products", Access::Staff(Scope::CatalogueWrite)),
    (Method::GET,    "/api/admin/products/{id}", Access::Staff(Scope::CatalogueRead)),
    (Method::PATCH,  "/api/admin/products/{id}", Access::Staff(Scope::CatalogueWrite)),
    (Method::POST,   "/api/admin/products/{id}/variants", Access::Staff(Scope::CatalogueWrite)),
    (Method::PATCH,  "/api/admin/variants/{id}", Access::Staff(Scope::CatalogueWrite)),
    (Method::PUT,    "/api/admin/variants/{id}/prices/{currency}", Access::Staff(Scope::CatalogueWrite)),
    (Method::DELETE, "/api/admin/variants/{id}/prices/{currency}", Access::Staff(Scope::CatalogueWrite)),
    (Method::POST,   "/api/admin/products/{id}/pictures", Access::Staff(Scope::CatalogueWrite)),
    (Method::PATCH,  "/api/admin/pictures/{id}", Access::Staff(Scope::CatalogueWrite)),
    (Method::DELETE, "/api/admin/pictures/{id}", Access::Staff(Scope::CatalogueWrite)),
    (Method::POST,   "/api/admin/stock-movements", Access::Staff(Scope::StockWrite)),
    (Method::GET,    "/api/admin/orders", Access::Staff(Scope::OrdersRead)),
    (Method::GET,    "/api/admin/orders/{number}", Access::Staff(Scope::OrdersRead)),
    (Method::POST,   "/api/admin/orders/{number}/fulfilments", Access::Staff(Scope::OrdersWrite)),
    // Giving money back by it requires `refunds:write` too.
    (Method::POST,   "/api/admin/orders/{number}/cancellations", Access::Staff(Scope::OrdersWrite)),
    (Method::POST,   "/api/admin/orders/{number}/close", Access::Staff(Scope::OrdersWrite)),
    (Method::POST,   "/api/admin/orders/{number}/refunds", Access::Staff(Scope::RefundsWrite)),
    (Method::POST,   "/api/admin/refunds/{id}/retry", Access::Staff(Scope::RefundsWrite)),
    (Method::POST,   "/api/admin/refunds/{id}/resolution", Access::Staff(Scope::RefundsWrite)),
    (Method::GET,    "/api/admin/customers", Access::Staff(Scope::CustomersRead)),
    (Method::GET,    "/api/admin/customers/{id}", Access::Staff(Scope::CustomersRead)),
    (Method::PUT,    "/api/admin/accounts/{id}/role", Access::Staff(Scope::StaffWrite)),
    (Method::GET,    "/api/admin/audit-log", Access::Staff(Scope::AuditRead)),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::router;

    #[test]
    fn every_endpoint_has_one_rule_and_every_rule_an_endpoint() {
        let document = serde_json::to_value(router::openapi()).unwrap();
        let documented: HashSet<(String, String)> = document["paths"]
            .as_object()
            .unwrap()
            .iter()
            .flat_map(|(path, methods)| {
                methods.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone()))
            })
            .collect();
        let ruled: Vec<_> = rules().iter().map(|rule| (rule.method.to_string(), rule.path.to_owned())).collect();
        assert_eq!(ruled.len(), ruled.iter().collect::<HashSet<_>>().len(), "an endpoint has two rules");
        assert_eq!(ruled.into_iter().collect::<HashSet<_>>(), documented);
    }
}
