//! Every public endpoint, as the policy and the OpenAPI document name it, with a request that it would take.

use devopsify::{
    policy::{Access, rules},
    router,
};
use serde_json::{Value, json};

use super::wire::Request;

/// What the store has, so that requests come as far as they can.
pub struct Known {
    pub order: Value,
    pub cart: String,
    pub cart_token: String,
    pub variant: String,
    pub number: String,
    pub order_token: String,
}

/// An endpoint that anybody can ask.
pub struct Endpoint {
    pub method: String,
    pub path: String,
    pub path_parameters: Vec<String>,
    pub query_parameters: Vec<String>,
    /// A body by the document's schema.
    pub body: Option<Value>,
}

/// Every public endpoint.
pub fn public() -> Vec<Endpoint> {
    let document = serde_json::to_value(router::openapi()).unwrap();
    let public = rules().into_iter().filter(|rule| rule.access == Access::Public);
    let endpoints: Vec<_> = public.map(|rule| endpoint(&document, rule.method.as_str(), rule.path)).collect();
    assert!(endpoints.len() >= 20, "the public endpoints were not found");
    endpoints
}

fn endpoint(document: &Value, method: &str, path: &str) -> Endpoint {
    let operation = &document["paths"][path][method.to_lowercase()];
    let parameters = |place: &str| -> Vec<String> {
        let all = operation["parameters"].as_array().cloned().unwrap_or_default();
        let placed = all.iter().filter(|parameter| parameter["in"] == place);
        placed.map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect()
    };
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    Endpoint {
        method: method.into(),
        path: path.into(),
        path_parameters: parameters("path"),
        query_parameters: parameters("query"),
        body: (!schema.is_null()).then(|| sample(document, schema, 0)),
    }
}

/// A value by a schema, as far as a schema says what is right.
fn sample(document: &Value, schema: &Value, depth: usize) -> Value {
    if depth > 8 {
        return Value::Null;
    }
    if let Some(reference) = schema["$ref"].as_str() {
        return sample(document, document.pointer(reference.trim_start_matches('#')).unwrap(), depth + 1);
    }
    for several in ["oneOf", "anyOf", "allOf"] {
        if let Some(first) = schema[several].as_array().and_then(|choices| choices.first()) {
            return sample(document, first, depth + 1);
        }
    }
    if !schema["example"].is_null() {
        return schema["example"].clone();
    }
    if let Some(first) = schema["enum"].as_array().and_then(|values| values.first()) {
        return first.clone();
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"].as_array()?.first()?.as_str());
    match kind {
        Some("object") => {
            let fields = schema["properties"].as_object().cloned().unwrap_or_default();
            fields.iter().map(|(name, field)| (name.clone(), sample(document, field, depth + 1))).collect()
        }
        Some("array") => json!([sample(document, &schema["items"], depth + 1)]),
        Some("integer" | "number") => json!(1),
        Some("boolean") => json!(true),
        _ if schema["format"] == "uuid" => json!("0192f0c1-0000-7000-8000-000000000000"),
        _ => json!("a sentence is a good one"),
    }
}

impl Endpoint {
    /// A request that would be taken, or nearly.
    pub fn request(&self, known: &Known) -> Request {
        let mut request = Request::new(&self.method, &self.path_with(known, "", ""))
            .header("Cart-Token", known.cart_token.as_bytes())
            .header("Order-Token", known.order_token.as_bytes())
            .header("Idempotency-Key", uuid::Uuid::new_v4().to_string().as_bytes());
        if self.body.is_some() {
            request.body = self.body(known).to_string().into_bytes();
        }
        if self.path.ends_with("/shipping-methods") {
            request = request.query("country=DE");
        }
        request
    }

    pub fn body(&self, known: &Known) -> Value {
        let mut body = self.body.clone().unwrap_or_default();
        if self.path == "/api/orders" {
            body = known.order.clone();
            body["billing_address"] = body["shipping_address"].clone();
        }
        if !body["variant_id"].is_null() {
            body["variant_id"] = known.variant.clone().into();
        }
        body
    }

    /// The path with what the store has, but for one parameter.
    pub fn path_with(&self, known: &Known, replaced: &str, value: &str) -> String {
        self.path_parameters.iter().fold(self.path.clone(), |path, name| {
            let value = match name.as_str() {
                name if name == replaced => value,
                "id" => &known.cart,
                "variant_id" => &known.variant,
                "number" => &known.number,
                _ => "hoodie-0",
            };
            path.replace(&format!("{{{name}}}"), value)
        })
    }
}

/// The JSON pointers of every value within, the containers too.
pub fn leaves(value: &Value) -> Vec<String> {
    let escaped = |name: &str| name.replace('~', "~0").replace('/', "~1");
    let inside: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (escaped(name), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    inside
        .into_iter()
        .flat_map(|(name, value)| {
            let deeper = leaves(value).into_iter().map(|rest| format!("/{name}{rest}")).collect::<Vec<_>>();
            std::iter::once(format!("/{name}")).chain(deeper)
        })
        .collect()
}
