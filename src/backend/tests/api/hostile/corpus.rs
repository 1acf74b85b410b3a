//! What is sent: the texts, numbers and bytes that break what was not made for them.

use serde_json::{Value, json};

/// A seeded generator (SplitMix64): the same cases at every run.
pub struct Random(u64);

impl Random {
    pub fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap()
    }

    pub fn bytes(&mut self, most: usize) -> Vec<u8> {
        let length = 1 + self.below(most);
        (0..length).map(|_| self.next().to_le_bytes()[0]).collect()
    }
}

/// Percent-encodes every byte that is not unreserved (RFC 3986).
pub fn percent(bytes: &[u8]) -> String {
    let encoded = |byte: &u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'~' => char::from(*byte).to_string(),
        other => format!("%{other:02X}"),
    };
    bytes.iter().map(encoded).collect()
}

/// Encodings that are none, or of no text.
pub const ENCODINGS: [&str; 13] =
    ["%", "%f", "%zz", "%ff", "%c3%28", "%ed%a0%80", "%f4%90%80%80", "%00", "a%00b", "%25", "%2f%2e%2e%2f", "%5c", "+"];

/// Encodings of every byte.
pub fn bytes() -> impl Iterator<Item = String> {
    (0..=255).map(|byte| format!("a%{byte:02x}b"))
}

/// Every `step`th of what there is, from another one on for each `turn`: all of them are sent, though not everywhere.
pub fn rotated<T>(all: impl IntoIterator<Item = T>, step: usize, turn: usize) -> impl Iterator<Item = T> {
    all.into_iter().skip(turn % step).step_by(step)
}

/// Texts, each odd in its own way.
pub fn texts() -> Vec<String> {
    let odd = [
        "Oʻahu",
        "ŉ",
        "ʻ",
        "aʼ",
        "ʺ",
        "d'or",
        "'",
        "''",
        "\\",
        "\\'",
        "a\\",
        ":*",
        "a:*",
        "!a",
        "a & b",
        "a | b",
        "(",
        "a <-> b",
        "%",
        "_",
        "a%",
        "\\%",
        "*",
        "$1",
        "$$",
        "\"",
        "`",
        ";--",
        "/*",
        "İstanbul",
        "ß",
        "ǅ",
        "ﬃ",
        "ﷺ",
        "㎯",
        "½",
        "²",
        "Ⅷ",
        "مرحبا",
        "न\u{93c}",
        "e\u{301}\u{301}\u{301}",
        "\u{200d}",
        "\u{202e}abc",
        "\u{feff}",
        "\u{fffd}",
        "\u{10ffff}",
        "👩‍👩‍👧‍👦",
        "\u{1}",
        "\n",
        "\r\n",
        "\t",
        "\u{7f}",
        "\u{85}",
        "null",
        "true",
        "NaN",
        "Infinity",
        "-Infinity",
        "infinity",
        "-infinity",
        "epoch",
        "0",
        "-0",
        "-1",
        "+1",
        "1.5",
        "1e400",
        "0x10",
        "1_000",
        "127",
        "32767",
        "32768",
        "2147483647",
        "2147483648",
        "-2147483649",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "-9223372036854775809",
        "18446744073709551616",
        "1000000000001",
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "current",
        "{}",
        "[]",
        "a:",
        ":",
        "::",
        ":a",
        "Color:Black",
        "Color:'",
        "Color:\\",
        "relevance",
        "newest",
        "price_asc",
        "DE",
        "ZZ",
        "d\u{e9}",
        "2024-02-30T25:61:61Z",
        "294277-01-01T00:00:00Z",
        "-4714-01-01",
        "a b c d e f g h i j k l m n o p q r s t u v w x y z",
    ];
    let long = [
        ("x", 100),
        ("x", 255),
        ("x", 256),
        ("x", 500),
        ("x", 3000),
        ("㎯", 40),
        ("ﷺ", 100),
        ("é", 130),
        ("a ", 50),
        ("'", 100),
        ("👨", 100),
    ];
    let long = long.into_iter().map(|(text, times)| text.repeat(times));
    odd.into_iter().map(str::to_owned).chain(long).collect()
}

/// What may stand where a JSON value is read; of the texts a sixth, another one for each `turn`.
pub fn values(turn: usize) -> Vec<Value> {
    let numbers = [
        "0",
        "-0",
        "-1",
        "1.5",
        "1e308",
        "127",
        "32768",
        "2147483647",
        "2147483648",
        "-2147483648",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "-9223372036854775809",
        "18446744073709551616",
        "1e15",
    ];
    let numbers = numbers.into_iter().map(|number| serde_json::from_str(number).unwrap());
    let others =
        [json!(null), json!(true), json!([]), json!([[]]), json!({}), json!({ "a": null }), json!(["a", 1, null])];
    let texts = rotated(texts(), 6, turn).map(Value::String);
    numbers.chain(others).chain(texts).chain([json!("\u{0}"), json!("a\u{0}b")]).collect()
}

/// Bodies that are not the JSON that was asked for.
pub fn bodies() -> Vec<Vec<u8>> {
    let deep = |open: &str| open.repeat(5000).into_bytes();
    let texts = [
        "",
        " ",
        "null",
        "true",
        "1",
        "1e400",
        "\"a\"",
        "[]",
        "{",
        "{}",
        "{}{}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,\"a\":2}",
        "\u{feff}{}",
        r#"{"a":"\ud800"}"#,
        r#"{"a":"\u0000"}"#,
        r#"{"a":"\uZZZZ"}"#,
        "{'a':1}",
        "// {}",
        "{\"\":{}}",
    ];
    let mut bodies: Vec<Vec<u8>> = texts.into_iter().map(|text| text.as_bytes().to_vec()).collect();
    bodies.extend([
        b"{\"a\":\"\xff\xfe\"}".to_vec(),
        b"\x00\x01\x02".to_vec(),
        deep("["),
        deep("{\"a\":"),
        vec![b' '; 100_000],
    ]);
    bodies
}

/// What a cursor's key may be forged to.
pub fn keys() -> Vec<Value> {
    let edges = [
        0,
        1,
        -1,
        i64::MAX,
        i64::MIN,
        i64::MAX - 1,
        i64::MIN + 1,
        1 << 53,
        -(1 << 53),
        1 << 62,
        -(1 << 62),
        // Where PostgreSQL's and the standard calendars end, in microseconds.
        -210_866_803_200_000_000,
        -210_866_803_200_000_001,
        9_223_371_331_200_000_000,
        253_402_300_800_000_000,
        -62_135_596_800_000_001,
        8_210_266_876_799_999_999,
        -8_334_601_228_800_000_000,
    ];
    let others = [json!(null), json!("1"), json!(1.5), json!(1e300), json!([1]), json!(u64::MAX), json!(true)];
    edges.into_iter().map(Value::from).chain(others).collect()
}

/// The headers that something in the store or below it reads.
pub const HEADERS: [&str; 22] = [
    "Cookie",
    "Cart-Token",
    "Order-Token",
    "Idempotency-Key",
    "Stripe-Signature",
    "Authorization",
    "Content-Type",
    "Content-Length",
    "Content-Encoding",
    "Accept-Encoding",
    "Accept-Language",
    "If-None-Match",
    "If-Match",
    "Range",
    "Host",
    "Origin",
    "Sec-Fetch-Site",
    "User-Agent",
    "X-Forwarded-For",
    "X-Request-Id",
    "traceparent",
    "Expect",
];

/// Values that look like what a header carries.
fn shaped(name: &str) -> Vec<String> {
    const UUID: &str = "0192f0c1-0000-7000-8000-000000000000";
    match name {
        "Cookie" => ["session", "cart", "order"]
            .iter()
            .flat_map(|cookie| {
                ["", ".", "=", "%ff", "\"\"", &format!("{UUID}."), &format!(".{UUID}"), &"x".repeat(3000)]
                    .map(|value| format!("{cookie}={value}"))
            })
            .chain(["=;=;", ";;;", "a"].map(str::to_owned))
            .collect(),
        "Stripe-Signature" => [
            "t=9223372036854775807,v1=00",
            "t=-9223372036854775808,v1=",
            "t=1,v1=zz",
            "t=,v1=",
            "t=1",
            "v1=00",
            "t=1,v1=é",
            ",,,",
            "=",
            "t=1,v1=000",
        ]
        .map(str::to_owned)
        .to_vec(),
        "Authorization" => {
            ["Bearer", "Bearer ", "Bearer .", "Basic !!", "Bearer \t", &format!("Bearer {}", "x".repeat(3000))]
                .map(str::to_owned)
                .to_vec()
        }
        "Content-Type" => [
            "",
            "application/json; charset=\"",
            "APPLICATION/JSON",
            "text/plain",
            ";",
            "multipart/form-data; boundary=",
        ]
        .map(str::to_owned)
        .to_vec(),
        "Content-Length" => ["-1", "18446744073709551616", "1e9", "0x1", "", "99999999999"].map(str::to_owned).to_vec(),
        "If-None-Match" | "If-Match" => ["*", "W/", "\"", "W/\"", ",,,", "W/W/\"a\""].map(str::to_owned).to_vec(),
        "Range" => ["bytes=9223372036854775807-", "bytes=-0", "bytes=1-0", "a=b"].map(str::to_owned).to_vec(),
        "Origin" | "Host" => {
            ["null", "http://", "http://[", "a:99999999", "é", "http://shop.example"].map(str::to_owned).to_vec()
        }
        "traceparent" => [&format!("00-{}-{}-01", "0".repeat(32), "0".repeat(16)), "ff-", "00-zz-zz-zz"]
            .map(ToOwned::to_owned)
            .to_vec(),
        _ => Vec::new(),
    }
}

/// Values for a header: those that look like what it carries, and others. Line breaks would end it.
pub fn header_values(name: &str) -> Vec<Vec<u8>> {
    let odd = ["Oʻahu", "'", "\\", "%", "9223372036854775808", "\u{10ffff}"];
    let mut values: Vec<Vec<u8>> =
        shaped(name).into_iter().map(String::into_bytes).chain(odd.map(|text| text.as_bytes().to_vec())).collect();
    values.extend([
        Vec::new(),
        b"\xff\xfe".to_vec(),
        b"\x80".to_vec(),
        b"a\tb".to_vec(),
        vec![b'x'; 300],
        vec![b'x'; 6000],
    ]);
    values
}
