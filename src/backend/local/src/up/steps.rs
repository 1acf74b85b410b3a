//! What `up` tells the person who started it: each step with its time, and where the store is in the end.

use std::{
    collections::VecDeque,
    io::{IsTerminal, Write},
    time::{Duration, Instant},
};

/// Shows steps as they are done.
pub struct Steps {
    since: Instant,
    shown: Instant,
}

impl Steps {
    /// The first step begins now.
    pub fn begin() -> Self {
        Self { since: Instant::now(), shown: Instant::now() }
    }

    /// A step is done; the next one begins.
    pub fn done(&mut self, what: &str) {
        say(&line(what, self.since.elapsed()));
        self.since = Instant::now();
    }

    /// Shows on a terminal how far a long step is, ten times a second at most.
    pub fn progress(&mut self, what: &str, done: u64, of: u64) {
        if std::io::stdout().is_terminal() && (self.shown.elapsed() > Duration::from_millis(100) || done == of) {
            self.shown = Instant::now();
            let mut terminal = std::io::stdout();
            let _ = write!(terminal, "\r  {what} {done} of {of}\x1b[K\r").and_then(|()| terminal.flush());
        }
    }
}

/// Says something; unlike `println!` it survives that nobody listens any more.
pub fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

fn line(what: &str, took: Duration) -> String {
    format!("  {what:<44} {:>5.1} s", took.as_secs_f64())
}

/// How often something was started again.
#[derive(Default)]
pub struct Restarts(VecDeque<Instant>);

impl Restarts {
    /// Whether it may be started once more: five times within a minute is no accident.
    pub fn allow(&mut self, now: Instant) -> bool {
        self.0.retain(|before| now.duration_since(*before) < Duration::from_secs(60));
        self.0.push_back(now);
        self.0.len() <= 5
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Restarts, line};

    #[test]
    fn times_stand_below_each_other() {
        let (short, long) = (line("a", Duration::from_millis(1234)), line("a longer step", Duration::from_secs(123)));
        assert!(short.ends_with("  1.2 s") && long.ends_with("123.0 s"));
        assert_eq!(short.len(), long.len());
    }

    #[test]
    fn a_sixth_restart_within_a_minute_is_not_allowed() {
        let (mut restarts, start) = (Restarts::default(), Instant::now());
        assert!((0..5).all(|second| restarts.allow(start + Duration::from_secs(second))));
        assert!(!restarts.allow(start + Duration::from_secs(5)));
        assert!(restarts.allow(start + Duration::from_secs(100)));
    }
}
