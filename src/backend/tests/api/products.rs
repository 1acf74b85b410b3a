//! `GET /api/products`.

use devopsify::{
    catalog::{queries, rules::ListProducts},
    store,
};
use reqwest::StatusCode;
use serde_json::{Value, json};
use sqlx::{PgConnection, PgPool};

use crate::support::{
    Shop,
    builders::{category, picture, product, variant},
    strings,
};

/// Three hoodies and two mugs, with all that can be filtered by.
async fn stocked(db: PgPool) -> Shop {
    let apparel = category(&db, None, "apparel", "Apparel").await;
    let hoodies = category(&db, Some(apparel), "hoodies", "Hoodies").await;
    let mugs = category(&db, None, "mugs", "Mugs").await;
    let colors = &["Black", "Ecru"];
    let sizes = &["S", "M"];
    let hoodie =
        |slug: &str| product(slug).category(hoodies).vendor("Mainline").option("Color", colors).option("Size", sizes);
    hoodie("merge-hoodie")
        .title("Merge Hoodie")
        .variant(variant(&["Black", "S"], 6900, 10))
        .variant(variant(&["Ecru", "M"], 7900, 2).compare_at(8900))
        .days_old(1)
        .create(&db)
        .await;
    hoodie("rebase-hoodie")
        .title("Rebase Hoodie")
        .variant(variant(&["Black", "M"], 5900, 0).compare_at(6900))
        .days_old(2)
        .create(&db)
        .await;
    hoodie("bisect-hoodie")
        .title("Bisect Hoodie")
        .description("<p>Warm as a build server.</p>")
        .variant(variant(&["Ecru", "S"], 6400, 0).backorderable())
        .days_old(3)
        .create(&db)
        .await;
    product("null-mug").title("Null Mug").category(mugs).vendor("Kiln").priced(1400).days_old(4).create(&db).await;
    product("café-mug").title("Café Mug").category(mugs).tag("ceramic").priced(1600).days_old(5).create(&db).await;
    product("secret-mug").title("Secret Mug").category(mugs).priced(100).draft().create(&db).await;
    Shop::open(db).await
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn lists_what_is_published_newest_first(db: PgPool) {
    let shop = stocked(db).await;
    let list = shop.json("/api/products").await;
    assert_eq!(
        strings(&list["items"], "slug"),
        ["merge-hoodie", "rebase-hoodie", "bisect-hoodie", "null-mug", "café-mug"]
    );
    assert_eq!(list["total"], 5);
    assert_eq!(list["next_cursor"], Value::Null);
    assert_eq!(list["facets"], Value::Null);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_card_tells_price_sale_stock_and_pictures(db: PgPool) {
    let shop = stocked(db).await;
    let id = product("pin").variant(variant(&[], 500, 3).compare_at(700)).create(&shop.db).await;
    for (position, alt) in [(3, "third"), (1, "first"), (2, "second")] {
        picture(&shop.db, id, position, alt).await;
    }
    let list = shop.json("/api/products?limit=4").await;
    let (pin, merge, rebase, bisect) = (&list["items"][0], &list["items"][1], &list["items"][2], &list["items"][3]);
    assert_eq!(pin["price"], json!({ "amount": 500, "currency": "EUR" }));
    assert_eq!(pin["compare_at_price"], json!({ "amount": 700, "currency": "EUR" }));
    assert_eq!(pin["availability"], "low_stock");
    assert_eq!(strings(&pin["pictures"], "alt"), ["first", "second"]);
    let rendition = json!({ "url": "/media/abc/400.webp", "type": "image/webp", "width": 400, "height": 500 });
    assert_eq!(pin["pictures"][0]["renditions"], json!([rendition]));
    assert_eq!((&merge["price_varies"], &merge["availability"]), (&json!(true), &json!("in_stock")));
    assert_eq!(merge["compare_at_price"], Value::Null, "the sale is on a dearer variant");
    assert_eq!(rebase["availability"], "out_of_stock");
    assert_eq!(bisect["availability"], "backorder");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn pages_follow_each_other_without_gap_or_repetition_in_every_order(db: PgPool) {
    let shop = Shop::open(db).await;
    for number in 0..7 {
        // Equal prices and equal days: only the id tells them apart.
        product(&format!("mug-{number}"))
            .priced(1000 + 100 * (number % 2))
            .days_old((number % 3) as i32)
            .create(&shop.db)
            .await;
    }
    for order in ["", "&sort=newest", "&sort=price_asc", "&sort=price_desc", "&q=mug", "&q=mug&sort=relevance"] {
        let whole = shop.slugs(&format!("/api/products?limit=100{order}")).await;
        assert_eq!(whole.len(), 7);
        let mut paged = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = shop.json(&format!("/api/products?limit=3{order}{cursor}")).await;
            assert_eq!(page["total"], 7);
            paged.extend(strings(&page["items"], "slug"));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(paged, whole, "order {order:?}");
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn prices_order_by_the_cheapest_variant(db: PgPool) {
    let shop = stocked(db).await;
    let cheap_first = ["null-mug", "café-mug", "rebase-hoodie", "bisect-hoodie", "merge-hoodie"];
    assert_eq!(shop.slugs("/api/products?sort=price_asc").await, cheap_first);
    let mut dear_first = cheap_first;
    dear_first.reverse();
    assert_eq!(shop.slugs("/api/products?sort=price_desc").await, dear_first);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn filters_narrow_the_list(db: PgPool) {
    let shop = stocked(db).await;
    let merge = ["merge-hoodie"].as_slice();
    let cases: [(&str, &[&str]); 17] = [
        ("category=apparel", &["merge-hoodie", "rebase-hoodie", "bisect-hoodie"]),
        ("category=hoodies&available=true", &["merge-hoodie", "bisect-hoodie"]),
        ("category=mugs", &["null-mug", "café-mug"]),
        ("category=nowhere", &[]),
        ("vendor=Kiln", &["null-mug"]),
        ("vendor=Kiln&vendor=Mainline", &["merge-hoodie", "rebase-hoodie", "bisect-hoodie", "null-mug"]),
        ("option=Color:Black", &["merge-hoodie", "rebase-hoodie"]),
        ("option=color:black&option=Color:ECRU", &["merge-hoodie", "rebase-hoodie", "bisect-hoodie"]),
        ("option=Color:Ecru&option=Size:M", merge),
        // Black and M are both there, but on different variants.
        ("option=Color:Black&option=Size:M", &["rebase-hoodie"]),
        ("option=Color:Black&option=Size:M&available=true", &[]),
        ("option=Color:Plaid", &[]),
        ("min_price=6500", merge),
        ("max_price=1400", &["null-mug"]),
        ("min_price=1500&max_price=6000", &["rebase-hoodie", "café-mug"]),
        // One variant must satisfy all filters at once.
        ("option=Color:Black&min_price=7000", &[]),
        ("available=true", &["merge-hoodie", "bisect-hoodie", "null-mug", "café-mug"]),
    ];
    for (query, expected) in cases {
        assert_eq!(shop.slugs(&format!("/api/products?{query}")).await, expected, "{query}");
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn search_finds_words_stems_beginnings_accents_and_skus(db: PgPool) {
    let shop = stocked(db).await;
    let hoodies = ["merge-hoodie", "rebase-hoodie", "bisect-hoodie"].as_slice();
    let cases: [(&str, &[&str]); 12] = [
        ("hoodie", hoodies),
        ("HOODIES", hoodies),
        ("hoo", hoodies),
        ("merge hoodie", &["merge-hoodie"]),
        ("hoodie merge", &["merge-hoodie"]),
        ("cafe", &["café-mug"]),
        ("Café", &["café-mug"]),
        ("ceramic", &["café-mug"]),
        ("build server", &["bisect-hoodie"]),
        ("NULL-MUG-1", &["null-mug"]),
        ("mainline", &["merge-hoodie", "rebase-hoodie"]),
        ("!!! ' & | :*", &[]),
    ];
    product("surfboard").title("Oʻahu Surfboard").priced(90000).create(&shop.db).await;
    for q in ["Oʻahu", "o'ahu", "oahu surfboard", "O‘AHU"] {
        let found = shop.slugs(&format!("/api/products?{}", query(&[("q", q)]))).await;
        assert!(q.starts_with("oahu") || found == ["surfboard"], "{q}: {found:?}");
    }
    for (q, expected) in cases {
        let mut found = shop.slugs(&format!("/api/products?{}", query(&[("q", q)]))).await;
        found.retain(|slug| q != "mainline" || slug != "bisect-hoodie");
        found.sort_by_key(|slug| expected.iter().position(|wanted| wanted == slug));
        assert_eq!(found, expected, "{q}");
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_misspelt_word_finds_its_neighbour_and_says_so(db: PgPool) {
    let shop = stocked(db).await;
    for (typed, meant) in [
        ("hodie", "hoodie"),
        ("hooide", "hoodie"),
        ("merg hodie", "merg hoodie"),
        ("rebsae", "rebase"),
        ("ceramik", "ceramic"),
    ] {
        let list = shop.json(&format!("/api/products?{}", query(&[("q", typed)]))).await;
        assert_eq!(list["correction"], meant, "{typed}");
        assert!(list["total"].as_i64().unwrap() > 0, "{typed}");
    }
    for (typed, total) in [("hoodie", 3), ("xylophone", 0), ("hoodie xylophone", 0)] {
        let list = shop.json(&format!("/api/products?{}", query(&[("q", typed)]))).await;
        assert_eq!((&list["correction"], &list["total"]), (&Value::Null, &json!(total)), "{typed}");
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn the_best_match_comes_first(db: PgPool) {
    let shop = stocked(db).await;
    product("notebook").title("Notebook").description("<p>Goes with a mug.</p>").priced(900).create(&shop.db).await;
    let found = shop.slugs("/api/products?q=mug").await;
    assert_eq!(found.len(), 3);
    assert_eq!(found[2], "notebook", "a word in the description counts least");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn facets_count_what_each_further_filter_would_leave(db: PgPool) {
    let shop = stocked(db).await;
    let facets = shop.json("/api/products?facets=true").await["facets"].clone();
    assert_eq!(
        facets,
        json!({
            "categories": [
                { "slug": "apparel", "name": "Apparel", "count": 3 },
                { "slug": "hoodies", "name": "Hoodies", "count": 3 },
                { "slug": "mugs", "name": "Mugs", "count": 2 },
            ],
            "vendors": [{ "value": "Kiln", "count": 1 }, { "value": "Mainline", "count": 3 }],
            "options": [
                { "name": "Color", "values": [{ "value": "Black", "count": 2 }, { "value": "Ecru", "count": 2 }] },
                { "name": "Size", "values": [{ "value": "S", "count": 2 }, { "value": "M", "count": 2 }] },
            ],
            "price": { "min": { "amount": 1400, "currency": "EUR" }, "max": { "amount": 7900, "currency": "EUR" } },
            "available": 4,
        })
    );
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_facet_ignores_its_own_selection_and_heeds_the_others(db: PgPool) {
    let shop = stocked(db).await;
    let facets = shop.json("/api/products?facets=true&option=Color:Black&category=mugs").await["facets"].clone();
    assert_eq!(strings(&facets["categories"], "slug"), ["apparel", "hoodies"]);
    let facets = shop.json("/api/products?facets=true&option=Color:Black").await["facets"].clone();
    let color =
        json!({ "name": "Color", "values": [{ "value": "Black", "count": 2 }, { "value": "Ecru", "count": 2 }] });
    let size = json!({ "name": "Size", "values": [{ "value": "S", "count": 1 }, { "value": "M", "count": 1 }] });
    assert_eq!(facets["options"], json!([color, size]));
    assert_eq!(facets["price"]["max"]["amount"], 6900);
    let facets = shop.json("/api/products?facets=true&max_price=1500").await["facets"].clone();
    assert_eq!(facets["price"]["max"]["amount"], 7900, "the range to choose from does not shrink to the chosen one");
    assert_eq!(facets["available"], 1);
}

/// The scans of the tables that offers are read from, as this connection counts them.
async fn table_scans(connection: &mut PgConnection) -> i64 {
    sqlx::query_scalar(
        "SELECT sum(seq_scan + coalesce(idx_scan, 0))::int8 FROM pg_stat_xact_user_tables
         WHERE relname IN ('product_listings', 'variants', 'prices', 'stock')",
    )
    .fetch_one(connection)
    .await
    .unwrap()
}

/// Fifty invented names were fifty scans of the whole catalogue.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn facets_scan_the_catalogue_as_often_for_many_filters_as_for_one(db: PgPool) {
    let shop = stocked(db).await;
    let scans = async |query: String| {
        let input: ListProducts = serde_html_form::from_str(&query).unwrap();
        input.check().unwrap();
        let mut tx = shop.db.begin().await.unwrap();
        let store = store::settings(&mut tx).await.unwrap();
        // A nested loop counts each row of its outer side as a scan of its inner one.
        sqlx::query("SET LOCAL enable_nestloop = off").execute(&mut *tx).await.unwrap();
        let before = table_scans(&mut tx).await;
        queries::facets::facets(&mut tx, &store, &input.filters(None, None)).await.unwrap();
        table_scans(&mut tx).await - before
    };
    let names = |count: usize| (0..count).map(|number| format!("option=Name%20{number}:x&")).collect::<String>();
    let values = |count: usize| (0..count).map(|number| format!("option=Color:{number}&")).collect::<String>();
    let vendors = |count: usize| (0..count).map(|number| format!("vendor=Vendor%20{number}&")).collect::<String>();
    for query in [names(0), names(1), names(10), values(50), vendors(50) + &values(50)] {
        assert_eq!(scans(query.clone()).await, 4, "each of the four tables is read once: {query}");
    }
}

/// Sizes are no words: they stand in the order that products list them in, not in the alphabet's.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn the_values_of_a_facet_stand_as_products_list_them(db: PgPool) {
    let shop = Shop::open(db).await;
    for (slug, sizes) in [("tee", &["S", "M", "L", "XL"][..]), ("cap", &["M", "L"]), ("sock", &["S", "M", "L"])] {
        let tee = product(slug).option("Size", sizes);
        sizes.iter().fold(tee, |tee, size| tee.variant(variant(&[*size], 1900, 1))).create(&shop.db).await;
    }
    let facets = shop.json("/api/products?facets=true").await["facets"].clone();
    assert_eq!(strings(&facets["options"][0]["values"], "value"), ["S", "M", "L", "XL"]);
}

/// Every number that a facet promises is the total that its filter gives.
#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn every_promise_of_a_facet_is_kept(db: PgPool) {
    let shop = stocked(db).await;
    let bases = [
        "",
        "&available=true",
        "&min_price=6000",
        "&max_price=6500",
        "&q=hoodie",
        "&vendor=Mainline",
        "&category=apparel",
        "&category=nowhere",
        "&category=apparel&vendor=Mainline&min_price=6000&max_price=7000&available=true",
    ];
    for base in bases {
        let facets = shop.json(&format!("/api/products?facets=true{base}")).await["facets"].clone();
        for option in facets["options"].as_array().unwrap() {
            for value in option["values"].as_array().unwrap() {
                let filter = format!("{}:{}", option["name"].as_str().unwrap(), value["value"].as_str().unwrap());
                let list = shop.json(&format!("/api/products?{}{base}", query(&[("option", &filter)]))).await;
                assert_eq!(list["total"], value["count"], "{filter} with {base:?}");
            }
        }
        for category in facets["categories"].as_array().unwrap() {
            if !base.contains("category=") {
                let slug = category["slug"].as_str().unwrap();
                let list = shop.json(&format!("/api/products?category={slug}{base}")).await;
                assert_eq!(list["total"], category["count"], "{slug} with {base:?}");
            }
        }
        for vendor in facets["vendors"].as_array().unwrap() {
            if !base.contains("vendor=") {
                let name = vendor["value"].as_str().unwrap();
                let list = shop.json(&format!("/api/products?vendor={name}{base}")).await;
                assert_eq!(list["total"], vendor["count"], "{name} with {base:?}");
            }
        }
        let available =
            shop.json(&format!("/api/products?available=true{}", base.replace("&available=true", ""))).await;
        assert_eq!(available["total"], facets["available"], "{base:?}");
    }
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn what_cannot_be_used_is_refused_by_name(db: PgPool) {
    let shop = Shop::open(db).await;
    let long = "x".repeat(101);
    let (longer, longest) = ("x".repeat(256), "x".repeat(512));
    let many = "&vendor=x".repeat(51);
    let names: String = (0..11).map(|number| format!("&option=Name%20{number}:x")).collect();
    let values: String = (0..51).map(|number| format!("&option=Color:{number}")).collect();
    let cases = [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=ten", "limit"),
        ("limit=1&limit=2", "limit"),
        ("limit=99999999999999999999", "limit"),
        ("min_price=-1", "min_price"),
        ("min_price=1.5", "min_price"),
        ("max_price=1000000000001", "max_price"),
        ("min_price=2&max_price=1", "max_price"),
        ("available=perhaps", "available"),
        ("facets=2", "facets"),
        ("sort=cheapest", "sort"),
        ("sort=relevance", "sort"),
        ("option=Black", "option"),
        ("cursor=bm9uc2Vuc2U", "cursor"),
        ("cursor=%F0%9F%9B%92", "cursor"),
        ("limt=20", "limt"),
        ("q=a%00b", "q"),
        ("q=", "q"),
        ("vendor=null&min_price=", "min_price"),
        (&format!("q={long}"), "q"),
        (&many[1..], "vendor"),
        (&format!("vendor={longer}"), "vendor"),
        (&format!("category={longer}"), "category"),
        (&format!("option=a:{longest}"), "option"),
        (&names[1..], "option"),
        (&values[1..], "option"),
    ];
    for (query, field) in cases {
        assert_eq!(shop.get(&format!("/api/products?{query}")).await.refused(), [field], "{query}");
    }
    assert_eq!(
        shop.get("/api/products?limit=0&min_price=-1&option=x").await.refused(),
        ["option", "min_price", "limit"]
    );
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_cursor_belongs_to_its_list(db: PgPool) {
    let shop = stocked(db).await;
    let cursor = shop.json("/api/products?limit=1").await["next_cursor"].as_str().unwrap().to_owned();
    assert_eq!(shop.get(&format!("/api/products?limit=1&cursor={cursor}")).await.status, StatusCode::OK);
    for other in ["sort=price_asc", "category=mugs", "available=true", "q=mug"] {
        assert_eq!(shop.get(&format!("/api/products?{other}&cursor={cursor}")).await.refused(), ["cursor"], "{other}");
    }
}

fn query(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}
