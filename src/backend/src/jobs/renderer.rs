//! Where pictures are made: in a process of its own each, whose memory and time the kernel limits.
//!
//! Decoders read what strangers made. Whatever one of them does with a file (allocates more than the file explains, loops,
//! crashes), it ends that process, and neither the worker nor the mails and payments in it.

use std::{
    io::{Read, Write},
    path::{Path, PathBuf},
    process::{ExitCode, ExitStatus, Stdio},
    sync::OnceLock,
    time::Duration,
};

use anyhow::Context;
use bytes::Bytes;
use clap::Args;
use rustix::process::{Resource, Rlimit, setrlimit};
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    process::{Child, Command},
    sync::Semaphore,
};

use super::{
    picture_cost::{self, MAX_MEMORY},
    renditions::{self, Rendition},
};

/// Of a core; a picture of 50 megapixels takes two or three, and ten times as many without optimisation.
const SECONDS: u64 = 120;
/// However busy the machine is.
const PATIENCE: Duration = Duration::from_secs(300);
/// All sizes of a picture together are a tenth of this.
const LARGEST_ANSWER: u64 = 64 << 20;
const LONGEST_REASON: u64 = 4096;

const MEBIBYTE: u64 = 1 << 20;
/// What all pictures that are made at once may take, in MiB.
static MEMORY: Semaphore = Semaphore::const_new((MAX_MEMORY / MEBIBYTE) as usize);
/// What makes pictures in a process of its own.
static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// Make the sizes of the picture on the standard input.
#[derive(Args)]
pub struct RenderPicture {
    /// Bytes of memory that it may take.
    #[arg(long)]
    memory: u64,
}

/// Why a picture was not made.
#[derive(Debug)]
pub enum RenderError {
    /// Trying again may help.
    Passing(String),
    /// It is the picture's fault.
    Final(String),
}

#[derive(Serialize, Deserialize)]
struct Head {
    path: String,
    width: i32,
    height: i32,
    length: usize,
}

/// From now on pictures are made in processes of their own. What does not call it, as tests do not, makes them itself.
///
/// # Errors
/// When the program does not know where it is.
pub fn isolate() -> anyhow::Result<()> {
    // What runs, also when its file was replaced by the next release's.
    let running = Path::new("/proc/self/exe");
    let program = if running.exists() { running.to_owned() } else { std::env::current_exe()? };
    PROGRAM.get_or_init(|| program);
    Ok(())
}

/// Makes the sizes of a picture, once there is memory for it.
///
/// # Errors
/// With a reason for people, and whether trying again may help.
pub async fn render(original: Bytes) -> Result<Vec<Rendition>, RenderError> {
    let cost = picture_cost::of(&original).map_err(RenderError::Final)?;
    let permits = u32::try_from(cost.div_ceil(MEBIBYTE)).map_err(passing)?;
    let _memory = MEMORY.acquire_many(permits).await.map_err(passing)?;
    match PROGRAM.get() {
        Some(program) => tokio::time::timeout(PATIENCE, apart(program, &original, cost)).await.map_err(passing)?,
        None => tokio::task::spawn_blocking(move || renditions::make(&original))
            .await
            .map_err(passing)?
            .map_err(RenderError::Final),
    }
}

fn passing(error: impl std::fmt::Display) -> RenderError {
    RenderError::Passing(error.to_string())
}

async fn apart(program: &Path, original: &[u8], memory: u64) -> Result<Vec<Rendition>, RenderError> {
    let mut process = Command::new(program)
        .args(["render-picture", "--memory", &memory.to_string()])
        .env_clear()
        // Its limit counts address space: what is freed must leave it at once, and nothing is set aside for threads.
        .env("_RJEM_MALLOC_CONF", "background_thread:false,dirty_decay_ms:0,retain:false,narenas:1,tcache:false")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(passing)?;
    let (answer, reason) = talk(&mut process, original).await.map_err(passing)?;
    let status = process.wait().await.map_err(passing)?;
    if status.success() {
        return read(&answer.into()).map_err(passing);
    }
    Err(failure(status, String::from_utf8_lossy(&reason).trim()))
}

/// Sends the picture, and reads what is answered and what is said of it.
async fn talk(process: &mut Child, original: &[u8]) -> std::io::Result<(Vec<u8>, Vec<u8>)> {
    let (Some(mut input), Some(output), Some(errors)) =
        (process.stdin.take(), process.stdout.take(), process.stderr.take())
    else {
        return Err(std::io::Error::other("the process has no pipes"));
    };
    let send = async {
        // What has seen enough to refuse it reads no further.
        let _ = input.write_all(original).await;
        drop(input);
    };
    let ((), answer, reason) =
        tokio::join!(send, read_at_most(output, LARGEST_ANSWER), read_at_most(errors, LONGEST_REASON));
    Ok((answer?, reason?))
}

/// Closes the pipe after so many bytes: a process that writes more fails, instead of waiting for a reader.
async fn read_at_most(pipe: impl AsyncRead + Unpin, bytes: u64) -> std::io::Result<Vec<u8>> {
    let mut content = Vec::new();
    pipe.take(bytes).read_to_end(&mut content).await?;
    Ok(content)
}

fn failure(status: ExitStatus, reason: &str) -> RenderError {
    use std::os::unix::process::ExitStatusExt;
    // SIGKILL and SIGTERM come from outside: a machine without memory, or one that is being shut down.
    match (status.code(), status.signal()) {
        (Some(1), _) => RenderError::Final(reason.to_owned()),
        (_, Some(9 | 15)) => RenderError::Passing("the machine ended the making of the picture".into()),
        _ => RenderError::Final("the picture takes more memory or time than one of its size may, or is broken".into()),
    }
}

fn read(answer: &Bytes) -> Result<Vec<Rendition>, String> {
    let end = answer.iter().position(|byte| *byte == b'\n').ok_or("the answer has no head")?;
    let heads: Vec<Head> = serde_json::from_slice(&answer[..end]).map_err(|error| error.to_string())?;
    let mut at = end + 1;
    let mut next = |head: Head| {
        let content = (answer.len() - at >= head.length).then(|| answer.slice(at..at + head.length));
        at += head.length;
        let content = content.ok_or("the answer was cut off")?;
        Ok(Rendition { path: head.path, width: head.width, height: head.height, content })
    };
    heads.into_iter().map(&mut next).collect()
}

impl RenderPicture {
    /// What the process does: limits itself, makes the sizes of the picture on its standard input, and writes them.
    pub fn run(&self) -> ExitCode {
        match self.make() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error:#}");
                ExitCode::from(1)
            }
        }
    }

    fn make(&self) -> anyhow::Result<()> {
        self.limit().context("the process cannot be limited")?;
        let mut original = Vec::new();
        std::io::stdin().read_to_end(&mut original)?;
        let made = renditions::make(&original).map_err(anyhow::Error::msg)?;
        let heads: Vec<Head> = made
            .iter()
            .map(|made| Head {
                path: made.path.clone(),
                width: made.width,
                height: made.height,
                length: made.content.len(),
            })
            .collect();
        let mut output = std::io::stdout().lock();
        serde_json::to_writer(&mut output, &heads)?;
        output.write_all(b"\n")?;
        made.iter().try_for_each(|made| output.write_all(&made.content))?;
        output.flush().map_err(anyhow::Error::from)
    }

    /// Memory that is written to (RLIMIT_DATA), seconds of a core, and no dump of either.
    fn limit(&self) -> std::io::Result<()> {
        let hard = |value: u64| Rlimit { current: Some(value), maximum: Some(value) };
        setrlimit(Resource::Data, hard(self.memory))?;
        setrlimit(Resource::Cpu, hard(SECONDS))?;
        setrlimit(Resource::Core, hard(0))?;
        // Where memory runs out all the same, it is this process that goes.
        let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
        Ok(())
    }
}
