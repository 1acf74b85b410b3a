//! Who may do what: the one place that decides it. What no rule allows is refused (OWASP ASVS 5.0, 8.2.1).

use std::{str::FromStr, sync::Arc};

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::session::{Caller, Proof};
use crate::error::{Error, Result};

/// What somebody is to the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Buys.
    Customer,
    /// Answers customers and ships their orders.
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
    /// Ship everybody's orders.
    #[serde(rename = "orders:write")]
    OrdersWrite,
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

impl Role {
    /// Whether this role may do it at all.
    pub fn permits(self, scope: Scope) -> bool {
        use Scope::{
            AccountRead, AccountWrite, CatalogueRead, CatalogueWrite, CustomersRead, OrdersRead, OrdersWrite,
            StockWrite,
        };
        match self {
            Self::Customer => matches!(scope, AccountRead | AccountWrite),
            Self::Support => matches!(scope, AccountRead | AccountWrite | OrdersRead | OrdersWrite | CustomersRead),
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

impl Access {
    /// Lets through whom it is for.
    ///
    /// # Errors
    /// 401 for who is not signed in, 403 for who may not.
    pub fn expect(self, caller: Option<&Caller>) -> Result<()> {
        let signed_in = || caller.ok_or(Error::SignInRequired);
        match self {
            Self::Public => Ok(()),
            Self::Own(scope) => expect_scope(signed_in()?, scope),
            Self::Session => match signed_in()?.proof {
                Proof::Token(_) => Err(Error::forbidden("session_required", "This is not for programs: sign in.")),
                Proof::Password | Proof::SecondFactor => Ok(()),
            },
            Self::Staff(scope) => {
                let caller = signed_in()?;
                expect_scope(caller, scope)?;
                match caller.proof {
                    Proof::Password => Err(Error::forbidden(
                        "second_factor_required",
                        "Staff prove who they are by a second factor: set one up in the account's security settings.",
                    )),
                    Proof::SecondFactor | Proof::Token(_) => Ok(()),
                }
            }
        }
    }
}

fn expect_scope(caller: &Caller, scope: Scope) -> Result<()> {
    if !caller.role.permits(scope) {
        return Err(Error::forbidden("forbidden", "Your role does not allow this."));
    }
    match &caller.proof {
        Proof::Token(scopes) if !scopes.contains(&scope) => {
            Err(Error::forbidden("scope_missing", "The token's scopes do not allow this."))
        }
        _ => Ok(()),
    }
}

/// Every endpoint.
#[rustfmt::skip]
pub fn rules() -> Vec<Rule> {
    use Access::{Own, Public, Session, Staff};
    use Scope::{AccountRead, AccountWrite, AuditRead, CatalogueRead, CatalogueWrite, CustomersRead, OrdersRead, OrdersWrite, StaffWrite, StockWrite};
    let (get, post, put, patch, delete) = (Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE);
    [
        (&get,    "/api/store", Public),
        (&get,    "/api/products", Public),
        (&get,    "/api/products/{slug}", Public),
        (&get,    "/api/categories", Public),
        (&get,    "/api/search/suggestions", Public),
        (&get,    "/api/countries", Public),
        (&post,   "/api/carts", Public),
        (&get,    "/api/carts/{id}", Public),
        (&post,   "/api/carts/{id}/items", Public),
        (&patch,  "/api/carts/{id}/items/{variant_id}", Public),
        (&delete, "/api/carts/{id}/items/{variant_id}", Public),
        (&post,   "/api/carts/{id}/acknowledgement", Public),
        (&get,    "/api/carts/{id}/shipping-methods", Public),
        (&post,   "/api/orders", Public),
        (&get,    "/api/orders/{number}", Public),
        (&post,   "/api/orders/{number}/payment", Public),
        (&post,   "/api/orders/{number}/cancellation", Public),
        (&post,   "/api/webhooks/stripe", Public),

        (&post,   "/api/auth/register", Public),
        (&post,   "/api/auth/verify", Public),
        (&post,   "/api/auth/login", Public),
        (&post,   "/api/auth/login/totp", Public),
        (&post,   "/api/auth/logout", Public),
        (&post,   "/api/auth/password/forgot", Public),
        (&post,   "/api/auth/password/reset", Public),
        (&post,   "/api/auth/email/confirm", Public),

        (&get,    "/api/account", Own(AccountRead)),
        (&patch,  "/api/account", Own(AccountWrite)),
        (&post,   "/api/account/password", Session),
        (&post,   "/api/account/email", Session),
        (&delete, "/api/account/email", Session),
        (&get,    "/api/account/addresses", Own(AccountRead)),
        (&post,   "/api/account/addresses", Own(AccountWrite)),
        (&put,    "/api/account/addresses/{id}", Own(AccountWrite)),
        (&delete, "/api/account/addresses/{id}", Own(AccountWrite)),
        (&get,    "/api/account/orders", Own(AccountRead)),
        (&post,   "/api/account/orders/{number}/reorder", Own(AccountWrite)),
        (&get,    "/api/account/sessions", Session),
        (&delete, "/api/account/sessions", Session),
        (&delete, "/api/account/sessions/{id}", Session),
        (&post,   "/api/account/totp", Session),
        (&post,   "/api/account/totp/confirmation", Session),
        (&post,   "/api/account/totp/recovery-codes", Session),
        (&post,   "/api/account/totp/removal", Session),
        (&get,    "/api/account/tokens", Session),
        (&post,   "/api/account/tokens", Session),
        (&delete, "/api/account/tokens/{id}", Session),
        (&get,    "/api/account/export", Session),
        (&post,   "/api/account/export", Session),
        (&get,    "/api/account/export/file", Session),
        (&post,   "/api/account/erasure", Session),

        (&get,    "/api/admin/products", Staff(CatalogueRead)),
        (&post,   "/api/admin/products", Staff(CatalogueWrite)),
        (&get,    "/api/admin/products/{id}", Staff(CatalogueRead)),
        (&patch,  "/api/admin/products/{id}", Staff(CatalogueWrite)),
        (&post,   "/api/admin/products/{id}/variants", Staff(CatalogueWrite)),
        (&patch,  "/api/admin/variants/{id}", Staff(CatalogueWrite)),
        (&put,    "/api/admin/variants/{id}/prices/{currency}", Staff(CatalogueWrite)),
        (&delete, "/api/admin/variants/{id}/prices/{currency}", Staff(CatalogueWrite)),
        (&post,   "/api/admin/products/{id}/pictures", Staff(CatalogueWrite)),
        (&patch,  "/api/admin/pictures/{id}", Staff(CatalogueWrite)),
        (&delete, "/api/admin/pictures/{id}", Staff(CatalogueWrite)),
        (&post,   "/api/admin/stock-movements", Staff(StockWrite)),
        (&get,    "/api/admin/orders", Staff(OrdersRead)),
        (&get,    "/api/admin/orders/{number}", Staff(OrdersRead)),
        (&post,   "/api/admin/orders/{number}/fulfilments", Staff(OrdersWrite)),
        (&get,    "/api/admin/customers", Staff(CustomersRead)),
        (&get,    "/api/admin/customers/{id}", Staff(CustomersRead)),
        (&put,    "/api/admin/accounts/{id}/role", Staff(StaffWrite)),
        (&get,    "/api/admin/audit-log", Staff(AuditRead)),
    ]
    .into_iter()
    .map(|(method, path, access)| Rule { method: method.clone(), path, access })
    .collect()
}

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
