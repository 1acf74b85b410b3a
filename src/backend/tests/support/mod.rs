//! What tests stand on: a store on a port of its own, builders for what is in it, and the wire to its database.

pub mod builders;
pub mod importer;
pub mod orders;
pub mod program;
pub mod smtp;
pub mod wire;

use std::{net::SocketAddr, sync::Arc};

use axum::Router;
use devopsify::{app::App, config::ServeConfig, media::MediaStore, router};
use reqwest::{Client, Response, StatusCode, header::HeaderMap};
use serde_json::Value;
use sqlx::PgPool;
use tempfile::TempDir;
use tokio::net::TcpListener;
use url::Url;

/// A store that answers on a port of its own.
pub struct Shop {
    pub db: PgPool,
    pub origin: Url,
    pub media: MediaStore,
    pub client: Client,
    _folder: TempDir,
}

/// An answer, read to its end.
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The names of the fields that were refused.
    pub fn refused(&self) -> Vec<String> {
        assert_eq!(self.status, StatusCode::BAD_REQUEST, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["code"], "invalid_request");
        problem["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap().to_owned()).collect()
    }
}

impl Shop {
    /// A store whose storefront cannot be reached.
    pub async fn open(db: PgPool) -> Self {
        Self::with(db, |_| {}).await
    }

    /// A store in front of `storefront`.
    pub async fn in_front_of(db: PgPool, storefront: Router) -> Self {
        let origin = serve(storefront).await;
        Self::with(db, |config| config.storefront_url = origin).await
    }

    pub async fn with(db: PgPool, change: impl FnOnce(&mut ServeConfig)) -> Self {
        Self::known_as(db, "http://shop.example", change).await
    }

    /// A store that visitors know by this address.
    pub async fn known_as(db: PgPool, public_url: &str, change: impl FnOnce(&mut ServeConfig)) -> Self {
        let folder = TempDir::new().unwrap();
        let media = MediaStore::open(&Url::from_directory_path(folder.path()).unwrap()).unwrap();
        let mut config = ServeConfig {
            port: 0,
            operations_port: 0,
            storefront_url: format!("http://{}", unused_address().await).parse().unwrap(),
            dev: false,
        };
        change(&mut config);
        let public_url = public_url.parse().unwrap();
        let app = App { db: db.clone(), media: media.clone(), public_url, config: Arc::new(config) };
        let origin = serve(router::router(app)).await;
        // The server alone sets the provider of TLS; nothing here speaks it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
        Self { db, origin, media, client, _folder: folder }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.get_with(path, &[]).await
    }

    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        let request =
            headers.iter().fold(self.client.get(self.at(path)), |request, (name, value)| request.header(*name, *value));
        Self::read(request.send().await.unwrap()).await
    }

    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.origin.as_str().trim_end_matches('/'))
    }

    pub async fn read(response: Response) -> Reply {
        let (status, headers) = (response.status(), response.headers().clone());
        Reply { status, headers, text: response.text().await.unwrap() }
    }

    /// The JSON of a successful answer.
    pub async fn json(&self, path: &str) -> Value {
        let reply = self.get(path).await;
        assert_eq!(reply.status, StatusCode::OK, "{path}: {}", reply.text);
        reply.json()
    }

    /// The slugs of a list, in its order.
    pub async fn slugs(&self, path: &str) -> Vec<String> {
        strings(&self.json(path).await["items"], "slug")
    }
}

/// A field of every element.
pub fn strings(list: &Value, field: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|item| item[field].as_str().unwrap_or_default().to_owned()).collect()
}

/// Serves a router on a free port until the test ends.
pub async fn serve(router: Router) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(
        async move { axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).await },
    );
    origin
}

/// An address that nothing listens on.
pub async fn unused_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}
