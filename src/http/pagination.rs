//! Keyset pages: a list and an opaque cursor for what follows.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// One page of a list.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// The entries.
    pub items: Vec<T>,
    /// Pass as `after` to get the next page; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Makes a page of at most `limit` entries from a list that was asked for one more: the
    /// surplus entry tells that there is a next page.
    pub fn cut(mut items: Vec<T>, limit: usize, cursor: impl Fn(&T) -> String) -> Self {
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(cursor) } else { None };
        Self { items, next }
    }

    /// A page without entries.
    pub fn empty() -> Self {
        Self { items: Vec::new(), next: None }
    }

    /// The same page with other entries.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(change).collect(), next: self.next }
    }
}

/// Default and largest number of entries on a page.
const DEFAULT_LIMIT: usize = 20;
const MAX_LIMIT: usize = 100;

/// Paging parameters of a list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Entries on the page, 1 to 100; 20 by default.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
}

impl PageQuery {
    /// The number of entries asked for, within bounds.
    ///
    /// # Errors
    /// [`Error::Invalid`] when out of bounds.
    pub fn limit(&self) -> Result<usize> {
        checked_limit(self.limit)
    }
}

/// The number of entries asked for, within bounds.
///
/// # Errors
/// [`Error::Invalid`] when out of bounds.
pub fn checked_limit(limit: Option<usize>) -> Result<usize> {
    match limit {
        None => Ok(DEFAULT_LIMIT),
        Some(limit) if (1..=MAX_LIMIT).contains(&limit) => Ok(limit),
        Some(_) => {
            let message = crate::error::Message::new("field.out_of_range")
                .with("min", 1)
                .with("max", MAX_LIMIT);
            Err(Error::field("/limit", message))
        }
    }
}

/// Packs a sort key and an id into a cursor.
pub fn encode_cursor(key: &str, id: &str) -> String {
    format!("{key}~{id}")
}

/// Takes a cursor apart.
///
/// # Errors
/// [`Error::Invalid`] when it was not made by [`encode_cursor`].
pub fn decode_cursor(cursor: &str) -> Result<(&str, &str)> {
    cursor.split_once('~').ok_or_else(|| Error::field("/after", "field.cursor"))
}
