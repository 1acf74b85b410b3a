//! The wire between a process and its database, which a test can cut, silence and mend.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use devopsify::database::roles::APPLICATION;
use sqlx::{
    ConnectOptions, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::{
    io::{self, AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    time::sleep,
};
use url::Url;

/// What the wire does with what is sent over it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Whole,
    /// Connections are closed, and new ones too: a server that was stopped.
    Cut,
    /// Nobody listens: a server whose process is gone.
    Gone,
    /// Nothing is passed on and nothing is closed: a server that hangs.
    Silent,
}

/// A wire to the server of a test's database.
pub struct Wire {
    state: watch::Sender<State>,
    delay: watch::Sender<Duration>,
    url: Url,
}

impl Wire {
    pub async fn to(db: &PgPool) -> Self {
        let options: Arc<PgConnectOptions> = db.connect_options();
        let target = format!("{}:{}", options.get_host(), options.get_port());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address: SocketAddr = listener.local_addr().unwrap();
        let mut url = (*options).clone().username(APPLICATION).to_url_lossy();
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(address.port())).unwrap();
        let state = watch::Sender::new(State::Whole);
        let delay = watch::Sender::new(Duration::ZERO);
        let (watched, delayed) = (state.subscribe(), delay.subscribe());
        tokio::spawn(async move {
            let mut listener = Some(listener);
            let mut gone = watched.clone();
            loop {
                let Some(listening) = &listener else {
                    gone.wait_for(|state| *state != State::Gone).await.unwrap();
                    listener = Some(TcpListener::bind(address).await.unwrap());
                    continue;
                };
                tokio::select! {
                    Ok((visitor, _)) = listening.accept() => {
                        tokio::spawn(pass(visitor, target.clone(), watched.clone(), delayed.clone()));
                    }
                    ended = gone.wait_for(|state| *state == State::Gone) => match ended {
                        Ok(_) => drop(listener.take()),
                        Err(_) => return,
                    }
                }
            }
        });
        Self { state, delay, url }
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

    /// Connections are closed, and nobody listens for new ones.
    #[allow(dead_code, reason = "the tests of monitoring need it")]
    pub fn refuse(&self) {
        self.state.send_replace(State::Gone);
    }

    pub fn silence(&self) {
        self.state.send_replace(State::Silent);
    }

    /// Lets every answer take so much longer: a server that is far away.
    #[allow(dead_code, reason = "the tests of monitoring need it")]
    pub fn slow(&self, delay: Duration) {
        self.delay.send_replace(delay);
    }

    pub fn mend(&self) {
        self.delay.send_replace(Duration::ZERO);
        self.state.send_replace(State::Whole);
    }
}

async fn pass(visitor: TcpStream, target: String, mut state: watch::Receiver<State>, delay: watch::Receiver<Duration>) {
    loop {
        match *state.borrow_and_update() {
            State::Cut | State::Gone => return,
            State::Silent => {}
            State::Whole => break,
        }
        if state.changed().await.is_err() {
            return;
        }
    }
    let Ok(server) = TcpStream::connect(target).await else { return };
    let (mut questions, mut answers_to) = visitor.into_split();
    let (mut answers, mut questions_to) = server.into_split();
    tokio::select! {
        _ = io::copy(&mut questions, &mut questions_to) => {}
        _ = copy_late(&mut answers, &mut answers_to, delay) => {}
        _ = state.wait_for(|state| *state != State::Whole) => {}
    }
    // A hanging server keeps its connections open.
    let _ = state.wait_for(|state| *state != State::Silent).await;
}

async fn copy_late(
    from: &mut OwnedReadHalf,
    to: &mut OwnedWriteHalf,
    delay: watch::Receiver<Duration>,
) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let length = from.read(&mut buffer).await?;
        if length == 0 {
            return Ok(());
        }
        let late = *delay.borrow();
        if !late.is_zero() {
            sleep(late).await;
        }
        to.write_all(buffer.get(..length).unwrap_or_default()).await?;
    }
}
