//! The part of a song as people write it: `START..END`.

use std::str::FromStr;

/// A part of a song, before it is snapped to eights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SectionArg {
    /// Where it starts, seconds.
    pub start_s: f64,
    /// Where it ends.
    pub end: End,
}

/// The end of a part of a song.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum End {
    /// At a time, seconds.
    At(f64),
    /// After this many eights.
    Eights(u32),
}

impl FromStr for SectionArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (start, end) = text.split_once("..").ok_or("write START..END, for example 0:30..1:10")?;
        let start_s = seconds(start)?;
        let end = match end.strip_prefix("eights:") {
            Some(count) => End::Eights(match count.parse() {
                Ok(count) if count > 0 => count,
                _ => return Err(format!("{count:?} is not a number of eights")),
            }),
            None => End::At(seconds(end)?),
        };
        match end {
            End::At(end) if end <= start_s => Err("the section ends before it starts".to_owned()),
            _ => Ok(Self { start_s, end }),
        }
    }
}

/// `30`, `30.5`, `0:30`, `1:02:03.5`.
fn seconds(text: &str) -> Result<f64, String> {
    let bad = || format!("{text:?} is not a time: write seconds (30.5) or minutes (0:30)");
    let mut parts = text.split(':').rev();
    let last = parts.next().filter(|part| part.starts_with(|c: char| c.is_ascii_digit())).ok_or_else(bad)?;
    let mut total: f64 = last.parse().map_err(|_| bad())?;
    for (part, unit) in parts.by_ref().take(2).zip([60.0, 3600.0]) {
        total += f64::from(part.parse::<u16>().map_err(|_| bad())?) * unit;
    }
    if parts.next().is_some() || !total.is_finite() { Err(bad()) } else { Ok(total) }
}

/// `75.25` as `1:15.25`.
pub fn clock(seconds: f64) -> String {
    let hundredths = (seconds.max(0.0) * 100.0).round() as u64;
    format!("{}:{:02}.{:02}", hundredths / 6000, hundredths / 100 % 60, hundredths % 100)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let read = |text: &str| text.parse::<SectionArg>();
        assert_eq!(read("30..45.5"), Ok(SectionArg { start_s: 30.0, end: End::At(45.5) }));
        assert_eq!(read("0:30..1:10"), Ok(SectionArg { start_s: 30.0, end: End::At(70.0) }));
        assert_eq!(read("1:00:00..1:00:01"), Ok(SectionArg { start_s: 3600.0, end: End::At(3601.0) }));
        assert_eq!(read("0:30..eights:12"), Ok(SectionArg { start_s: 30.0, end: End::Eights(12) }));
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "",
            "30",
            "a..b",
            "30..20",
            "30..30",
            "-1..5",
            "0..eights:0",
            "0..eights:x",
            "0..inf",
            "0..nan",
            "1:1:1:1..2",
            "::..3",
        ] {
            assert!(text.parse::<SectionArg>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_clock_rounds_up_through_the_minute() {
        assert_eq!(clock(59.999), "1:00.00");
        assert_eq!(clock(75.25), "1:15.25");
    }
}
