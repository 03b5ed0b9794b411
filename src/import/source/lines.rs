//! Lines of JSON.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use super::{Content, Format, Row, Source, unreadable};
use crate::error::{Message, Result};

/// Longest line that is read: far above any record, and a file without line breaks does not fill
/// the memory.
const MAX_LINE: u64 = 8 << 20;

pub(super) fn open(path: &Path) -> Result<Source> {
    let rows_expected = count(path).map_err(|error| unreadable(path, error))?;
    let file = File::open(path).map_err(|error| unreadable(path, error))?;
    let reader = BufReader::with_capacity(1 << 18, file);
    let rows = Box::new(Lines { reader, number: 0 });
    Ok(Source { format: Format::Jsonl, header: None, rows_expected, rows })
}

fn count(path: &Path) -> std::io::Result<u64> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0_u8; 1 << 18];
    let mut lines = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(lines);
        }
        lines += buffer[..read].iter().filter(|byte| **byte == b'\n').count() as u64;
    }
}

struct Lines {
    reader: BufReader<File>,
    number: u64,
}

impl Iterator for Lines {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        loop {
            let mut bytes = Vec::new();
            let read = self.reader.by_ref().take(MAX_LINE).read_until(b'\n', &mut bytes);
            self.number += 1;
            let number = self.number;
            match read {
                Ok(0) => return None,
                Ok(length) if length as u64 == MAX_LINE && bytes.last() != Some(&b'\n') => {
                    let _ = self.reader.skip_until(b'\n');
                    let message =
                        Message::new("import.line_too_long").with("limit", MAX_LINE >> 20);
                    return Some(Row::new(number, Content::Unreadable(message)));
                }
                Ok(_) => {}
                Err(error) => {
                    // Nothing can be read behind a faulty place of the disk.
                    self.reader = BufReader::new(File::open("/dev/null").ok()?);
                    let message = Message::new("import.unreadable_row").with("reason", error);
                    return Some(Row::new(number, Content::Unreadable(message)));
                }
            }
            let content = match String::from_utf8(bytes) {
                Ok(line) => Content::Line(line.trim().trim_start_matches('\u{feff}').to_owned()),
                Err(error) => {
                    let byte = error.utf8_error().valid_up_to() + 1;
                    Content::Unreadable(Message::new("import.not_utf8").with("byte", byte))
                }
            };
            if content != Content::Line(String::new()) {
                return Some(Row::new(number, content));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_lines_count_but_are_no_rows_and_bad_bytes_do_not_stop_the_rest() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.jsonl");
        std::fs::write(&path, b"\xEF\xBB\xBF{\"a\":1}\n\n\xff\xfe\n{\"a\":2}").unwrap();
        let rows: Vec<Row> = open(&path).unwrap().rows.collect();
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[0], Row::new(1, Content::Line("{\"a\":1}".into())));
        assert!(matches!(rows[1], Row { number: 3, content: Content::Unreadable(_), .. }));
        assert_eq!(rows[2], Row::new(4, Content::Line("{\"a\":2}".into())));
    }
}
