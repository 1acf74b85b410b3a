//! What an import says when it is done.

use std::fmt;

/// The most bad rows, and the most warnings, that are told one by one; the rest is counted.
pub const MOST_TOLD: usize = 100;

/// A row that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// The physical line of the file on which the row begins, from 1.
    pub line: u64,
    /// The column's name; empty when the row as a whole is meant.
    pub column: String,
    /// What is wrong and what would be right.
    pub reason: String,
}

/// A thing worth knowing that stopped nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The physical line of the file, from 1.
    pub line: u64,
    /// What was seen and what was done.
    pub text: String,
}

/// The first of many, and how many there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told<T> {
    /// The first hundred.
    pub first: Vec<T>,
    /// All of them, those that are not kept included.
    pub count: u64,
}

/// What an import did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Products that were not there before.
    pub created: u64,
    /// Products of which anything differed.
    pub updated: u64,
    /// Products that were as the file says.
    pub unchanged: u64,
    /// Products that were left out because a row of theirs is bad.
    pub skipped: u64,
    /// Variants that the imported products have in the file.
    pub variants: u64,
    /// Pictures that the imported products have in the file.
    pub pictures: u64,
    /// The file's columns that mean nothing here.
    pub ignored_columns: Vec<String>,
    /// What was put right or left out on the way.
    pub warnings: Told<Warning>,
    /// The rows that cannot be used.
    pub bad_rows: Told<BadRow>,
    /// Whether anything was written: not in a rehearsal, and not with bad rows unless they are to be skipped.
    pub written: bool,
}

impl BadRow {
    /// A row whose `column` cannot be used.
    pub fn new(line: u64, column: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { line, column: column.into(), reason: reason.into() }
    }
}

impl<T> Default for Told<T> {
    fn default() -> Self {
        Self { first: Vec::new(), count: 0 }
    }
}

impl<T> Told<T> {
    /// Adds one, keeping the first hundred only.
    pub fn push(&mut self, one: T) {
        self.count += 1;
        if self.first.len() < MOST_TOLD {
            self.first.push(one);
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

impl<T> Extend<T> for Told<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, more: I) {
        more.into_iter().for_each(|one| self.push(one));
    }
}

impl fmt::Display for BadRow {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.column.as_str() {
            "" => write!(out, "line {}: {}", self.line, self.reason),
            column => write!(out, "line {}, {column}: {}", self.line, self.reason),
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}: {}", self.line, self.text)
    }
}

impl<T: fmt::Display> Told<T> {
    fn write(&self, heading: &str, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return Ok(());
        }
        writeln!(out, "{heading}:")?;
        self.first.iter().try_for_each(|one| writeln!(out, "  {one}"))?;
        match self.count.saturating_sub(self.first.len() as u64) {
            0 => Ok(()),
            more => writeln!(out, "  and {more} more"),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bad_rows.write("rows that cannot be used", out)?;
        self.warnings.write("warnings", out)?;
        if !self.ignored_columns.is_empty() {
            writeln!(out, "ignored columns: {}", self.ignored_columns.join(", "))?;
        }
        writeln!(
            out,
            "products: {} created, {} updated, {} unchanged, {} skipped",
            self.created, self.updated, self.unchanged, self.skipped
        )?;
        write!(out, "{} variants, {} pictures", self.variants, self.pictures)?;
        if self.written { Ok(()) } else { write!(out, "\nnothing was written") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_hundred_are_told_and_the_rest_is_counted() {
        let mut report = Report::default();
        report.bad_rows.extend((1..=250).map(|line| BadRow::new(line, "Variant Price", "is missing")));
        assert_eq!(report.bad_rows.first.len(), MOST_TOLD);
        let text = report.to_string();
        assert!(text.contains("  line 100, Variant Price: is missing\n  and 150 more\n"), "{text}");
        assert!(text.ends_with("nothing was written"), "{text}");
    }
}
