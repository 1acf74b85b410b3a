-- What each role may do. `devopsify roles` creates the roles with their passwords. Where it has not run, they are created here
-- without a password. Every later migration that creates a table grants the application the rights that it needs there.
DO $$
DECLARE
    role text;
BEGIN
    FOREACH role IN ARRAY ARRAY['devopsify_owner', 'devopsify_application', 'devopsify_monitoring'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
            -- Roles are the server's, and another database may be migrated at the same time.
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', role);
            EXCEPTION
                WHEN duplicate_object OR unique_violation THEN NULL;
                WHEN insufficient_privilege THEN
                    RAISE EXCEPTION 'the server has no role %', role
                        USING HINT = 'create it by `devopsify roles`, with the address of an administrator of the server';
            END;
        END IF;
    END LOOP;
END $$;

GRANT USAGE ON SCHEMA public TO devopsify_application;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO devopsify_application;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO devopsify_application;
GRANT UPDATE ON settings TO devopsify_application;

-- Ledgers and histories: what is written stays.
GRANT INSERT ON
    stock_movements, order_lines, order_taxes, order_events, order_cancellations, order_cancellation_lines, fulfilment_lines,
    audit_log
TO devopsify_application;

-- What the payment provider reported: never changed, and deleted after 90 days.
GRANT INSERT, DELETE ON provider_events TO devopsify_application;

-- What moves from state to state, and stays.
GRANT INSERT, UPDATE ON
    stock, stock_reservations, orders, order_addresses, payments, refunds, disputes, fulfilments
TO devopsify_application;

-- What comes and goes.
GRANT INSERT, UPDATE, DELETE ON
    categories, products, product_categories, product_options, media, media_renditions, variants, prices, product_listings,
    search_words, tax_rates, shipping_methods, shipping_rates, carts, cart_items, idempotency_keys, accounts, registrations,
    password_resets, email_changes, second_factors, recovery_codes, sessions, api_tokens, attempts, account_devices, addresses,
    exports
TO devopsify_application;
