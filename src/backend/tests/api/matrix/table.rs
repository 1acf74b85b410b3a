//! What everybody gets, written by hand.

/// An endpoint, and its answers to: nobody signed in, another customer, the owner of what is asked for, support, the catalogue
/// manager, the administrator.
pub type Row = (&'static str, [u16; 6]);

#[rustfmt::skip]
pub const EXPECTED: &[Row] = &[
    // For everybody.
    ("GET /api/store",                                   [200, 200, 200, 200, 200, 200]),
    ("GET /api/products",                                [200, 200, 200, 200, 200, 200]),
    ("GET /api/products/{slug}",                         [200, 200, 200, 200, 200, 200]),
    ("GET /api/categories",                              [200, 200, 200, 200, 200, 200]),
    ("GET /api/search/suggestions",                      [200, 200, 200, 200, 200, 200]),
    ("GET /api/countries",                               [200, 200, 200, 200, 200, 200]),
    ("POST /api/carts",                                  [201, 201, 201, 201, 201, 201]),
    ("POST /api/webhooks/stripe",                        [200, 200, 200, 200, 200, 200]),
    ("POST /api/auth/register",                          [202, 202, 202, 202, 202, 202]),
    ("POST /api/auth/verify",                            [200, 200, 200, 200, 200, 200]),
    ("POST /api/auth/login",                             [200, 200, 200, 200, 200, 200]),
    ("POST /api/auth/logout",                            [204, 204, 204, 204, 204, 204]),
    ("POST /api/auth/password/forgot",                   [202, 202, 202, 202, 202, 202]),
    ("POST /api/auth/password/reset",                    [204, 204, 204, 204, 204, 204]),
    ("POST /api/auth/email/confirm",                     [200, 200, 200, 200, 200, 200]),
    // The second step is for who has taken the first, and is not signed in yet.
    ("POST /api/auth/login/totp",                        [200, 401, 401, 401, 401, 401]),

    // The owner's cart and order, without their tokens: nobody else knows that they are there, staff no more than others.
    ("GET /api/carts/{id}",                              [404, 404, 200, 404, 404, 404]),
    ("POST /api/carts/{id}/items",                       [404, 404, 200, 404, 404, 404]),
    ("PATCH /api/carts/{id}/items/{variant_id}",         [404, 404, 200, 404, 404, 404]),
    ("DELETE /api/carts/{id}/items/{variant_id}",        [404, 404, 200, 404, 404, 404]),
    ("POST /api/carts/{id}/acknowledgement",             [404, 404, 200, 404, 404, 404]),
    ("GET /api/carts/{id}/shipping-methods",             [404, 404, 200, 404, 404, 404]),
    ("POST /api/orders",                                 [404, 404, 201, 404, 404, 404]),
    ("GET /api/orders/{number}",                         [404, 404, 200, 404, 404, 404]),
    ("POST /api/orders/{number}/payment",                [404, 404, 200, 404, 404, 404]),
    ("POST /api/orders/{number}/cancellation",           [404, 404, 200, 404, 404, 404]),

    // One's own account, whoever one is.
    ("GET /api/account",                                 [401, 200, 200, 200, 200, 200]),
    ("PATCH /api/account",                               [401, 200, 200, 200, 200, 200]),
    ("POST /api/account/password",                       [401, 204, 204, 204, 204, 204]),
    ("POST /api/account/email",                          [401, 202, 202, 202, 202, 202]),
    ("DELETE /api/account/email",                        [401, 204, 204, 204, 204, 204]),
    ("GET /api/account/addresses",                       [401, 200, 200, 200, 200, 200]),
    ("POST /api/account/addresses",                      [401, 201, 201, 201, 201, 201]),
    ("GET /api/account/orders",                          [401, 200, 200, 200, 200, 200]),
    ("GET /api/account/sessions",                        [401, 200, 200, 200, 200, 200]),
    ("DELETE /api/account/sessions",                     [401, 204, 204, 204, 204, 204]),
    ("POST /api/account/totp",                           [401, 200, 200, 200, 200, 200]),
    ("POST /api/account/totp/confirmation",              [401, 200, 200, 200, 200, 200]),
    ("POST /api/account/totp/recovery-codes",            [401, 200, 200, 200, 200, 200]),
    ("POST /api/account/totp/removal",                   [401, 204, 204, 204, 204, 204]),
    ("GET /api/account/tokens",                          [401, 200, 200, 200, 200, 200]),
    ("POST /api/account/tokens",                         [401, 201, 201, 201, 201, 201]),
    ("POST /api/account/export",                         [401, 202, 202, 202, 202, 202]),
    ("POST /api/account/erasure",                        [401, 204, 204, 204, 204, 204]),
    // What belongs to the owner's.
    ("PUT /api/account/addresses/{id}",                  [401, 404, 200, 404, 404, 404]),
    ("DELETE /api/account/addresses/{id}",               [401, 404, 204, 404, 404, 404]),
    ("POST /api/account/orders/{number}/reorder",        [401, 404, 200, 404, 404, 404]),
    ("DELETE /api/account/sessions/{id}",                [401, 404, 204, 404, 404, 404]),
    ("DELETE /api/account/tokens/{id}",                  [401, 404, 204, 404, 404, 404]),
    ("GET /api/account/export",                          [401, 404, 200, 404, 404, 404]),
    ("GET /api/account/export/file",                     [401, 404, 200, 404, 404, 404]),

    // Staff, each what the role is for.
    ("GET /api/admin/products",                          [401, 403, 403, 403, 200, 200]),
    ("POST /api/admin/products",                         [401, 403, 403, 403, 201, 201]),
    ("GET /api/admin/products/{id}",                     [401, 403, 403, 403, 200, 200]),
    ("PATCH /api/admin/products/{id}",                   [401, 403, 403, 403, 200, 200]),
    ("POST /api/admin/products/{id}/variants",           [401, 403, 403, 403, 201, 201]),
    ("PATCH /api/admin/variants/{id}",                   [401, 403, 403, 403, 200, 200]),
    ("PUT /api/admin/variants/{id}/prices/{currency}",   [401, 403, 403, 403, 200, 200]),
    ("DELETE /api/admin/variants/{id}/prices/{currency}",[401, 403, 403, 403, 200, 200]),
    ("POST /api/admin/products/{id}/pictures",           [401, 403, 403, 403, 201, 201]),
    ("PATCH /api/admin/pictures/{id}",                   [401, 403, 403, 403, 200, 200]),
    ("DELETE /api/admin/pictures/{id}",                  [401, 403, 403, 403, 200, 200]),
    ("POST /api/admin/stock-movements",                  [401, 403, 403, 403, 201, 201]),
    ("GET /api/admin/orders",                            [401, 403, 403, 200, 403, 200]),
    ("GET /api/admin/orders/{number}",                   [401, 403, 403, 200, 403, 200]),
    ("POST /api/admin/orders/{number}/fulfilments",      [401, 403, 403, 201, 403, 201]),
    ("POST /api/admin/orders/{number}/cancellations",    [401, 403, 403, 201, 403, 201]),
    ("POST /api/admin/orders/{number}/close",            [401, 403, 403, 200, 403, 200]),
    ("POST /api/admin/orders/{number}/refunds",          [401, 403, 403, 201, 403, 201]),
    ("POST /api/admin/refunds/{id}/retry",               [401, 403, 403, 201, 403, 201]),
    ("POST /api/admin/refunds/{id}/resolution",          [401, 403, 403, 201, 403, 201]),
    ("GET /api/admin/customers",                         [401, 403, 403, 200, 403, 200]),
    ("GET /api/admin/customers/{id}",                    [401, 403, 403, 200, 403, 200]),
    ("PUT /api/admin/accounts/{id}/role",                [401, 403, 403, 403, 403, 200]),
    ("GET /api/admin/audit-log",                         [401, 403, 403, 403, 403, 200]),
];
