-- What lists and search read: one row for each product and currency in which it can be bought, derived from the
-- catalogue by refresh_product_listings() in the transaction of every change, and the vocabulary that corrects typing.
CREATE TABLE product_listings (
    product_id   uuid NOT NULL REFERENCES products ON DELETE CASCADE,
    currency     char(3) NOT NULL,
    published_at timestamptz NOT NULL,
    min_amount   bigint NOT NULL,
    category_ids uuid[] NOT NULL,
    vendor       text,
    document     tsvector NOT NULL,
    PRIMARY KEY (product_id, currency)
);
CREATE INDEX product_listings_newest ON product_listings (currency, published_at, product_id);
CREATE INDEX product_listings_cheapest ON product_listings (currency, min_amount, product_id);
CREATE INDEX product_listings_by_category ON product_listings USING gin (category_ids);
CREATE INDEX product_listings_by_document ON product_listings USING gin (document);

CREATE TABLE search_words (word text PRIMARY KEY, stem text NOT NULL);
CREATE INDEX search_words_by_stem ON search_words (stem);
CREATE INDEX search_words_by_trigram ON search_words USING gin (word gin_trgm_ops);
CREATE INDEX search_words_by_prefix ON search_words (word text_pattern_ops);

-- The texts of a product by their weight: A its title, B what it is, C its choices, D its description.
CREATE FUNCTION product_texts(product uuid) RETURNS TABLE (weight "char", body text)
LANGUAGE sql STABLE AS $$
    SELECT 'A'::"char", p.title FROM products p WHERE p.id = product
    UNION ALL
    SELECT 'B', concat_ws(' ', p.vendor, array_to_string(p.tags, ' ')) FROM products p WHERE p.id = product
    UNION ALL
    SELECT 'B', a.name FROM product_categories pc, category_ancestors(pc.category_id) a WHERE pc.product_id = product
    UNION ALL
    SELECT 'C', array_to_string(o.values, ' ') FROM product_options o WHERE o.product_id = product
    UNION ALL
    SELECT 'C', translate(string_agg(v.sku, ' '), '-_./', '    ') FROM variants v WHERE v.product_id = product
    UNION ALL
    SELECT 'D', regexp_replace(p.description_html, '<[^>]*>', ' ', 'g') FROM products p WHERE p.id = product
$$;

CREATE AGGREGATE tsvector_agg (tsvector) (SFUNC = tsvector_concat, STYPE = tsvector, INITCOND = '');

CREATE FUNCTION product_document(product uuid) RETURNS tsvector LANGUAGE sql STABLE AS $$
    SELECT tsvector_agg(setweight(to_tsvector('english', unaccent(coalesce(body, ''))), weight)) FROM product_texts(product)
$$;

CREATE FUNCTION refresh_product_listings(changed uuid[]) RETURNS void LANGUAGE sql AS $$
    DELETE FROM product_listings WHERE product_id = ANY (changed);

    INSERT INTO product_listings (product_id, currency, published_at, min_amount, category_ids, vendor, document)
    SELECT p.id, offer.currency, p.published_at, offer.min_amount, place.category_ids, p.vendor, product_document(p.id)
    FROM products p
    CROSS JOIN LATERAL (SELECT r.currency, min(r.amount) AS min_amount
                        FROM variants v JOIN prices r ON r.variant_id = v.id
                        WHERE v.product_id = p.id GROUP BY r.currency) offer
    CROSS JOIN LATERAL (SELECT coalesce(array_agg(DISTINCT a.id), '{}') AS category_ids
                        FROM product_categories pc, category_ancestors(pc.category_id) a
                        WHERE pc.product_id = p.id) place
    WHERE p.id = ANY (changed) AND p.status = 'active';

    -- In order, so that two changes at once never wait for each other in a ring.
    INSERT INTO search_words (word, stem)
    SELECT DISTINCT word, coalesce((ts_lexize('english_stem', word))[1], word)
    FROM unnest(changed) product, product_texts(product) t,
         unnest(tsvector_to_array(to_tsvector('simple', unaccent(coalesce(t.body, ''))))) word
    WHERE length(word) BETWEEN 3 AND 40
    ORDER BY word
    ON CONFLICT DO NOTHING;
$$;

-- The variants that a shopper's filters leave, NULL (or an empty array) standing for "any". `wanted_options` are
-- lower-case `name:value`; the values of one name are alternatives, and one variant must satisfy every name.
CREATE FUNCTION matching_variants(
    wanted_currency char(3), wanted_text tsquery, wanted_category uuid, wanted_vendors text[], wanted_options text[],
    wanted_min bigint, wanted_max bigint, wanted_available boolean
) RETURNS TABLE (product_id uuid, option_values text[], amount bigint, available boolean, vendor text, category_ids uuid[])
LANGUAGE sql STABLE AS $$
    SELECT l.product_id, v.option_values, r.amount, s.backorderable OR s.on_hand > s.reserved, l.vendor, l.category_ids
    FROM product_listings l
    JOIN variants v ON v.product_id = l.product_id
    JOIN prices r ON r.variant_id = v.id AND r.currency = l.currency
    JOIN stock s ON s.variant_id = v.id
    WHERE l.currency = wanted_currency
      AND (wanted_text IS NULL OR l.document @@ wanted_text)
      AND (wanted_category IS NULL OR l.category_ids @> ARRAY[wanted_category])
      AND (cardinality(wanted_vendors) = 0 OR l.vendor = ANY (wanted_vendors))
      AND (wanted_min IS NULL OR r.amount >= wanted_min)
      AND (wanted_max IS NULL OR r.amount <= wanted_max)
      AND (NOT wanted_available OR s.backorderable OR s.on_hand > s.reserved)
      AND (cardinality(wanted_options) = 0
           OR (SELECT count(*) FROM product_options o
               WHERE o.product_id = v.product_id
                 AND lower(o.name) || ':' || lower(v.option_values[o.position]) = ANY (wanted_options))
            = (SELECT count(DISTINCT split_part(w, ':', 1)) FROM unnest(wanted_options) w))
$$;

-- A product's first pictures with their sizes, as the API shows them; one that is not ready yet is left out.
CREATE FUNCTION product_pictures(product uuid, at_most integer) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object('id', shown.id, 'alt', shown.alt, 'renditions', shown.renditions)
                              ORDER BY shown.position, shown.id), '[]')
    FROM (SELECT m.id, m.alt, m.position,
                 (SELECT jsonb_agg(jsonb_build_object('url', '/media/' || r.path, 'type', r.type,
                                                      'width', r.width, 'height', r.height) ORDER BY r.type, r.width)
                  FROM media_renditions r WHERE r.media_id = m.id) AS renditions
          FROM media m
          WHERE m.product_id = product AND m.status = 'ready'
          ORDER BY m.position, m.id
          LIMIT at_most) shown
$$;

-- The word that was probably meant by one that no product has: at most two letters away (one for three letters), where an
-- unfinished word may also be compared with the beginning of a longer one. NULL when the word is known or nothing is near.
CREATE FUNCTION nearest_word(term text) RETURNS text LANGUAGE sql STABLE
SET pg_trgm.similarity_threshold = 0.2 AS $$
    SELECT near.word
    FROM (SELECT w.word, least(levenshtein(w.word, term), 1 + levenshtein(left(w.word, length(term) + 1), term)) AS distance
          FROM search_words w
          WHERE w.word % term
          ORDER BY distance, similarity(w.word, term) DESC, w.word
          LIMIT 1) near
    WHERE length(term) BETWEEN 3 AND 40
      AND near.distance <= CASE WHEN length(term) = 3 THEN 1 ELSE 2 END
      AND NOT EXISTS (SELECT FROM search_words w WHERE w.word LIKE term || '%')
      AND NOT EXISTS (SELECT FROM search_words w WHERE w.stem = (ts_lexize('english_stem', term))[1])
$$;
