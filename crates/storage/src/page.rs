//! Lists in pages, newest first. A cursor names the last item seen, so that items added meanwhile neither
//! repeat nor hide others.

use eightcount_domain::Millis;
use std::{fmt, str::FromStr};

/// The most items that one page gives.
pub const PAGE_LIMIT_ITEMS: u32 = 200;

/// Which part of a list is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Wanted number of items, at least 1; more than [`PAGE_LIMIT_ITEMS`] are not given.
    pub limit: u32,
    /// The cursor of the page before; none for the first page.
    pub after: Option<Cursor>,
}

impl Page {
    /// The first `limit` items.
    pub fn first(limit: u32) -> Self {
        Self { limit, after: None }
    }

    pub(crate) fn size(&self) -> u32 {
        self.limit.clamp(1, PAGE_LIMIT_ITEMS)
    }

    /// Time and id below which the page starts.
    pub(crate) fn start(&self) -> (i64, &str) {
        // Ids are hexadecimal and hyphens: every one of them sorts before a tilde.
        self.after.as_ref().map_or((i64::MAX, "~"), |cursor| (cursor.at_ms, &cursor.id))
    }
}

/// A place in a list. Its text form is opaque to clients and safe in a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    at_ms: i64,
    id: String,
}

impl Cursor {
    pub(crate) fn new(at: Millis, id: &str) -> Self {
        Self { at_ms: i64::try_from(at.0).unwrap_or(i64::MAX), id: id.to_owned() }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at_ms, self.id)
    }
}

/// A text that is no cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a page cursor")]
pub struct BadCursor;

impl FromStr for Cursor {
    type Err = BadCursor;

    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let (at, id) = text.split_once('.').ok_or(BadCursor)?;
        let at_ms = at.parse::<i64>().ok().filter(|ms| *ms >= 0).ok_or(BadCursor)?;
        let in_ids = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b) || b == b'-';
        if id.is_empty() || id.len() > 64 || !id.bytes().all(in_ids) {
            return Err(BadCursor);
        }
        Ok(Self { at_ms, id: id.to_owned() })
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed<T> {
    /// The items, newest first.
    pub items: Vec<T>,
    /// Where the next page starts; none when this is the last.
    pub next: Option<Cursor>,
}

impl<T> Listed<T> {
    /// From one item more than the page's size, if there are as many: the one too many shows that there is
    /// a next page.
    pub(crate) fn of(mut items: Vec<T>, page: &Page, place: impl Fn(&T) -> Cursor) -> Self {
        let size = page.size() as usize;
        let more = items.len() > size;
        items.truncate(size);
        let next = if more { items.last().map(place) } else { None };
        Self { items, next }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_cursor_survives_its_text_and_garbage_does_not_pass() {
        let cursor = Cursor::new(Millis(1_700_000_000_123), "00ff-1");
        assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor);
        for bad in ["", ".", "1.", "x.00", "-1.00", "1.zz", "1.' OR 1", &format!("1.{}", "a".repeat(65))] {
            assert_eq!(bad.parse::<Cursor>(), Err(BadCursor), "{bad:?}");
        }
    }

    #[test]
    fn only_a_full_page_with_more_behind_it_has_a_next() {
        let page = Page::first(2);
        let place = |n: &u64| Cursor::new(Millis(*n), "0");
        assert_eq!(Listed::of(vec![3, 2], &page, place).next, None);
        let cut = Listed::of(vec![3, 2, 1], &page, place);
        assert_eq!((cut.items, cut.next), (vec![3, 2], Some(Cursor::new(Millis(2), "0"))));
    }
}
