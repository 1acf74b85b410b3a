//! What can be restored: from which copy, along which timeline of the log, and how far.

use anyhow::{Context, ensure};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use super::{
    base::Base,
    wal::{Log, Segment, Timeline},
};

/// The copies, in the order of their ends, and the log.
pub struct History {
    /// The copies, in the order of their ends.
    pub bases: Vec<Base>,
    /// The log.
    pub log: Log,
}

/// How a moment is restored.
pub struct Way<'a> {
    /// From this copy,
    pub base: &'a Base,
    /// along this timeline.
    pub timeline: Timeline,
}

/// How far the log leads from a copy.
#[derive(Debug, PartialEq, Eq)]
pub struct Reach {
    /// Everything up to this moment is there, if the copy can be used at all.
    pub until: Option<DateTime<Utc>>,
    /// The first segment that is missing although later ones are there.
    pub missing: Option<Segment>,
}

impl History {
    /// All that there is.
    pub fn new(mut bases: Vec<Base>, log: Log) -> Self {
        bases.sort_by_key(|base| base.ended_at);
        Self { bases, log }
    }

    /// The timeline that the server was on at a moment: the newest that had begun.
    fn timeline_at(&self, moment: DateTime<Utc>) -> Timeline {
        let begun = self.log.timelines.iter().rfind(|timeline| timeline.began_at <= moment);
        let first = || self.log.timeline(self.bases.iter().map(Base::timeline).min().unwrap_or(1));
        begun.cloned().unwrap_or_else(first)
    }

    /// The newest copy that had ended at a moment, on the way that led to it.
    pub fn way_to(&self, moment: DateTime<Utc>) -> Option<Way<'_>> {
        let timeline = self.timeline_at(moment);
        let leads = |base: &&Base| base.ended_at <= moment && timeline.goes_back_to(base.timeline(), base.stop_lsn);
        let base = self.bases.iter().rfind(leads)?;
        Some(Way { base, timeline })
    }

    /// How far the log leads from a copy along a timeline.
    pub fn reach(&self, way: &Way<'_>) -> Reach {
        let size = way.base.wal_segment_bytes;
        let first = way.base.start_wal.number(size);
        let mut next = first;
        let mut until = None;
        while let Some(time) = way.timeline.segment(&self.log, next, size) {
            (next, until) = (next + 1, Some(time));
        }
        let is_later = |segment: &Segment| segment.number(size) > next && way.timeline.has(*segment, size);
        let missing = self.log.segments.keys().any(is_later);
        Reach {
            // Without all of its own log a copy is none.
            until: until.filter(|_| next > way.base.stop_wal.number(size)).map(|time| time.max(way.base.ended_at)),
            missing: missing.then(|| Segment::numbered(way.timeline.id, next, size)),
        }
    }

    /// The way to a moment, or to the end of the log, and makes sure that it can be gone.
    ///
    /// # Errors
    /// When it cannot; the message says which moments can be restored.
    pub fn expect_way(&self, moment: Option<DateTime<Utc>>, now: DateTime<Utc>) -> anyhow::Result<Way<'_>> {
        let wanted = moment.unwrap_or(now);
        ensure!(wanted <= now, "{} has not come yet: it is {}", shown(wanted), shown(now));
        let first = self.bases.first().context("there is no backup yet: `devopsify backup create` makes one")?;
        let way = self.way_to(wanted).with_context(|| {
            format!(
                "{} is before all backups: the first moment that can be restored is {}",
                shown(wanted),
                shown_after(first.ended_at)
            )
        })?;
        self.expect_one_server(&way.timeline)?;
        let reach = self.reach(&way);
        let until = reach.until.with_context(|| {
            let missing = reach.missing.map_or_else(|| way.base.stop_wal.to_string(), |segment| segment.to_string());
            format!("the backup {} cannot be used: {missing} of its log is missing from the archive", way.base.name())
        })?;
        if let (Some(missing), true) = (reach.missing, moment.is_none() || wanted > until) {
            anyhow::bail!(
                "{missing} of the log is missing from the archive: what comes after {} cannot be restored; give that moment, or \
                 one before it, by --at",
                shown(until)
            );
        }
        ensure!(
            moment.is_none() || wanted <= until,
            "the archive reaches to {} and not to {}: if the server still runs, `SELECT pg_switch_wal()` lets it archive what it \
             has; if not, leave --at out, and everything that is there is restored",
            shown(until),
            shown(wanted)
        );
        Ok(way)
    }

    /// A server that went on after another one was restored from here would be forgotten: whoever is on the older timeline writes
    /// what nothing on the newer one leads to.
    fn expect_one_server(&self, timeline: &Timeline) -> anyhow::Result<()> {
        let left = |base: &&Base| base.timeline() < timeline.id && base.ended_at > timeline.began_at;
        if let Some(base) = self.bases.iter().find(left) {
            anyhow::bail!(
                "two servers have written here: the backup {} was made after another one was restored and began timeline {}. If \
                 that one was a trial, move its log away, wal/{:08X}*, and from now on try restores out on a copy",
                base.name(),
                timeline.id,
                timeline.id
            );
        }
        Ok(())
    }

    /// The copies that moments since `since` need; the newest one always.
    pub fn needed_since(&self, since: DateTime<Utc>, now: DateTime<Utc>) -> Vec<&Base> {
        let began = self.log.timelines.iter().map(|timeline| timeline.began_at);
        let moments = [since, now].into_iter().chain(began).filter(|moment| *moment >= since);
        let mut needed: Vec<&Base> = moments.filter_map(|moment| Some(self.way_to(moment)?.base)).collect();
        needed.extend(self.bases.iter().filter(|base| base.ended_at >= since).chain(self.bases.last()));
        needed.sort_by_key(|base| base.ended_at);
        needed.dedup();
        needed
    }
}

/// A moment as people and `--at` write it, and not before the moment.
pub fn shown_after(moment: DateTime<Utc>) -> String {
    shown(moment + TimeDelta::nanoseconds(999_999_999))
}

/// A moment as people and `--at` write it, and not after the moment.
pub fn shown(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
pub mod tests {
    use std::path::PathBuf;

    use chrono::{DateTime, TimeDelta, Utc};

    use super::{History, Reach};
    use crate::backup::{
        base::Base,
        wal::{Log, Segment, Timeline},
    };

    const MB16: u64 = 16 << 20;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    /// A copy that ended at a minute, on a timeline, in a segment.
    pub fn base(minute: i64, timeline: u32, segment: u64) -> Base {
        Base {
            folder: PathBuf::new(),
            started_at: at(minute) - TimeDelta::seconds(1),
            ended_at: at(minute),
            postgresql: "18.0".into(),
            system_identifier: "1".into(),
            start_wal: Segment::numbered(timeline, segment, MB16),
            stop_wal: Segment::numbered(timeline, segment, MB16),
            stop_lsn: format!("0/{:X}", segment * MB16 + 1).parse().unwrap(),
            wal_segment_bytes: MB16,
            data_bytes: 0,
            bytes: 0,
            sha256: String::new(),
        }
    }

    /// Copies at minutes 10 and 30; at 35 the store went back to minute 20, in segment 2, and has gone on as timeline 2 since. A
    /// segment a minute-of-ten, each last written to at its end.
    fn restored_once() -> History {
        let mut log = Log::default();
        for number in 0..=3 {
            log.segments.insert(Segment::numbered(1, number, MB16), at(10 * i64::try_from(number).unwrap() + 9));
        }
        for number in 2..=4 {
            log.segments.insert(Segment::numbered(2, number, MB16), at(10 * i64::try_from(number).unwrap() + 19));
        }
        let left = vec![(1, format!("0/{:X}", 2 * MB16 + 500).parse().unwrap())];
        log.timelines.push(Timeline { id: 2, began_at: at(35), left });
        History::new(vec![base(30, 1, 3), base(10, 1, 1), base(50, 2, 4)], log)
    }

    fn way(history: &History, minute: i64) -> Option<(DateTime<Utc>, u32)> {
        history.way_to(at(minute)).map(|way| (way.base.ended_at, way.timeline.id))
    }

    #[test]
    fn a_moment_is_restored_along_the_timeline_that_it_was_on() {
        let history = restored_once();
        assert_eq!(way(&history, 9), None);
        assert_eq!(way(&history, 20), Some((at(10), 1)));
        assert_eq!(way(&history, 32), Some((at(30), 1)));
        // The copy of minute 30 is of what was given up.
        assert_eq!(way(&history, 40), Some((at(10), 2)));
        assert_eq!(way(&history, 55), Some((at(50), 2)));
    }

    #[test]
    fn the_log_reaches_to_its_first_gap() {
        let mut history = restored_once();
        let reach = |history: &History, minute| history.reach(&history.way_to(at(minute)).unwrap());
        assert_eq!(reach(&history, 20), Reach { until: Some(at(39)), missing: None });
        assert_eq!(reach(&history, 40), Reach { until: Some(at(59)), missing: None });
        let gone = Segment::numbered(2, 3, MB16);
        history.log.segments.remove(&gone);
        assert_eq!(reach(&history, 40), Reach { until: Some(at(39)), missing: Some(gone) });
        let said = |history: &History, moment| history.expect_way(moment, at(60)).err().map(|error| error.to_string());
        assert!(said(&history, Some(at(45))).unwrap().contains("000000020000000000000003 of the log is missing"));
        assert_eq!(said(&history, Some(at(38))), None);
        let own = Segment::numbered(1, 1, MB16);
        history.log.segments.remove(&own);
        assert!(said(&history, Some(at(20))).unwrap().contains("000000010000000000000001 of its log is missing"));
    }

    #[test]
    fn moments_that_cannot_be_restored_are_refused() {
        let history = restored_once();
        let said = |minute| history.expect_way(Some(at(minute)), at(65)).err().unwrap().to_string();
        assert!(said(5).contains("is before all backups") && said(5).contains("1970-01-01T00:10:00Z"), "{}", said(5));
        assert!(said(62).contains("the archive reaches to 1970-01-01T00:59:00Z"), "{}", said(62));
        assert!(said(70).contains("has not come yet"), "{}", said(70));
        assert!(history.expect_way(None, at(65)).is_ok());
        let empty = History::new(Vec::new(), Log::default());
        assert!(empty.expect_way(None, at(1)).err().unwrap().to_string().contains("there is no backup yet"));
    }

    #[test]
    fn a_trial_does_not_hide_the_server() {
        let mut history = restored_once();
        history.bases.push(base(60, 1, 4));
        let said = |minute| history.expect_way(Some(at(minute)), at(65)).err().map(|error| error.to_string());
        assert!(said(57).unwrap().contains("wal/00000002*"), "{:?}", said(57));
        assert_eq!(said(32), None, "what came before both is whole");
    }

    #[test]
    fn what_kept_moments_need_stays() {
        let history = restored_once();
        let needed = |minute| {
            let bases = history.needed_since(at(minute), at(65));
            bases.iter().map(|base| base.ended_at).collect::<Vec<_>>()
        };
        assert_eq!(needed(5), [at(10), at(30), at(50)]);
        assert_eq!(needed(32), [at(10), at(30), at(50)], "minute 35 and after need the first one");
        assert_eq!(needed(40), [at(10), at(50)]);
        assert_eq!(needed(52), [at(50)]);
        assert_eq!(needed(64), [at(50)], "the last one stays");
    }
}
