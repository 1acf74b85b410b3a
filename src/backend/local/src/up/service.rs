//! A program that answers on a port of this machine: awaited, started again when it ends, stopped.

use std::{
    ffi::{OsStr, OsString},
    net::SocketAddr,
    path::Path,
    process::ExitStatus,
    time::Duration,
};

use anyhow::{Context, bail};
use rustix::process::Signal;
use tokio::{
    net::TcpStream,
    process::Command,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

use super::{
    process::{Log, Process, Step, ends_with_us},
    steps::{Restarts, Steps},
};

const READY_WITHIN: Duration = Duration::from_secs(60);
/// What drains, such as the worker, takes 30 s at most.
const STOP: [Step; 2] = [(Signal::TERM, Duration::from_secs(35)), (Signal::KILL, Duration::from_secs(5))];

/// Between two starts of what ends at once; the next pause is twice as long.
const PAUSE: Duration = Duration::from_secs(1);

/// Makes the command anew for each start.
pub type Start = Box<dyn Fn() -> anyhow::Result<Command> + Send + Sync>;

/// Another subcommand of this program, as a process of its own. Variables tell it everything, because what is on a command
/// line can be read by everybody on the machine.
pub struct Subcommand {
    /// Its name on the command line, and that of its log.
    pub name: &'static str,
    /// What it is told.
    pub variables: Vec<(&'static str, OsString)>,
    /// Variables of ours that it is not to see.
    pub withheld: &'static [&'static str],
}

impl Subcommand {
    /// Starts it without waiting for it.
    ///
    /// # Errors
    /// When it cannot be started.
    pub async fn launch(self, logs: &Path, name: &'static str, address: SocketAddr) -> anyhow::Result<Service> {
        let program = std::env::current_exe().context("this program's own file is gone")?;
        let start = move || {
            let mut command = child(program.as_os_str());
            command.arg(self.name).envs(self.variables.iter().map(|(name, value)| (name, value)));
            for variable in self.withheld {
                command.env_remove(variable);
            }
            Ok(command)
        };
        Service::launch(logs, self.name, name, address, Box::new(start)).await
    }
}

/// A command that runs `program` and ends when we do, however we end.
pub fn child(program: &OsStr) -> Command {
    let words = ends_with_us("TERM");
    let Some((first, rest)) = words.split_first() else { return Command::new(program) };
    let mut command = Command::new(first);
    command.args(rest).arg(program);
    command
}

/// A running program; dropped without a stop, it is killed.
pub struct Service {
    name: &'static str,
    address: SocketAddr,
    start: Start,
    log: Log,
    seen: u64,
    process: Process,
    restarts: Restarts,
}

impl Service {
    /// Starts it without waiting for it; what it prints goes to `<logs>/<log>.log`.
    ///
    /// # Errors
    /// When it cannot be started.
    pub async fn launch(
        logs: &Path,
        log: &str,
        name: &'static str,
        address: SocketAddr,
        start: Start,
    ) -> anyhow::Result<Self> {
        let log = Log::begin(logs, log).with_context(|| format!("the log of {name} cannot be written"))?;
        let process = Process::start(start()?, &log).await.with_context(|| format!("{name} cannot be started"))?;
        Ok(Self { name, address, start, log, seen: 0, process, restarts: Restarts::default() })
    }

    /// Waits until it accepts connections, 60 s at most.
    ///
    /// # Errors
    /// When it ends or the time is up; the message has the end of its log.
    pub async fn ready(&mut self) -> anyhow::Result<()> {
        let deadline = Instant::now() + READY_WITHIN;
        while TcpStream::connect(self.address).await.is_err() {
            if let Some(ended) = self.process.has_ended()? {
                bail!("{} ended ({ended}); {}", self.name, self.log_end());
            }
            if Instant::now() > deadline {
                bail!("{} was not ready within {} s; {}", self.name, READY_WITHIN.as_secs(), self.log_end());
            }
            sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Waits for its end, which nobody asked for.
    ///
    /// # Errors
    /// When the system cannot tell.
    pub async fn ended(&mut self) -> std::io::Result<ExitStatus> {
        self.process.ended().await
    }

    /// Starts it again after it ended, on the same port, and waits until it is ready. What ends on its way there is tried
    /// again, after a pause that doubles.
    ///
    /// # Errors
    /// As `ready`, and when it ends again and again.
    pub async fn heal(&mut self, ended: ExitStatus) -> anyhow::Result<()> {
        let mut steps = Steps::begin();
        let mut pause = PAUSE;
        loop {
            if !self.restarts.allow(std::time::Instant::now()) {
                bail!("{} ends again and again ({ended}); {}", self.name, self.log_end());
            }
            match self.start_again().await {
                Ok(()) => break,
                Err(error) if self.process.has_ended()?.is_none() => return Err(error),
                Err(_) => sleep(pause).await,
            }
            pause *= 2;
        }
        steps.done(&format!("{} healed (it ended: {ended})", self.name));
        Ok(())
    }

    async fn start_again(&mut self) -> anyhow::Result<()> {
        self.seen = self.log.length();
        self.process = Process::start((self.start)()?, &self.log)
            .await
            .with_context(|| format!("{} cannot be started", self.name))?;
        self.ready().await
    }

    /// Stops it and waits until it is gone.
    pub async fn stop(&mut self, hurry: &CancellationToken) {
        self.process.stop(&STOP, hurry).await;
    }

    fn log_end(&self) -> String {
        format!("{} ends with:\n{}", self.log.path().display(), self.log.end(self.seen))
    }
}
