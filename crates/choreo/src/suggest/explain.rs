//! What the filters left out, in a line for people.

use eightcount_domain::Filtered;

/// One line in English and one in Korean: how many steps the library has, what each filter left out, and how many
/// remain. Filters that left nothing out are not named.
///
/// ```
/// use eightcount_choreo::suggest::explain;
/// use eightcount_domain::Filtered;
/// let (en, ko) = explain(&Filtered { library: 41, hidden: 3, tempo: 12, ..Filtered::default() });
/// assert_eq!(en, "41 steps: 3 hidden, 12 too slow or too fast; 26 left");
/// assert_eq!(ko, "동작 41개 중 숨김 3개, 빠르기 차이 12개 제외, 26개 남음");
/// ```
pub fn explain(filtered: &Filtered) -> (String, String) {
    let counts = [
        (filtered.hidden, "hidden", "숨김"),
        (filtered.same_performance, "from a neighbouring video", "이웃과 같은 영상"),
        (filtered.same_phrase, "in this phrase already", "이 구절에 이미 나옴"),
        (filtered.tempo, "too slow or too fast", "빠르기 차이"),
        (filtered.native_cut, "with a cut inside", "중간에 화면 전환"),
        (filtered.quality, "not well seen", "잘 보이지 않음"),
        (filtered.role, "for another place in the dance", "다른 역할"),
        (filtered.rerolled, "offered before", "이미 제안"),
    ];
    let out: Vec<_> = counts.into_iter().filter(|(n, ..)| *n > 0).collect();
    let gone = out.iter().fold(0_u32, |sum, (n, ..)| sum.saturating_add(*n));
    let left = filtered.library.saturating_sub(gone);
    let all = filtered.library;
    let steps = if all == 1 { "step" } else { "steps" };
    if out.is_empty() {
        return (format!("{all} {steps}, none left out"), format!("동작 {all}개 모두 남음"));
    }
    let en: Vec<_> = out.iter().map(|(n, en, _)| format!("{n} {en}")).collect();
    let ko: Vec<_> = out.iter().map(|(n, _, ko)| format!("{ko} {n}개")).collect();
    (
        format!("{all} {steps}: {}; {left} left", en.join(", ")),
        format!("동작 {all}개 중 {} 제외, {left}개 남음", ko.join(", ")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_filter_is_named_and_the_rest_adds_up() {
        let all = Filtered {
            library: 100,
            hidden: 1,
            same_performance: 2,
            same_phrase: 7,
            tempo: 3,
            native_cut: 8,
            quality: 4,
            role: 5,
            rerolled: 6,
        };
        let (en, ko) = explain(&all);
        assert!(en.ends_with("64 left") && ko.ends_with("64개 남음"), "{en} {ko}");
        assert_eq!((en.matches(", ").count(), ko.matches(", ").count()), (7, 8));
        let (en, _) = explain(&Filtered { library: 1, ..Filtered::default() });
        assert_eq!(en, "1 step, none left out");
    }
}
