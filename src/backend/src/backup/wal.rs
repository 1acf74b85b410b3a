//! PostgreSQL's log as the archive has it: segments by their names, and the timelines that a restored server begins.

use std::{
    collections::BTreeMap,
    fmt,
    fs::File,
    io::{self, Read},
    path::Path,
    str::FromStr,
};

use anyhow::Context;
use chrono::{DateTime, Utc};
use flate2::read::GzDecoder;
use serde::{Deserialize, Serialize};

/// A place in the log, in bytes since its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Lsn(u64);

/// The number of a segment since the log's beginning, whichever timeline it is of.
pub type Number = u64;

/// The name of a segment (PostgreSQL's `XLogFileName`): timeline, then its number in two parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Segment {
    high: u32,
    low: u32,
    /// The timeline that it is of.
    pub timeline: u32,
}

/// A server that was restored writes a timeline of its own, which leaves another one at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// Its number, higher than those of all before.
    pub id: u32,
    /// When it was begun.
    pub began_at: DateTime<Utc>,
    /// The timelines that it goes back to, with the place where each was left.
    pub left: Vec<(u32, Lsn)>,
}

/// What is in the archive, each with its time.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// A segment, and when it was last written to.
    pub segments: BTreeMap<Segment, DateTime<Utc>>,
    /// The timelines that a restored server began, in their order.
    pub timelines: Vec<Timeline>,
}

impl Log {
    /// Reads the names of the segments, and the files of the timelines.
    ///
    /// # Errors
    /// When the folder or a timeline's file cannot be read.
    pub fn read(folder: &Path) -> anyhow::Result<Self> {
        let mut log = Self::default();
        let unreadable = || format!("{} cannot be read", folder.display());
        for entry in std::fs::read_dir(folder).with_context(unreadable)? {
            let entry = entry.with_context(unreadable)?;
            let (file, path) = (entry.file_name(), entry.path());
            let Some(name) = file.to_str().and_then(|name| name.strip_suffix(".gz")) else { continue };
            let read_time = || -> io::Result<DateTime<Utc>> { Ok(entry.metadata()?.modified()?.into()) };
            if let Ok(segment) = name.parse() {
                log.segments.insert(segment, read_time().with_context(unreadable)?);
            } else if let Some(id) = name.strip_suffix(".history").and_then(|id| u32::from_str_radix(id, 16).ok()) {
                let text = unzipped(&path).with_context(|| format!("{} is broken", path.display()))?;
                let left = left(&text).with_context(|| format!("{} is broken", path.display()))?;
                log.timelines.push(Timeline { id, began_at: read_time().with_context(unreadable)?, left });
            }
        }
        log.timelines.sort_by_key(|timeline| timeline.id);
        Ok(log)
    }

    /// The timeline of this number; one without a file goes back to no other.
    pub fn timeline(&self, id: u32) -> Timeline {
        let known = self.timelines.iter().find(|timeline| timeline.id == id).cloned();
        known.unwrap_or(Timeline { id, began_at: DateTime::<Utc>::MIN_UTC, left: Vec::new() })
    }
}

impl Timeline {
    /// Whether what was on a timeline at a place is part of this one.
    pub fn goes_back_to(&self, id: u32, place: Lsn) -> bool {
        id == self.id || self.left.iter().any(|(older, left_at)| *older == id && place <= *left_at)
    }

    /// The timelines on which a segment may lie, the newest first: one that was left has none of this line after it.
    fn may_have(&self, number: Number, segment_bytes: u64) -> impl Iterator<Item = u32> {
        let left = self.left.iter().rev().filter(move |(_, at)| number <= at.0 / segment_bytes).map(|(id, _)| *id);
        std::iter::once(self.id).chain(left)
    }

    /// Whether a segment is part of the line.
    pub fn has(&self, segment: Segment, segment_bytes: u64) -> bool {
        self.may_have(segment.number(segment_bytes), segment_bytes).any(|timeline| timeline == segment.timeline)
    }

    /// The segment of this number along the line, if the log has it, and when it was last written to.
    pub fn segment(&self, log: &Log, number: Number, segment_bytes: u64) -> Option<DateTime<Utc>> {
        let named = |timeline| Segment::numbered(timeline, number, segment_bytes);
        self.may_have(number, segment_bytes).find_map(|timeline| log.segments.get(&named(timeline)).copied())
    }
}

impl Segment {
    /// The segment's number, where segments have this many bytes.
    pub fn number(self, segment_bytes: u64) -> Number {
        u64::from(self.high) * (0x1_0000_0000 / segment_bytes) + u64::from(self.low)
    }

    /// The segment of a number.
    pub fn numbered(timeline: u32, number: Number, segment_bytes: u64) -> Self {
        let in_one = 0x1_0000_0000 / segment_bytes;
        let part = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        Self { high: part(number / in_one), low: part(number % in_one), timeline }
    }
}

impl FromStr for Segment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let part = |at: usize| u32::from_str_radix(text.get(at..at + 8)?, 16).ok();
        match (part(0), part(8), part(16), text.len()) {
            (Some(timeline), Some(high), Some(low), 24) => Ok(Self { high, low, timeline }),
            _ => Err(format!("{text} is not the name of a segment of the log")),
        }
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08X}{:08X}{:08X}", self.timeline, self.high, self.low)
    }
}

impl FromStr for Lsn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let part = |text: &str| u32::from_str_radix(text, 16).ok().map(u64::from);
        let parts = text.split_once('/').and_then(|(high, low)| Some(Self(part(high)? << 32 | part(low)?)));
        parts.ok_or_else(|| format!("{text} is not a place in the log"))
    }
}

impl fmt::Display for Lsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:X}/{:08X}", self.0 >> 32, self.0 & 0xFFFF_FFFF)
    }
}

macro_rules! as_text {
    ($kind:ty) => {
        impl TryFrom<String> for $kind {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                text.parse()
            }
        }

        impl From<$kind> for String {
            fn from(value: $kind) -> Self {
                value.to_string()
            }
        }
    };
}

as_text!(Lsn);
as_text!(Segment);

fn unzipped(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    GzDecoder::new(File::open(path)?).read_to_string(&mut text)?;
    Ok(text)
}

/// A timeline's file has a line for each that it goes back to: number, place and reason, with tabs between.
fn left(text: &str) -> Option<Vec<(u32, Lsn)>> {
    let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let line = |line: &str| {
        let mut words = line.split_whitespace();
        Some((words.next()?.parse().ok()?, words.next()?.parse().ok()?))
    };
    lines.map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::{Log, Lsn, Segment, Timeline, left};
    use chrono::DateTime;

    const MB16: u64 = 16 << 20;

    #[test]
    fn segments_and_places_are_read_as_postgresql_writes_them() {
        let segment: Segment = "0000000200000001000000FF".parse().unwrap();
        assert_eq!((segment.timeline, segment.number(MB16)), (2, 0x1FF));
        assert_eq!(Segment::numbered(2, 0x1FF, MB16), segment);
        assert_eq!(segment.to_string(), "0000000200000001000000FF");
        assert_eq!("1/20000A0".parse::<Lsn>().unwrap().to_string(), "1/020000A0");
        for no in ["", "00000002.history", "000000020000000100000003.partial", "00000002000000010000000X"] {
            assert!(no.parse::<Segment>().is_err(), "{no} was taken");
        }
    }

    #[test]
    fn a_timeline_has_of_another_what_was_before_it_left() {
        let text = "1\t0/3000060\tbefore 2026-01-01 00:00:00+00\n\n2\t0/5000000\tno recovery target specified\n";
        let line = Timeline { id: 3, began_at: DateTime::UNIX_EPOCH, left: left(text).unwrap() };
        let at = |place: &str| place.parse::<Lsn>().unwrap();
        assert!(line.goes_back_to(1, at("0/3000060")) && !line.goes_back_to(1, at("0/3000061")));
        assert!(line.goes_back_to(2, at("0/4FFFFFF")) && line.goes_back_to(3, at("9/0")));
        let mut log = Log::default();
        for name in ["000000010000000000000003", "000000010000000000000004", "000000030000000000000006"] {
            log.segments.insert(name.parse().unwrap(), DateTime::UNIX_EPOCH);
        }
        let has = |number| line.segment(&log, number, MB16).is_some();
        assert!(has(3) && !has(4) && !has(5) && has(6));
        assert_eq!(left("x\ty"), None);
    }
}
