//! How much a packed file holds. A spreadsheet is an archive, and a small one may unpack to more than
//! the memory: nobody is to find out while reading it.

use std::io::Read;

use flate2::read::DeflateDecoder;

const END: [u8; 4] = *b"PK\x05\x06";
const ENTRY: [u8; 4] = *b"PK\x01\x02";
/// Bytes of the end record and of the heads of entries, without what follows them.
const END_BYTES: usize = 22;
const ENTRY_BYTES: usize = 46;
const LOCAL_BYTES: usize = 30;

/// Whether the entries of an archive unpack to at most so many bytes; `false` as well for what is no
/// archive that small files are.
pub(super) fn unpacks_within(bytes: &[u8], limit: u64) -> bool {
    unpacked(bytes, limit).is_some_and(|size| size <= limit)
}

fn unpacked(bytes: &[u8], limit: u64) -> Option<u64> {
    let last = bytes.len().checked_sub(END_BYTES)?;
    let end = (0..=last).rev().find(|at| bytes[*at..].starts_with(&END))?;
    let entries = number(bytes, end + 10, 2)?;
    let mut at = usize::try_from(number(bytes, end + 16, 4)?).ok()?;
    let mut size = 0;
    for _ in 0..entries {
        if !bytes.get(at..)?.starts_with(&ENTRY) {
            return None;
        }
        size += entry(bytes, at, limit)?;
        if size > limit {
            return Some(size);
        }
        let behind = [28, 30, 32].iter().map(|field| length(bytes, at + field));
        at += ENTRY_BYTES + behind.sum::<Option<usize>>()?;
    }
    Some(size)
}

/// Bytes that an entry unpacks to, counted to the limit: what its head says need not be true.
fn entry(bytes: &[u8], at: usize, limit: u64) -> Option<u64> {
    let packed = usize::try_from(number(bytes, at + 20, 4)?).ok()?;
    let local = usize::try_from(number(bytes, at + 42, 4)?).ok()?;
    let start = local + LOCAL_BYTES + length(bytes, local + 26)? + length(bytes, local + 28)?;
    let data = bytes.get(start..start.checked_add(packed)?)?;
    match number(bytes, at + 10, 2)? {
        0 => u64::try_from(packed).ok(),
        8 => {
            let mut unpacking = DeflateDecoder::new(data).take(limit + 1);
            std::io::copy(&mut unpacking, &mut std::io::sink()).ok()
        }
        _ => None,
    }
}

fn length(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(number(bytes, at, 2)?).ok()
}

/// A number of so many bytes, the lowest first.
fn number(bytes: &[u8], at: usize, width: usize) -> Option<u64> {
    let digits = bytes.get(at..at.checked_add(width)?)?;
    Some(digits.iter().rev().fold(0, |number, digit| number << 8 | u64::from(*digit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(cells: u32) -> Vec<u8> {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        for row in 0..cells {
            sheet.write_string(row, 0, "a cell").unwrap();
        }
        book.save_to_buffer().unwrap()
    }

    #[test]
    fn what_a_spreadsheet_unpacks_to_is_counted() {
        let bytes = book(20_000);
        assert!(bytes.len() < 300_000, "{}", bytes.len());
        assert!(unpacks_within(&bytes, 10_000_000));
        assert!(!unpacks_within(&bytes, 300_000));
    }

    #[test]
    fn what_is_no_archive_unpacks_to_nothing() {
        let bytes = book(1);
        for bad in [&b""[..], b"PK\x05\x06", b"title,kind\n", &bytes[..bytes.len() / 2]] {
            assert!(!unpacks_within(bad, u64::MAX - 1));
        }
        let mut torn = bytes.clone();
        let entry = torn.windows(4).position(|four| four == ENTRY).unwrap();
        torn[entry + 20..entry + 24].fill(0xff);
        assert!(!unpacks_within(&torn, u64::MAX - 1));
    }
}
