-- The offers are read once. Each notes which filters it fails; near are those that fail one at the most, and every facet counts
-- those that fail nothing but its own filter. $1 currency, $2 tsquery, $3 category, $4 vendors, $5 options, $6 and $7 prices,
-- $8 whether only what is available.
WITH wanted AS MATERIALIZED (
    SELECT to_tsquery('english', $2) AS text,
           ARRAY(SELECT DISTINCT split_part(o, ':', 1) FROM unnest($5::text[]) o) AS names),
offers AS MATERIALIZED (
    SELECT l.product_id, l.vendor, l.category_ids, v.option_values, r.amount,
           s.backorderable OR s.on_hand > s.reserved AS available,
           $3::uuid IS NOT NULL AND NOT l.category_ids @> ARRAY[$3] AS off_category,
           cardinality($4::text[]) > 0 AND (l.vendor = ANY ($4)) IS NOT TRUE AS off_vendor,
           coalesce(r.amount < $6, false) OR coalesce(r.amount > $7, false) AS off_price,
           $8 AND NOT (s.backorderable OR s.on_hand > s.reserved) AS off_stock,
           CASE WHEN cardinality(w.names) = 0 THEN '{}'
                ELSE ARRAY(SELECT unnest(w.names)
                           EXCEPT
                           SELECT lower(o.name) FROM product_options o
                           WHERE o.product_id = l.product_id
                             AND lower(o.name) || ':' || lower(v.option_values[o.position]) = ANY ($5))
           END AS off_options
    FROM wanted w
    CROSS JOIN product_listings l
    JOIN variants v ON v.product_id = l.product_id
    JOIN prices r ON r.variant_id = v.id AND r.currency = l.currency
    JOIN stock s ON s.variant_id = v.id
    WHERE l.currency = $1 AND ($2::text IS NULL OR l.document @@ w.text)),
near AS MATERIALIZED (
    SELECT * FROM (
        SELECT *, off_category::int + off_vendor::int + off_price::int + off_stock::int + cardinality(off_options)
                  AS fails
        FROM offers) counted
    WHERE fails <= 1),
counted AS (
    SELECT 1 AS part, 'category' AS facet, c.name, c.slug AS value, count(DISTINCT m.product_id) AS count,
           min(c.position)::float8 AS rank
    FROM near m JOIN categories c ON c.id = ANY (m.category_ids)
    WHERE m.fails = m.off_category::int
    GROUP BY c.id
    UNION ALL
    SELECT 2, 'vendor', '', m.vendor, count(DISTINCT m.product_id), 0
    FROM near m
    WHERE m.fails = m.off_vendor::int AND m.vendor IS NOT NULL
    GROUP BY m.vendor
    UNION ALL
    SELECT 3, 'option', o.name, m.option_values[o.position], count(DISTINCT m.product_id),
           avg(array_position(o.values, m.option_values[o.position]))::float8
    FROM near m JOIN product_options o ON o.product_id = m.product_id
    WHERE m.fails = 0 OR m.off_options = ARRAY[lower(o.name)]
    GROUP BY o.name, m.option_values[o.position]
    UNION ALL
    SELECT 4, 'price', e.name, '', e.amount, 0
    FROM (SELECT min(m.amount) AS least, max(m.amount) AS most FROM near m WHERE m.fails = m.off_price::int) range
    CROSS JOIN LATERAL (VALUES ('min', range.least), ('max', range.most)) e (name, amount)
    WHERE e.amount IS NOT NULL
    UNION ALL
    SELECT 5, 'available', '', '', count(DISTINCT m.product_id), 0
    FROM near m WHERE m.fails = 0 AND m.available)
SELECT facet AS "facet!", name AS "name!", value AS "value!", count AS "count!"
FROM counted
ORDER BY part, CASE WHEN part = 1 THEN rank END, name, rank, value
