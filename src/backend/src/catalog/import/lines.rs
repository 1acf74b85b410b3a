//! Reads a CSV file record by record in bounded memory, and knows on which physical line each one began.

use std::io::{self, BufRead, Read};

use anyhow::{Context, bail};
use csv::{ByteRecord, StringRecord};

/// The most bytes that one record may have, so that a quote without its end cannot swallow the file.
pub const MAX_RECORD: u64 = 4 * 1024 * 1024;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// What the next byte of a record may mean, as RFC 4180 has it.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    FieldStart,
    Plain,
    Quoted,
    MaybeEndOfQuotes,
}

/// Hands out one physical line at a time, so that the parser above it is never ahead of what is counted here.
struct Guard<R> {
    inner: R,
    place: Place,
    line: u64,
    line_ended: bool,
    quoted_since: u64,
    began: u64,
    blank_so_far: bool,
    record_bytes: u64,
    bytes: u64,
}

impl<R: BufRead> Guard<R> {
    fn new(inner: R) -> Self {
        Self {
            inner,
            place: Place::FieldStart,
            line: 0,
            line_ended: true,
            quoted_since: 0,
            began: 0,
            blank_so_far: true,
            record_bytes: 0,
            bytes: 0,
        }
    }

    fn begin_record(&mut self) {
        self.record_bytes = 0;
        self.blank_so_far = true;
    }

    fn see(&mut self, line: &[u8]) {
        if self.line_ended {
            self.line += 1;
        }
        self.line_ended = line.ends_with(b"\n");
        if self.blank_so_far {
            self.began = self.line;
            self.blank_so_far = line.iter().all(|byte| matches!(byte, b'\r' | b'\n'));
        }
        for byte in line {
            self.place = match (self.place, byte) {
                (Place::FieldStart, b'"') => {
                    self.quoted_since = self.line;
                    Place::Quoted
                }
                (Place::Quoted, b'"') => Place::MaybeEndOfQuotes,
                (Place::Quoted, _) | (Place::MaybeEndOfQuotes, b'"') => Place::Quoted,
                (_, b',' | b'\n' | b'\r') => Place::FieldStart,
                _ => Place::Plain,
            };
        }
        self.record_bytes += line.len() as u64;
        self.bytes += line.len() as u64;
    }

    fn refusal(&self) -> io::Error {
        io::Error::other(match self.place {
            Place::Quoted => format!("the quote that opens on line {} is never closed", self.quoted_since),
            _ => format!("the row that begins on line {} is longer than 4 MiB", self.began),
        })
    }
}

impl<R: BufRead> Read for Guard<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.record_bytes > MAX_RECORD {
            return Err(self.refusal());
        }
        let mut available = self.inner.fill_buf()?;
        if self.bytes == 0 && available.starts_with(BYTE_ORDER_MARK) {
            self.inner.consume(BYTE_ORDER_MARK.len());
            self.bytes += BYTE_ORDER_MARK.len() as u64;
            available = self.inner.fill_buf()?;
        }
        if available.is_empty() && self.place == Place::Quoted {
            return Err(self.refusal());
        }
        let available = &available[..available.len().min(out.len())];
        let count = available.iter().position(|byte| *byte == b'\n').map_or(available.len(), |end| end + 1);
        out[..count].copy_from_slice(&available[..count]);
        if count > 0 {
            self.see(&out[..count]);
        }
        self.inner.consume(count);
        Ok(count)
    }
}

/// The records of a CSV file, one after another.
pub struct Lines<R> {
    reader: csv::Reader<Guard<R>>,
    record: ByteRecord,
}

impl<R: BufRead> Lines<R> {
    /// Begins to read.
    pub fn new(inner: R) -> Self {
        let reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(Guard::new(inner));
        Self { reader, record: ByteRecord::new() }
    }

    /// The next record and the line on which it begins; blank lines are passed over.
    ///
    /// # Errors
    /// When the file cannot be read on, is not UTF-8, or has a quote without its end or a record without one.
    pub fn next(&mut self) -> anyhow::Result<Option<(u64, StringRecord)>> {
        self.reader.get_mut().begin_record();
        match self.reader.read_byte_record(&mut self.record) {
            Ok(false) => return Ok(None),
            Ok(true) => {}
            Err(error) => match error.into_kind() {
                csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::Other => bail!("{error}"),
                csv::ErrorKind::Io(error) => {
                    let line = self.reader.get_ref().line;
                    return Err(error).with_context(|| format!("it cannot be read on after line {line}"));
                }
                other => bail!("it cannot be read as CSV: {other:?}"),
            },
        }
        let began = self.reader.get_ref().began;
        match StringRecord::from_byte_record(self.record.clone()) {
            Ok(record) => Ok(Some((began, record))),
            Err(_) => bail!("it is not UTF-8 on line {began}: save it as CSV UTF-8"),
        }
    }

    /// How many bytes were read so far.
    pub fn bytes(&self) -> u64 {
        self.reader.get_ref().bytes
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &[u8]) -> anyhow::Result<Vec<(u64, Vec<String>)>> {
        let mut lines = Lines::new(text);
        let mut found = Vec::new();
        while let Some((line, record)) = lines.next()? {
            found.push((line, record.iter().map(str::to_owned).collect()));
        }
        Ok(found)
    }

    fn began(text: &str) -> Vec<u64> {
        read(text.as_bytes()).unwrap().into_iter().map(|(line, _)| line).collect()
    }

    #[test]
    fn a_record_begins_where_an_editor_says() {
        assert_eq!(began("a,b\n1,2\n3,4"), [1, 2, 3]);
        assert_eq!(began("a,b\r\n1,2\r\n\r\n\r\n3,4\r\n"), [1, 2, 5]);
        assert_eq!(began("a,b\n\"1\n\n1\",2\n3,4\n"), [1, 2, 5]);
        assert_eq!(began("\n\na,b\n1,2\n"), [3, 4]);
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_first_field() {
        assert_eq!(read(b"\xEF\xBB\xBF\"a\",b\n").unwrap(), [(1, vec!["a".to_owned(), "b".to_owned()])]);
    }

    #[test]
    fn quotes_and_commas_and_lines_may_stand_within_quotes() {
        let found = read(b"\"say \"\"hi\"\", O'Neill\",\"two\r\nlines\",5\" pipe\n").unwrap();
        assert_eq!(found[0].1, ["say \"hi\", O'Neill", "two\r\nlines", "5\" pipe"]);
    }

    #[test]
    fn a_quote_without_its_end_is_told_by_the_line_it_opens_on() {
        let error = read(b"a,b\n1,2\n3,\"4\n5,6\n7,8\n").unwrap_err();
        assert_eq!(error.to_string(), "the quote that opens on line 3 is never closed");
    }

    #[test]
    fn a_quote_without_its_end_does_not_swallow_a_large_file() {
        let mut text = b"a,b\n1,\"2\n".to_vec();
        text.extend(std::iter::repeat_n(b"3,4\n", 3_000_000).flatten());
        let mut lines = Lines::new(text.as_slice());
        lines.next().unwrap();
        assert_eq!(lines.next().unwrap_err().to_string(), "the quote that opens on line 2 is never closed");
        assert!(lines.bytes() < 2 * MAX_RECORD, "{} bytes were read", lines.bytes());
    }

    #[test]
    fn a_line_without_an_end_is_refused() {
        let text = "x".repeat(6 * 1024 * 1024);
        assert_eq!(
            read(text.as_bytes()).unwrap_err().to_string(),
            "the row that begins on line 1 is longer than 4 MiB"
        );
    }

    #[test]
    fn other_encodings_are_refused_with_their_line() {
        let latin_1 = read(b"a,b\n1,2\nM\xFCtze,4\n").unwrap_err();
        assert_eq!(latin_1.to_string(), "it is not UTF-8 on line 3: save it as CSV UTF-8");
        let utf_16 = read(b"\xFF\xFEa\0,\0b\0\n\0").unwrap_err();
        assert_eq!(utf_16.to_string(), "it is not UTF-8 on line 1: save it as CSV UTF-8");
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_with_its_lines(
            records in prop::collection::vec(prop::collection::vec("[a-c \",\n\u{1F9E2}]{0,6}", 2..4), 1..8),
            crlf in any::<bool>(),
        ) {
            let terminator = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
            let mut writer = csv::WriterBuilder::new().flexible(true).terminator(terminator).from_writer(Vec::new());
            let mut line = 1;
            let mut expected = Vec::new();
            for record in &records {
                writer.write_record(record).unwrap();
                expected.push((line, record.clone()));
                line += 1 + record.iter().map(|field| field.matches('\n').count() as u64).sum::<u64>();
            }
            prop_assert_eq!(read(&writer.into_inner().unwrap()).unwrap(), expected);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }
    }
}
