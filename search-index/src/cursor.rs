//! Cursors of listings: the place of the last document seen, bound to the search it belongs to.
//!
//! A listing by relevance also carries the figures its scores were made with. Scores depend on how
//! many documents there are and how many have each word; if they were made anew for every page,
//! documents that arrive in between would move others across the border of a page.

use std::hash::{Hash, Hasher};

use crate::collect::Place;
use crate::error::{Error, Result};
use crate::query::Frozen;
use crate::search::SearchRequest;

/// Where a listing goes on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cursor {
    /// Last document seen.
    pub place: Place,
    /// Documents handed out so far.
    pub depth: usize,
    /// Figures of the scores; none where nothing is scored.
    pub frozen: Option<Frozen>,
}

impl Cursor {
    /// The cursor as a word that survives a URL as it is.
    pub fn write(&self, request: &SearchRequest) -> String {
        let id: String = self.place.id.bytes().map(|byte| format!("{byte:02x}")).collect();
        let frozen = self.frozen.as_ref().map(Frozen::write).unwrap_or_default();
        format!("{:x}-{:x}-{:x}-{id}-{frozen}", seal(request), self.place.key, self.depth)
    }

    /// Reads what [`Cursor::write`] wrote for the same search.
    pub fn read(text: &str, request: &SearchRequest) -> Result<Cursor> {
        Self::parse(text, seal(request)).ok_or(Error::InvalidCursor)
    }

    fn parse(text: &str, seal: u64) -> Option<Cursor> {
        let mut fields = text.split('-');
        let mut number = || u64::from_str_radix(fields.next()?, 16).ok();
        let (sealed, key, depth) = (number()?, number()?, number()?);
        let id = fields.next()?;
        let frozen = match fields.next()? {
            "" => None,
            text => Some(Frozen::read(text)?),
        };
        if sealed != seal || id.len() % 2 != 0 || fields.next().is_some() || !id.is_ascii() {
            return None;
        }
        let bytes: Option<Vec<u8>> = (0..id.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&id[at..at + 2], 16).ok())
            .collect();
        let id = String::from_utf8(bytes?).ok()?;
        Some(Cursor { place: Place { key, id }, depth: usize::try_from(depth).ok()?, frozen })
    }
}

/// Fowler, Noll and Vo's hash: unlike the standard one it is the same in every build, and cursors
/// outlive a restart.
struct Fnv(u64);

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

/// Tells searches apart by what decides their order.
fn seal(request: &SearchRequest) -> u64 {
    let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
    request.text.trim().hash(&mut hash);
    (request.sort as u8).hash(&mut hash);
    let filters = serde_json::to_string(&request.filters)
        .expect("filters hold only strings and numbers, which JSON can write");
    filters.hash(&mut hash);
    request.grouped.hash(&mut hash);
    hash.finish()
}

/// The number that stands for a word, the same in every build.
pub(crate) fn number_of(word: &str) -> u64 {
    let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
    word.hash(&mut hash);
    hash.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Sort;

    #[test]
    fn cursor_comes_back_as_written() {
        let request = SearchRequest { text: "涂层".into(), ..SearchRequest::default() };
        let place = Place { key: u64::MAX - 3, id: "需求-1".into() };
        let cursor = Cursor { place, depth: 40, frozen: None };
        assert_eq!(Cursor::read(&cursor.write(&request), &request).unwrap(), cursor);
    }

    #[test]
    fn cursor_of_another_search_is_refused() {
        let request = SearchRequest { text: "涂层".into(), ..SearchRequest::default() };
        let other = SearchRequest { sort: Sort::Newest, ..request.clone() };
        let place = Place { key: 1, id: "a".into() };
        let cursor = Cursor { place, depth: 1, frozen: None };
        let text = cursor.write(&request);
        assert!(matches!(Cursor::read(&text, &other), Err(Error::InvalidCursor)));
        for broken in ["", "x", "1-2-3", "涂-层", &format!("{text}0"), &format!("{text}-1")] {
            assert!(
                matches!(Cursor::read(broken, &request), Err(Error::InvalidCursor)),
                "{broken}"
            );
        }
    }
}
