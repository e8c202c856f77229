//! Byte ranges of downloads (RFC 9110, section 14). One range is served; several, or one that cannot be read, are
//! answered with the whole, as the standard allows.

use std::ops::Range;

/// What of a file to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All of it.
    Whole,
    /// A part that is inside it.
    Part(Range<u64>),
    /// A part that lies behind its end: 416.
    Outside,
}

/// What a `Range` header wants of a file of `length` bytes.
pub fn wanted(header: Option<&str>, length: u64) -> Wanted {
    let Some((unit, range)) = header.and_then(|header| header.split_once('=')) else { return Wanted::Whole };
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return Wanted::Whole;
    }
    let Some((first, last)) = range.trim().split_once('-') else { return Wanted::Whole };
    match (place(first), place(last)) {
        (Place::At(first), last) => {
            let end = match last {
                Place::At(last) if last < first => return Wanted::Whole,
                Place::At(last) => last.saturating_add(1).min(length),
                Place::Missing => length,
                Place::Unreadable => return Wanted::Whole,
            };
            if first < length { Wanted::Part(first..end) } else { Wanted::Outside }
        }
        (Place::Missing, Place::At(suffix)) => {
            if suffix == 0 || length == 0 {
                Wanted::Outside
            } else {
                Wanted::Part(length.saturating_sub(suffix)..length)
            }
        }
        _ => Wanted::Whole,
    }
}

enum Place {
    Missing,
    At(u64),
    Unreadable,
}

fn place(text: &str) -> Place {
    if text.is_empty() {
        Place::Missing
    } else if text.bytes().all(|b| b.is_ascii_digit()) {
        // More digits than fit are a place behind every end.
        Place::At(text.parse().unwrap_or(u64::MAX))
    } else {
        Place::Unreadable
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ranges_as_the_standard_reads_them() {
        for (header, wants) in [
            ("bytes=0-0", Wanted::Part(0..1)),
            ("bytes=2-", Wanted::Part(2..10)),
            ("bytes=-3", Wanted::Part(7..10)),
            ("bytes=-30", Wanted::Part(0..10)),
            ("bytes=5-99999999999999999999999999", Wanted::Part(5..10)),
            ("bytes=10-", Wanted::Outside),
            ("bytes=-0", Wanted::Outside),
            ("bytes=99999999999999999999999999-", Wanted::Outside),
            ("bytes=5-2", Wanted::Whole),
            ("bytes=0-1,3-4", Wanted::Whole),
            ("bytes=--1", Wanted::Whole),
            ("bytes=", Wanted::Whole),
            ("lines=1-2", Wanted::Whole),
            ("", Wanted::Whole),
        ] {
            assert_eq!(wanted(Some(header), 10), wants, "{header:?}");
        }
        assert_eq!(wanted(Some("bytes=0-"), 0), Wanted::Outside);
    }

    proptest! {
        #[test]
        fn a_part_is_inside_and_not_empty(header in "(bytes=)?[-0-9, ]{0,30}", length in 0u64..1000) {
            if let Wanted::Part(part) = wanted(Some(&header), length) {
                prop_assert!(part.start < part.end && part.end <= length);
            }
        }
    }
}
