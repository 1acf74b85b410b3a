//! Deleting what nobody can want any more: copies that no kept moment needs, and the log before the oldest copy that stays.

use anyhow::Context;
use chrono::{DateTime, Utc};

use super::{archive::Archive, history::History, wal::Segment};

/// Deletes what moments since `since` do not need. The newest copy always stays, and so do the files of the timelines.
///
/// # Errors
/// When the archive cannot be read or written.
pub fn prune(archive: &Archive, since: DateTime<Utc>) -> anyhow::Result<()> {
    let history = archive.history()?;
    let needed = history.needed_since(since, Utc::now());
    let log: Vec<Segment> = unneeded_log(&history, &needed);
    // The copies go first: one without its log would look like one.
    for base in history.bases.iter().filter(|base| !needed.contains(base)) {
        archive.delete(base)?;
        println!("{} is no longer needed", base.folder.display());
    }
    for segment in &log {
        let file = archive.wal().join(format!("{segment}.gz"));
        std::fs::remove_file(&file).with_context(|| format!("{} cannot be deleted", file.display()))?;
    }
    Ok(())
}

/// The segments before the first that a copy needs, whichever their timeline: numbers only grow along each line.
fn unneeded_log(history: &History, needed: &[&super::base::Base]) -> Vec<Segment> {
    let Some(first) = needed.iter().map(|base| base.start_wal.number(base.wal_segment_bytes)).min() else {
        return Vec::new();
    };
    let size = needed.first().map_or(1, |base| base.wal_segment_bytes);
    history.log.segments.keys().filter(|segment| segment.number(size) < first).copied().collect()
}
