//! Which language the reader wants, by `Accept-Language` (RFC 9110, section 12.5.4).

/// A language in which the service answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English, unless Korean is wanted more.
    #[default]
    English,
    /// Korean.
    Korean,
}

impl Language {
    /// From the value of `Accept-Language`; anything that cannot be read counts for nothing.
    pub fn of(accept_language: &str) -> Self {
        let mut english = None;
        let mut korean = None;
        let mut any = None;
        for range in accept_language.split(',').take(32) {
            let (tag, weight) = weighted(range);
            let primary = tag.split('-').next().unwrap_or_default();
            let wanted = match primary {
                _ if primary.eq_ignore_ascii_case("en") => &mut english,
                _ if primary.eq_ignore_ascii_case("ko") => &mut korean,
                "*" => &mut any,
                _ => continue,
            };
            *wanted = (*wanted).max(Some(weight));
        }
        let korean = korean.unwrap_or(0);
        let english = english.or(any).unwrap_or(0);
        if korean > english { Self::Korean } else { Self::English }
    }

    /// Its tag, for `Content-Language`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Korean => "ko",
        }
    }
}

/// The tag and its weight in thousandths: 1000 without one, 0 when it cannot be read.
fn weighted(range: &str) -> (&str, u32) {
    let (tag, parameter) = range.split_once(';').unwrap_or((range, "q=1"));
    let quality = parameter.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok());
    let weight = quality.filter(|q| (0.0..=1.0).contains(q)).map_or(0, |q| (q * 1000.0) as u32);
    (tag.trim(), weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heavier_language_wins_and_english_breaks_ties() {
        for (header, language) in [
            ("", Language::English),
            ("ko", Language::Korean),
            ("ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7", Language::Korean),
            ("en-US,en;q=0.9,ko;q=0.8", Language::English),
            ("KO-kr", Language::Korean),
            ("fr, ko;q=0.1", Language::Korean),
            ("*, ko;q=0.5", Language::English),
            ("ko;q=0", Language::English),
            ("ko;q=banana", Language::English),
            ("ko;q=1e9", Language::English),
            ("kok", Language::English),
            ("en,ko", Language::English),
        ] {
            assert_eq!(Language::of(header), language, "{header:?}");
        }
    }
}
