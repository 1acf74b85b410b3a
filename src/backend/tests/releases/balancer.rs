//! The load balancer, as a cloud has one: replicas take turns, connections are kept on both sides, and no request is sent
//! twice.

use std::{
    net::SocketAddr,
    sync::{
        Arc, RwLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use url::Url;

use super::{journal::Journal, support};

/// A visitor's header: the address of the replica that alone may answer, as a balancer that sticks remembers it in a cookie.
pub const REPLICA: &str = "x-replica";
/// The balancer's own header in each answer: which release it is from.
pub const RELEASE: &str = "x-release";

/// What visitors and the payment provider talk to.
pub struct Balancer {
    pub url: Url,
    rotation: Arc<Rotation>,
}

struct Rotation {
    backends: RwLock<Vec<Arc<Backend>>>,
    turn: AtomicUsize,
    journal: Arc<Journal>,
}

/// A replica as the balancer knows it. Its idle connections stay open until it is dropped.
pub struct Backend {
    pub address: SocketAddr,
    /// Its place in the order of releases.
    pub release: usize,
    client: Client<HttpConnector, Body>,
}

impl Backend {
    pub fn new(address: SocketAddr, release: usize) -> Arc<Self> {
        let client = Client::builder(TokioExecutor::new()).retry_canceled_requests(false).build_http();
        Arc::new(Self { address, release, client })
    }
}

impl Balancer {
    /// A balancer with nothing in rotation.
    pub async fn open(journal: Arc<Journal>) -> Self {
        let rotation = Arc::new(Rotation { backends: RwLock::default(), turn: AtomicUsize::default(), journal });
        let url = support::serve(Router::new().fallback(pass).with_state(rotation.clone())).await;
        Self { url, rotation }
    }

    /// Puts a replica into rotation.
    pub fn enter(&self, backend: &Arc<Backend>) {
        self.rotation.backends.write().unwrap().push(backend.clone());
    }

    /// Takes a replica out of rotation; what it works on goes on.
    pub fn leave(&self, backend: &Arc<Backend>) {
        self.rotation.backends.write().unwrap().retain(|other| !Arc::ptr_eq(other, backend));
    }
}

impl Rotation {
    /// The replica whose turn it is, or the one that is asked for.
    fn choose(&self, asked_for: Option<&HeaderValue>) -> Option<Arc<Backend>> {
        let backends = self.backends.read().unwrap();
        if let Some(address) = asked_for {
            return backends.iter().find(|backend| *address == *backend.address.to_string()).cloned();
        }
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        backends.get(turn.checked_rem(backends.len())?).cloned()
    }
}

/// Passes a request on, once. What the provider is answered is judged here, because nobody else sees it.
async fn pass(
    State(rotation): State<Arc<Rotation>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: Request,
) -> Response {
    let asked_for = request.headers_mut().remove(REPLICA);
    let Some(backend) = rotation.choose(asked_for.as_ref()) else {
        return (StatusCode::SERVICE_UNAVAILABLE, "the replica is not in rotation").into_response();
    };
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    *request.uri_mut() = format!("http://{}{path}", backend.address).parse().unwrap();
    request.headers_mut().append("x-forwarded-for", peer.ip().to_string().parse().unwrap());
    let mut answer = match backend.client.request(request).await {
        Ok(answer) => answer.map(Body::new),
        Err(error) => (StatusCode::BAD_GATEWAY, format!("{:#}", anyhow::Error::from(error))).into_response(),
    };
    rotation.journal.request(backend.release);
    if path.starts_with("/api/webhooks/") && answer.status() != StatusCode::OK {
        rotation.journal.fail(&format!("POST {path} at release {}: {}", backend.release + 1, answer.status()));
    }
    // They are about the connection to the replica, and the one to the visitor is another.
    for name in [header::CONNECTION, header::TRANSFER_ENCODING] {
        answer.headers_mut().remove(name);
    }
    answer.headers_mut().insert(RELEASE, backend.release.into());
    answer
}
