//! The demo provider's memory: an append-only file with a line of JSON for each change, on the disk before anybody hears of it.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read, Seek, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    sync::{Mutex, PoisonError, mpsc},
};

use anyhow::{Context, bail};
use tokio::sync::{mpsc::UnboundedSender, oneshot, watch};

use super::book::{Book, Change, FollowUp};

/// The ledger cannot be written any more, so nothing can be promised.
#[derive(Debug, thiserror::Error)]
#[error("the ledger cannot be written")]
pub struct Gone;

/// The book and its file. What is read here is on the disk already when the reader gets it.
pub struct Ledger {
    current: Mutex<Current>,
    pages: mpsc::Sender<Page>,
    synced: watch::Receiver<u64>,
}

struct Current {
    book: Book,
    /// The number of the latest change.
    latest: u64,
}

/// A change on its way to the disk.
struct Page {
    number: u64,
    line: Vec<u8>,
    follow_ups: Vec<FollowUp>,
}

/// Why the ledger ended, if it ever does.
pub type Failure = oneshot::Receiver<io::Error>;

impl Ledger {
    /// Reads the file, making it if it is missing, and hands over what is still to be done; later changes do the same, once
    /// they are on the disk.
    ///
    /// # Errors
    /// When the file cannot be used or has been tampered with; the message says what to do.
    pub fn open(path: &Path, follow_ups: UnboundedSender<FollowUp>) -> anyhow::Result<(Self, Failure)> {
        let shown = path.display();
        let mut file = open_file(path).with_context(|| format!("the ledger {shown} cannot be opened"))?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                bail!(
                    "another demo provider uses the ledger {shown}: stop that one, or give another file by DEMO_LEDGER"
                )
            }
            Err(TryLockError::Error(error)) if error.kind() != io::ErrorKind::Unsupported => {
                return Err(error).with_context(|| format!("the ledger {shown} cannot be locked"));
            }
            _ => {}
        }
        let book = replay(&mut file, path)?;
        for follow_up in book.follow_ups() {
            // The receiver lives as long as the ledger, or nobody wants to know.
            let _ = follow_ups.send(follow_up);
        }
        let ((pages, written), (progress, synced), (failed, failure)) =
            (mpsc::channel(), watch::channel(0), oneshot::channel());
        std::thread::spawn(move || {
            if let Err(error) = write(&mut file, &written, &progress, &follow_ups) {
                let _ = failed.send(error);
            }
        });
        Ok((Self { current: Mutex::new(Current { book, latest: 0 }), pages, synced }, failure))
    }

    /// Looks into the book.
    ///
    /// # Errors
    /// When what was seen could not be written.
    pub async fn read<T>(&self, look: impl FnOnce(&Book) -> T) -> Result<T, Gone> {
        self.change(|book| (look(book), Change::default())).await
    }

    /// Decides on a change, one after the other, and comes back when it is on the disk. Dropped half-way, a change that was
    /// decided on still happens.
    ///
    /// # Errors
    /// When it could not be written.
    pub async fn change<T>(&self, decide: impl FnOnce(&Book) -> (T, Change)) -> Result<T, Gone> {
        let (answer, number) = self.decide(decide)?;
        self.synced.clone().wait_for(|synced| *synced >= number).await.map_err(|_| Gone)?;
        Ok(answer)
    }

    fn decide<T>(&self, decide: impl FnOnce(&Book) -> (T, Change)) -> Result<(T, u64), Gone> {
        // A decision that panics has changed nothing: the book is as it was.
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let (answer, change) = decide(&current.book);
        if !change.is_empty() {
            let mut line = serde_json::to_vec(&change).map_err(|_| Gone)?;
            line.push(b'\n');
            let page = Page { number: current.latest + 1, line, follow_ups: change.follow_ups() };
            self.pages.send(page).map_err(|_| Gone)?;
            current.latest += 1;
            current.book.apply(change);
        }
        Ok((answer, current.latest))
    }
}

fn open_file(path: &Path) -> io::Result<File> {
    let is_new = !path.exists();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)?;
    if is_new {
        // A file is only there for good when its folder is on the disk as well.
        File::open(folder)?.sync_all()?;
    }
    Ok(file)
}

/// Reads every line. A last one without its end was never answered for: the process was killed while it wrote.
fn replay(file: &mut File, path: &Path) -> anyhow::Result<Book> {
    let shown = path.display();
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).with_context(|| format!("the ledger {shown} cannot be read"))?;
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    if whole < bytes.len() {
        tracing::warn!("the ledger {shown} ended in the middle of a line, which is cut off");
        bytes.truncate(whole);
        file.set_len(u64::try_from(whole)?).and_then(|()| file.sync_all())?;
    }
    file.seek(io::SeekFrom::End(0))?;
    let mut book = Book::default();
    for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty()) {
        let change = serde_json::from_slice(line).with_context(|| {
            format!(
                "line {} of the ledger {shown} is damaged: restore the file, or move it away to start anew",
                number + 1
            )
        })?;
        book.apply(change);
    }
    Ok(book)
}

/// Writes what has come together since the last time at once, so that one wait for the disk serves all of it.
fn write(
    file: &mut File,
    pages: &mpsc::Receiver<Page>,
    progress: &watch::Sender<u64>,
    follow_ups: &UnboundedSender<FollowUp>,
) -> io::Result<()> {
    while let Ok(first) = pages.recv() {
        let batch: Vec<Page> = std::iter::once(first).chain(pages.try_iter()).collect();
        let lines: Vec<u8> = batch.iter().flat_map(|page| &page.line).copied().collect();
        file.write_all(&lines)?;
        file.sync_data()?;
        for page in batch {
            progress.send_replace(page.number);
            for follow_up in page.follow_ups {
                let _ = follow_ups.send(follow_up);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use chrono::Utc;
    use tempfile::TempDir;
    use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

    use super::*;
    use crate::demo_provider::{params::Params, rules::Desk};

    fn open(path: &Path) -> anyhow::Result<(Ledger, UnboundedReceiver<FollowUp>)> {
        let (sender, receiver) = unbounded_channel();
        Ok((Ledger::open(path, sender)?.0, receiver))
    }

    /// Opens it after the one before has let go of it, which its thread does a moment after it is dropped.
    fn open_when_free(path: &Path) -> anyhow::Result<(Ledger, UnboundedReceiver<FollowUp>)> {
        loop {
            match open(path) {
                Err(error) if error.to_string().contains("another demo provider") => std::thread::yield_now(),
                opened => return opened,
            }
        }
    }

    fn reopen(path: &Path) -> (Ledger, UnboundedReceiver<FollowUp>) {
        open_when_free(path).unwrap()
    }

    async fn create(ledger: &Ledger, amount: u64) -> String {
        let params = Params::read(format!("amount={amount}&currency=eur").as_bytes());
        let decide = |book: &Book| {
            let decision = Desk { book, pages: "", now: Utc::now() }.create(&params);
            (decision.answer, decision.change)
        };
        ledger.change(decide).await.unwrap().body["id"].as_str().unwrap().to_owned()
    }

    async fn amounts(ledger: &Ledger) -> Vec<i64> {
        ledger.read(|book| book.intents().map(|intent| intent.amount).collect()).await.unwrap()
    }

    fn file() -> (TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/ledger.jsonl");
        (folder, path)
    }

    #[tokio::test]
    async fn what_was_answered_is_there_after_a_start() {
        let (_folder, path) = file();
        let (ledger, mut todo) = open(&path).unwrap();
        create(&ledger, 101).await;
        create(&ledger, 102).await;
        let Some(FollowUp::Deliver(event)) = todo.recv().await else { panic!("nothing is told") };
        let delivered = Change { delivered: Some(event.id.clone()), ..Change::default() };
        ledger.change(|_| ((), delivered)).await.unwrap();
        drop(ledger);
        let (ledger, mut todo) = reopen(&path);
        assert_eq!(amounts(&ledger).await, [102, 101]);
        let Ok(FollowUp::Deliver(owed)) = todo.try_recv() else { panic!("nothing is owed") };
        assert_ne!(owed.id, event.id);
        assert!(todo.try_recv().is_err(), "what was delivered is owed again");
    }

    #[tokio::test]
    async fn every_beginning_of_the_file_can_be_started_on() {
        let (_folder, path) = file();
        let (ledger, _todo) = open(&path).unwrap();
        create(&ledger, 101).await;
        create(&ledger, 102).await;
        drop(ledger);
        drop(reopen(&path));
        let whole = std::fs::read(&path).unwrap();
        let first = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        for length in [0, 1, first - 1, first, first + 1, whole.len() - 1, whole.len()] {
            let torn = path.with_file_name(format!("{length}"));
            std::fs::write(&torn, &whole[..length]).unwrap();
            let (ledger, _todo) = open(&torn).unwrap();
            create(&ledger, 103).await;
            drop(ledger);
            let (ledger, _todo) = reopen(&torn);
            let expected: &[i64] = match length {
                length if length < first => &[103],
                length if length < whole.len() => &[103, 101],
                _ => &[103, 102, 101],
            };
            assert_eq!(amounts(&ledger).await, expected, "after {length} bytes");
        }
    }

    #[tokio::test]
    async fn a_damaged_ledger_is_refused_and_left_as_it_is() {
        let (_folder, path) = file();
        let (ledger, _todo) = open(&path).unwrap();
        create(&ledger, 101).await;
        let refused = open(&path).err().unwrap().to_string();
        assert!(refused.contains("another demo provider uses"), "{refused}");
        drop(ledger);
        let damaged = [b"{\"intents\": 1}\n", std::fs::read(&path).unwrap().as_slice()].concat();
        std::fs::write(&path, &damaged).unwrap();
        let refused = open_when_free(&path).err().unwrap().to_string();
        assert!(refused.contains("line 1 of the ledger") && refused.contains("is damaged"), "{refused}");
        assert_eq!(std::fs::read(&path).unwrap(), damaged);
    }
}
