//! The wire between a process and its database, which a test can cut, silence and mend.

use std::{net::SocketAddr, sync::Arc};

use sqlx::{
    ConnectOptions, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
};
use url::Url;

/// What the wire does with what is sent over it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Whole,
    /// Connections are closed, and new ones too: a server that was stopped.
    Cut,
    /// Nothing is passed on and nothing is closed: a server that hangs.
    Silent,
}

/// A wire to the server of a test's database.
pub struct Wire {
    state: watch::Sender<State>,
    url: Url,
}

impl Wire {
    pub async fn to(db: &PgPool) -> Self {
        let options: Arc<PgConnectOptions> = db.connect_options();
        let target = format!("{}:{}", options.get_host(), options.get_port());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address: SocketAddr = listener.local_addr().unwrap();
        let mut url = options.to_url_lossy();
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(address.port())).unwrap();
        let state = watch::Sender::new(State::Whole);
        let watched = state.subscribe();
        tokio::spawn(async move {
            while let Ok((visitor, _)) = listener.accept().await {
                tokio::spawn(pass(visitor, target.clone(), watched.clone()));
            }
        });
        Self { state, url }
    }

    /// The database's address through the wire.
    pub fn url(&self) -> &str {
        self.url.as_str()
    }

    /// A pool through the wire, like the one that `serve` makes.
    pub fn pool(&self) -> PgPool {
        let options = self.url.as_str().parse::<PgConnectOptions>().unwrap();
        PgPoolOptions::new().acquire_timeout(std::time::Duration::from_secs(3)).connect_lazy_with(options)
    }

    pub fn cut(&self) {
        self.state.send_replace(State::Cut);
    }

    pub fn silence(&self) {
        self.state.send_replace(State::Silent);
    }

    pub fn mend(&self) {
        self.state.send_replace(State::Whole);
    }
}

async fn pass(mut visitor: TcpStream, target: String, mut state: watch::Receiver<State>) {
    loop {
        match *state.borrow_and_update() {
            State::Cut => return,
            State::Silent => {}
            State::Whole => break,
        }
        if state.changed().await.is_err() {
            return;
        }
    }
    let Ok(mut server) = TcpStream::connect(target).await else { return };
    let copying = copy_bidirectional(&mut visitor, &mut server);
    tokio::select! {
        _ = copying => {}
        _ = state.wait_for(|state| *state != State::Whole) => {}
    }
    // A hanging server keeps its connections open.
    let _ = state.wait_for(|state| *state != State::Silent).await;
}
