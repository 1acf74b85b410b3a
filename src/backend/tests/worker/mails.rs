//! Mails about orders: what they say, that they are sent once, and what happens when a server does not take them.

use devopsify::{
    capability::Capability,
    queue::{self, SendAdjustment, SendCancellation, SendConfirmation, SendShipment, Subject},
};
use sqlx::PgPool;
use uuid::Uuid;

use super::Bench;
use crate::support::{
    builders::{product, variant},
    orders::{Placed, order, parcel},
    smtp::{MailServer, Manner},
};

impl Bench {
    async fn confirm(&self, order: &Placed) {
        let mut tx = self.db.begin().await.unwrap();
        queue::enqueue_confirmation(&mut tx, order.id).await.unwrap();
        tx.commit().await.unwrap();
        self.send().await;
    }

    async fn send(&self) {
        self.run(|options| {
            options
                .define_job::<SendConfirmation>()
                .define_job::<SendCancellation>()
                .define_job::<SendShipment>()
                .define_job::<SendAdjustment>()
        })
        .await;
    }

    /// The events of an order that mails wrote.
    async fn told(&self, order: Uuid) -> Vec<String> {
        sqlx::query_scalar(
            "SELECT kind FROM order_events WHERE order_id = $1 AND (kind LIKE '%\\_sent' OR kind = 'mail_refused') ORDER BY id",
        )
        .bind(order)
        .fetch_all(&self.db)
        .await
        .unwrap()
    }
}

/// The parts of a mail by their types, decoded.
struct Read {
    headers: String,
    text: String,
    html: String,
}

fn read(mail: &str) -> Read {
    let mail = mail.replace("\r\n", "\n");
    let (headers, body) = mail.split_once("\n\n").unwrap();
    let boundary = headers.split_once("boundary=\"").unwrap().1.split_once('"').unwrap().0;
    let part = |kind: &str| {
        let part = body.split(&format!("--{boundary}")).find(|part| part.contains(kind)).unwrap();
        let (headers, body) = part.split_once("\n\n").unwrap();
        match headers {
            _ if headers.contains("quoted-printable") => decoded(body),
            _ if headers.contains("base64") => {
                let body: String = body.split_whitespace().collect();
                String::from_utf8(base64::Engine::decode(&base64::prelude::BASE64_STANDARD, body).unwrap()).unwrap()
            }
            _ => body.to_owned(),
        }
    };
    Read { headers: headers.to_owned(), text: part("text/plain"), html: part("text/html") }
}

fn decoded(quoted_printable: &str) -> String {
    let mut bytes = Vec::new();
    let joined = quoted_printable.replace("=\n", "");
    let mut parts = joined.split('=');
    bytes.extend(parts.next().unwrap().bytes());
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend(part[2..].bytes());
    }
    String::from_utf8(bytes).unwrap()
}

async fn stocked(db: &PgPool) {
    product("tee").title("Merge Tee").option("Size", &["M"]).variant(variant(&["M"], 2900, 10)).create(db).await;
    product("mug").title("Cache Mug").priced(1400).create(db).await;
    sqlx::raw_sql(
        "UPDATE settings SET name = 'Mainline Supply', legal_name = 'Mainline GmbH', legal_address = E'Kanal 1\\n10999 Berlin',
                             contact_email = 'hello@shop.example'",
    )
    .execute(db)
    .await
    .unwrap();
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_confirmation_tells_everything_about_the_order(db: PgPool) {
    stocked(&db).await;
    let mut server = MailServer::open(Manner::Takes).await;
    let bench = Bench::writing_to(db.clone(), Some(&server.url)).await;
    let placed = order("TEE-1", 2).line("MUG-1", 1).paid().create(&db).await;
    bench.confirm(&placed).await;
    let mail = read(&server.mail().await);
    assert!(mail.headers.contains("To: ada@example.com"), "{}", mail.headers);
    assert!(mail.headers.contains("From: \"Mainline Supply\" <hello@shop.example>"), "{}", mail.headers);
    assert!(
        mail.headers.contains(&format!("Subject: Your order {} at Mainline Supply", placed.number)),
        "{}",
        mail.headers
    );
    assert!(mail.headers.contains(&format!("Message-ID: <order-{}-confirmation@shop.example>", placed.id)));
    assert!(mail.headers.contains("Auto-Submitted: auto-generated"));
    let link = format!(
        "https://shop.example/orders/{}#{}",
        placed.number,
        bench.context.secrets.token(Capability::Order, placed.id)
    );
    for told in [
        &*link,
        "Merge Tee",
        "M · 2 × €29.00",
        "€58.00",
        "Cache Mug",
        "1 × €14.00",
        "Subtotal",
        "€72.00",
        "Shipping, Standard",
        "€4.90",
        "€76.90",
        "of which VAT 19\u{a0}% €12.28",
        "Ada Lovelace",
        "Hauptstr. 1",
        "10115 Berlin",
        "2 to 4 days",
        "Mainline GmbH",
        "Kanal 1\n10999 Berlin",
    ] {
        assert!(mail.text.contains(told), "the text has no {told:?}: {}", mail.text);
        assert!(mail.html.contains(told), "the HTML has no {told:?}: {}", mail.html);
    }
    for remote in ["<img", "src=", "url(", "@import", "<link", "<script"] {
        assert!(!mail.html.contains(remote), "{remote}");
    }
    assert_eq!(bench.told(placed.id).await, ["confirmation_sent"]);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn taxes_that_come_on_top_stand_before_the_total(db: PgPool) {
    stocked(&db).await;
    let mut server = MailServer::open(Manner::Takes).await;
    let bench = Bench::writing_to(db.clone(), Some(&server.url)).await;
    bench.confirm(&order("TEE-1", 1).tax_on_top().paid().create(&db).await).await;
    let text = read(&server.mail().await).text;
    assert!(text.contains("VAT 19\u{a0}%: €6.44\nTotal: €40.34"), "{text}");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn hostile_texts_stay_texts(db: PgPool) {
    let title = "<script>alert(1)</script> \"&\" {{ 7 * 7 }}";
    product("evil").title(title).priced(1400).create(&db).await;
    let name = "Eve\r\nBcc: all@example.com\r\n\r\n<img src=x>";
    sqlx::query("UPDATE settings SET name = $1, contact_email = NULL")
        .bind(format!("Shop\"{name}"))
        .execute(&db)
        .await
        .unwrap();
    let mut server = MailServer::open(Manner::Takes).await;
    let bench = Bench::writing_to(db.clone(), Some(&server.url)).await;
    let placed =
        order("EVIL-1", 1).name(name).email("\"odd one\"+tag!#$%@xn--mller-kva.example").paid().create(&db).await;
    bench.confirm(&placed).await;
    assert_eq!(bench.told(placed.id).await, ["mail_refused"], "a local part that lettre does not know");

    let placed =
        order("EVIL-1", 1).name(name).email("o'brien+{tag}!#$%@xn--mller-kva.example").paid().create(&db).await;
    bench.confirm(&placed).await;
    let mail = read(&server.mail().await);
    assert!(mail.headers.contains("o'brien+{tag}!#$%@xn--mller-kva.example"), "{}", mail.headers);
    assert!(!mail.headers.lines().any(|line| line.to_lowercase().starts_with("bcc")), "{}", mail.headers);
    assert!(!mail.html.contains("<script>") && !mail.html.contains("<img"), "{}", mail.html);
    assert!(mail.html.contains("&#60;script&#62;alert(1)"), "{}", mail.html);
    assert!(mail.text.contains(title), "{}", mail.text);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_mail_is_sent_once_and_only_while_it_is_true(db: PgPool) {
    stocked(&db).await;
    let mut server = MailServer::open(Manner::Takes).await;
    let bench = Bench::writing_to(db.clone(), Some(&server.url)).await;
    let paid = order("TEE-1", 1).paid().create(&db).await;
    let pending = order("TEE-1", 1).create(&db).await;
    let cancelled = order("TEE-1", 1).cancelled().create(&db).await;
    bench.confirm(&paid).await;
    bench.confirm(&paid).await;
    bench.confirm(&pending).await;
    bench.confirm(&cancelled).await;
    bench.confirm(&Placed { id: Uuid::now_v7(), number: 0, cart: Uuid::now_v7() }).await;
    server.mail().await;
    assert!(server.is_empty());
    assert_eq!(bench.told(paid.id).await, ["confirmation_sent"]);
    assert_eq!(bench.queued().await, 0);
    let mut tx = db.begin().await.unwrap();
    queue::enqueue_confirmation(&mut tx, paid.id).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(bench.queued().await, 0, "it is queued in the caller's transaction");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_cancellation_tells_what_is_given_back(db: PgPool) {
    stocked(&db).await;
    let mut server = MailServer::open(Manner::Takes).await;
    let bench = Bench::writing_to(db.clone(), Some(&server.url)).await;
    let placed = order("TEE-1", 1).refunded().create(&db).await;
    for _ in 0..2 {
        queue::enqueue_cancellation(&mut db.acquire().await.unwrap(), placed.id).await.unwrap();
        bench.send().await;
    }
    let mail = read(&server.mail().await);
    assert!(server.is_empty());
    assert!(mail.headers.contains("is cancelled"), "{}", mail.headers);
    assert!(mail.text.contains("We give back €33.90"), "{}", mail.text);
    assert!(mail.html.contains("€33.90</span> in the way that you paid"), "{}", mail.html);
    assert_eq!(bench.told(placed.id).await, ["cancellation_sent"]);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_shipment_tells_what_left_and_what_is_still_to_come(db: PgPool) {
    stocked(&db).await;
    let mut server = MailServer::open(Manner::Takes).await;
    let bench = Bench::writing_to(db.clone(), Some(&server.url)).await;
    let placed = order("TEE-1", 3).line("MUG-1", 1).paid().create(&db).await;
    let first = parcel(&db, placed.id, &[("TEE-1", 2)]).await;
    let rest = parcel(&db, placed.id, &[("TEE-1", 1), ("MUG-1", 1)]).await;
    // The first one's mail is late: it tells what was to come when that left.
    for id in [first, first] {
        queue::enqueue_shipment(&mut db.acquire().await.unwrap(), placed.id, id).await.unwrap();
        bench.send().await;
    }
    let mail = read(&server.mail().await);
    assert!(server.is_empty(), "each parcel has one mail");
    let subject = format!("Subject: Your order {} at Mainline Supply is partly on its way", placed.number);
    assert!(mail.headers.replace("\n ", " ").contains(&subject), "{}", mail.headers);
    assert!(mail.headers.contains(&format!("order-{}-shipment-{first}@shop.example", placed.id)), "{}", mail.headers);
    for told in [
        "A part of your order is on its way.",
        "2 × Merge Tee",
        "1 × Merge Tee",
        "1 × Cache Mug",
        "Still to come",
        "Hauptstr. 1",
    ] {
        assert!(mail.text.contains(told), "the text has no {told:?}: {}", mail.text);
        assert!(mail.html.contains(told), "the HTML has no {told:?}: {}", mail.html);
    }
    assert!(mail.text.contains("with Post & Sons, RR 123."), "{}", mail.text);
    assert!(mail.text.contains("Follow your parcel: https://post.example/?parcel=RR123&to=you\n"), "{}", mail.text);
    assert!(mail.html.contains("Post &#38; Sons, RR 123"), "{}", mail.html);
    assert!(mail.html.contains("href=\"https://post.example/?parcel=RR123&#38;to=you\""), "{}", mail.html);
    let token = bench.context.secrets.token(Capability::Order, placed.id);
    assert!(mail.text.contains(&format!("https://shop.example/orders/{}#{token}", placed.number)), "{}", mail.text);

    queue::enqueue_shipment(&mut db.acquire().await.unwrap(), placed.id, rest).await.unwrap();
    bench.send().await;
    let mail = read(&server.mail().await);
    assert!(mail.text.contains("Your parcel is on its way.") && !mail.text.contains("Still to come"), "{}", mail.text);
    assert!(!mail.html.contains("Still to come"), "{}", mail.html);
    assert_eq!(bench.told(placed.id).await, ["shipment_sent", "shipment_sent"]);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_part_that_is_cancelled_and_a_refund_are_each_reported_once(db: PgPool) {
    stocked(&db).await;
    let mut server = MailServer::open(Manner::Takes).await;
    let bench = Bench::writing_to(db.clone(), Some(&server.url)).await;
    let placed = order("TEE-1", 3).line("MUG-1", 1).paid().create(&db).await;
    let sql = "WITH c AS (INSERT INTO order_cancellations (order_id, reason, amount, is_refunded, refund_amount)
                          VALUES ($1, 'Stolen by the cat', 5800, true, 5800) RETURNING id, order_id),
                    l AS (INSERT INTO order_cancellation_lines SELECT c.id, c.order_id, v.id, 2, 5800
                          FROM c, variants v WHERE sku = 'TEE-1')
               SELECT id FROM c";
    let cancellation: Uuid = sqlx::query_scalar(sql).bind(placed.id).fetch_one(&db).await.unwrap();
    let sql = "INSERT INTO refunds (payment_id, amount, reason, status, method, reference)
               SELECT id, 700, 'Scratched', CASE $2 WHEN 'other' THEN 'succeeded' ELSE 'requested' END, $2,
                      CASE $2 WHEN 'other' THEN 'cash' END FROM payments WHERE order_id = $1 RETURNING id";
    let by_provider: Uuid = sqlx::query_scalar(sql).bind(placed.id).bind("provider").fetch_one(&db).await.unwrap();
    let otherwise: Uuid = sqlx::query_scalar(sql).bind(placed.id).bind("other").fetch_one(&db).await.unwrap();
    for (subject, words) in [
        (
            Subject::Cancellation(cancellation),
            &["A part of your order is cancelled.", "2 × Merge Tee", "We give back €58.00 in the way that you paid"][..],
        ),
        (Subject::Refund(by_provider), &["A refund is on its way.", "we give back €7.00 in the way that you paid"]),
        (Subject::Refund(otherwise), &["We have paid you back.", "we have paid €7.00 back to you."]),
    ] {
        for _ in 0..2 {
            queue::enqueue_adjustment(&mut db.acquire().await.unwrap(), placed.id, subject).await.unwrap();
            bench.send().await;
        }
        let mail = read(&server.mail().await);
        assert!(server.is_empty(), "it is sent once");
        for told in words {
            assert!(mail.text.contains(told), "the text has no {told:?}: {}", mail.text);
            assert!(mail.html.contains(told), "the HTML has no {told:?}: {}", mail.html);
        }
        assert!(!mail.text.contains("cat") && !mail.text.contains("Cache Mug"), "{}", mail.text);
    }
    assert_eq!(bench.told(placed.id).await, ["adjustment_sent"; 3]);
    // What is cancelled is not still to come, and what was paid back otherwise is not called a refund to the card.
    let first = parcel(&db, placed.id, &[("TEE-1", 1)]).await;
    queue::enqueue_shipment(&mut db.acquire().await.unwrap(), placed.id, first).await.unwrap();
    bench.send().await;
    let mail = read(&server.mail().await);
    let (_, to_come) = mail.text.split_once("Still to come").unwrap();
    assert!(to_come.contains("1 × Cache Mug") && !to_come.contains("Merge Tee"), "{}", mail.text);
    let cancelled = order("MUG-1", 1).refunded().create(&db).await;
    let by_other_means = "INSERT INTO refunds (payment_id, amount, reason, status, method, reference)
                          SELECT id, 390, 'x', 'succeeded', 'other', 'cash' FROM payments WHERE order_id = $1";
    sqlx::query("UPDATE refunds SET status = 'failed', failure = 'x' WHERE payment_id IN (SELECT id FROM payments WHERE order_id = $1)")
        .bind(cancelled.id)
        .execute(&db)
        .await
        .unwrap();
    sqlx::query(by_other_means).bind(cancelled.id).execute(&db).await.unwrap();
    queue::enqueue_cancellation(&mut db.acquire().await.unwrap(), cancelled.id).await.unwrap();
    bench.send().await;
    let mail = read(&server.mail().await);
    assert!(mail.text.contains("We have paid €3.90 back to you in another way."), "{}", mail.text);
    assert!(!mail.text.contains("We give back"), "{}", mail.text);
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn a_recipient_that_is_refused_is_given_up_on_and_a_server_that_is_away_is_not(db: PgPool) {
    stocked(&db).await;
    for (answer, told, queued) in [
        ("550 5.1.1 no such user", vec!["mail_refused"], 0),
        ("550 no such user", vec!["mail_refused"], 0),
        ("552 5.2.2 full", vec!["mail_refused"], 0),
        ("550 5.7.1 relaying denied", vec![], 1),
        ("553 5.1.8 not your sender", vec![], 1),
        ("451 4.7.1 come back later", vec![], 1),
        ("535 5.7.8 who are you", vec![], 1),
    ] {
        sqlx::query("DELETE FROM graphile_worker._private_jobs").execute(&db).await.ok();
        let server = MailServer::open(Manner::Refuses(answer)).await;
        let bench = Bench::writing_to(db.clone(), Some(&server.url)).await;
        let placed = order("TEE-1", 1).paid().create(&db).await;
        bench.confirm(&placed).await;
        assert_eq!(
            (bench.told(placed.id).await, bench.queued().await),
            (told.iter().map(ToString::to_string).collect(), queued),
            "{answer}"
        );
    }
    sqlx::query("DELETE FROM graphile_worker._private_jobs").execute(&db).await.unwrap();
    let nowhere = format!("smtp://{}", crate::support::unused_address().await);
    let bench = Bench::writing_to(db.clone(), Some(&nowhere)).await;
    let placed = order("TEE-1", 1).paid().create(&db).await;
    bench.confirm(&placed).await;
    assert_eq!((bench.told(placed.id).await.len(), bench.queued().await), (0, 1));
    let error: String =
        sqlx::query_scalar("SELECT last_error FROM graphile_worker._private_jobs").fetch_one(&db).await.unwrap();
    assert!(error.contains("refused"), "{error}");
}

#[sqlx::test(migrator = "devopsify::database::MIGRATIONS")]
async fn without_a_server_mails_are_files(db: PgPool) {
    stocked(&db).await;
    let bench = Bench::new(db.clone()).await;
    let placed = order("TEE-1", 2).line("MUG-1", 1).paid().create(&db).await;
    bench.confirm(&placed).await;
    let file = bench.folder.path().join(format!("mail/order-{}-confirmation.eml", placed.id));
    let mail = read(&std::fs::read_to_string(&file).unwrap());
    assert!(mail.text.contains("Merge Tee"));
}
