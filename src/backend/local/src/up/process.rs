//! Programs that run beside `up`: they end when we do, stop in steps, and what they print is kept.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    sync::{LazyLock, OnceLock, mpsc},
    thread,
    time::Duration,
};

use rustix::process::{Pid, Signal};
use tokio::{
    process::{Child, Command},
    runtime::Handle,
    sync::oneshot,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

const READ_BYTES: u64 = 64 << 10;
const SHOWN_LINES: usize = 15;

/// A program in a process group of its own, so that the terminal's Ctrl-C reaches us alone and we stop things in order.
pub struct Process {
    child: Child,
    pid: Pid,
    swept: bool,
}

/// A signal, and how long the program may take to end after it.
pub type Step = (Signal, Duration);

impl Process {
    /// Starts a command that prints into `log`.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub async fn start(mut command: Command, log: &Log) -> io::Result<Self> {
        let output = log.open()?;
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output).process_group(0).kill_on_drop(true);
        let child = spawn_on_lasting_thread(command).await?;
        let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        Ok(Self { pid: pid.ok_or_else(|| io::Error::other("it ended at once"))?, child, swept: false })
    }

    /// The program's process id.
    pub fn id(&self) -> i32 {
        self.pid.as_raw_nonzero().get()
    }

    /// Waits for the program's end.
    ///
    /// # Errors
    /// When the system cannot tell.
    pub async fn ended(&mut self) -> io::Result<ExitStatus> {
        let status = self.child.wait().await?;
        self.sweep();
        Ok(status)
    }

    /// How the program ended, if it has.
    ///
    /// # Errors
    /// When the system cannot tell.
    pub fn has_ended(&mut self) -> io::Result<Option<ExitStatus>> {
        let status = self.child.try_wait()?;
        if status.is_some() {
            self.sweep();
        }
        Ok(status)
    }

    /// Sends each signal in turn until the program ends; `hurry` skips what is left of the first one's patience.
    pub async fn stop(&mut self, steps: &[Step], hurry: &CancellationToken) {
        for (number, (signal, patience)) in steps.iter().enumerate() {
            if matches!(self.has_ended(), Ok(Some(_))) {
                return;
            }
            // It may end between the question and the signal: then there is nothing to tell it.
            let _ = rustix::process::kill_process(self.pid, *signal);
            let ended = timeout(*patience, self.ended());
            tokio::select! { _ = ended => {}, () = hurry.cancelled(), if number == 0 => {} }
        }
    }

    /// Ends what the program started and left behind in its group: once and at once, while the number is surely its own.
    fn sweep(&mut self) {
        if !std::mem::replace(&mut self.swept, true) {
            let _ = rustix::process::kill_process_group(self.pid, Signal::KILL);
        }
    }
}

/// A start that is given up leaves nothing, not even what the program had started itself.
impl Drop for Process {
    fn drop(&mut self) {
        self.sweep();
    }
}

struct Job {
    command: Command,
    runtime: Handle,
    reply: oneshot::Sender<io::Result<Child>>,
}

/// Linux tells a program of its parent's death when the *thread* that started it ends, and tokio's threads come and go:
/// programs are started on one thread that lives as long as this process.
async fn spawn_on_lasting_thread(command: Command) -> io::Result<Child> {
    static THREAD: LazyLock<mpsc::Sender<Job>> = LazyLock::new(|| {
        let (sender, jobs) = mpsc::channel::<Job>();
        thread::spawn(move || {
            for Job { mut command, runtime, reply } in jobs {
                let _inside = runtime.enter();
                // Nobody waits any more if the start was given up; the program is then killed as it is dropped.
                let _ = reply.send(command.spawn());
            }
        });
        sender
    });
    let (reply, answer) = oneshot::channel();
    let gone = || io::Error::other("the thread that starts programs has ended");
    THREAD.send(Job { command, runtime: Handle::current(), reply }).map_err(|_| gone())?;
    answer.await.map_err(|_| gone())?
}

/// The words before a command that make Linux end it by `signal` (such as `INT`) when we die, however we die; none where
/// the system cannot. They go innermost, because changing user clears the wish.
pub fn ends_with_us(signal: &'static str) -> Vec<&'static str> {
    static WORKS: OnceLock<bool> = OnceLock::new();
    if *WORKS.get_or_init(|| works(&["setpriv", "--pdeathsig", "INT", "true"])) {
        vec!["setpriv", "--pdeathsig", signal]
    } else {
        Vec::new()
    }
}

/// Whether a command can be run and succeeds; what it prints is nobody's business.
pub fn works(words: &[&str]) -> bool {
    let Some((program, arguments)) = words.split_first() else { return false };
    std::process::Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// What a program printed, in a file of its own; the one of the start before is kept beside it.
#[derive(Clone)]
pub struct Log {
    path: PathBuf,
}

impl Log {
    /// Begins `<folder>/<name>.log`.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn begin(folder: &Path, name: &str) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let path = folder.join(format!("{name}.log"));
        match std::fs::rename(&path, folder.join(format!("{name}.log.1"))) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(Self { path }),
        }
    }

    /// The file's path, for telling people.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file, to be appended to.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn open(&self) -> io::Result<File> {
        OpenOptions::new().append(true).create(true).open(&self.path)
    }

    /// How many bytes it has.
    pub fn length(&self) -> u64 {
        self.path.metadata().map_or(0, |file| file.len())
    }

    /// The last lines that were printed after the first `seen` bytes, for people.
    pub fn end(&self, seen: u64) -> String {
        last_lines(&self.after(seen), SHOWN_LINES)
    }

    /// What was printed after the first `seen` bytes, but for the beginning of more than [`READ_BYTES`].
    pub fn after(&self, seen: u64) -> String {
        let read = || -> io::Result<String> {
            let mut file = File::open(&self.path)?;
            file.seek(SeekFrom::Start(seen.max(self.length().saturating_sub(READ_BYTES))))?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        };
        read().unwrap_or_default()
    }
}

fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    lines.get(lines.len().saturating_sub(count)..).unwrap_or_default().join("\n")
}

#[cfg(test)]
mod tests {
    use super::{Log, last_lines};

    #[test]
    fn the_end_of_a_text_is_its_last_lines_that_say_something() {
        assert_eq!(last_lines("a\nb\n\nc\n", 2), "b\nc");
        assert_eq!(last_lines("a", 2), "a");
        assert_eq!(last_lines("", 2), "");
    }

    #[test]
    fn a_log_keeps_the_one_before_and_tells_only_what_is_new() {
        let folder = tempfile::tempdir().unwrap();
        for round in ["first", "second", "third"] {
            std::fs::write(Log::begin(folder.path(), "x").unwrap().path(), round).unwrap();
        }
        assert_eq!(std::fs::read_to_string(folder.path().join("x.log.1")).unwrap(), "second");
        let log = Log::begin(folder.path(), "x").unwrap();
        assert_eq!(log.end(0), "");
        std::fs::write(log.path(), "old\n").unwrap();
        let seen = log.length();
        std::fs::write(log.path(), "old\nnew\n").unwrap();
        assert_eq!(log.end(seen), "new");
        std::fs::write(log.path(), format!("why\n{}", "what else\n".repeat(100))).unwrap();
        assert!(log.after(0).starts_with("why\n") && !log.end(0).contains("why"));
    }
}
