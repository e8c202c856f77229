//! Why a step is offered, in sentences for people.

use eightcount_domain::{Relaxed, ScoreTerm, Term};

/// Sentences from terms.
const SENTENCES: usize = 2;
/// Value from which a term is a strong reason, and below which it is none.
const STRONG: f32 = 0.75;
const NO_REASON: f32 = 0.45;

/// A sentence in English and in Korean.
type Sentence = (&'static str, &'static str);

/// What the sentences need to know beside the terms.
pub struct Circumstances<'a> {
    pub mirrored: bool,
    /// The eight before has a selection; otherwise a connection is one to the eight after.
    pub follows: bool,
    pub relaxed: &'a [Relaxed],
}

/// Up to two sentences from the terms that add most to the score, and one for each relaxed rule.
pub fn sentences(terms: &[ScoreTerm], why: &Circumstances<'_>) -> (Vec<String>, Vec<String>) {
    let mut strongest: Vec<&ScoreTerm> = terms.iter().filter(|t| t.value >= NO_REASON).collect();
    // What makes a step stand out: how far the term lies above indifference, by its weight. Stable: ties stay
    // in the order of the weights' table.
    strongest.sort_by(|a, b| gain(b).total_cmp(&gain(a)));
    let reasons = strongest.into_iter().take(SENTENCES).map(|t| reason(t, why));
    reasons
        .chain(why.relaxed.iter().map(|&r| warning(r)))
        .map(|(en, ko)| (en.to_owned(), ko.to_owned()))
        .unzip()
}

/// Terms that are high for most steps (an unused step, a fitting tempo) say less than others at one value.
fn gain(term: &ScoreTerm) -> f32 {
    let usual = match term.term {
        Term::Novelty => 0.9,
        Term::Tempo => 0.6,
        Term::Repeat => 0.0,
        Term::Contour => 0.7,
        Term::Similarity | Term::Energy | Term::Connection => 0.45,
    };
    term.weight * (term.value - usual)
}

fn reason(term: &ScoreTerm, why: &Circumstances<'_>) -> Sentence {
    let mirrored = why.mirrored;
    match (term.term, term.value >= STRONG) {
        (Term::Similarity, true) => {
            ("Danced to music that sounds like this.", "지금 음악과 비슷한 음악에 춘 동작이에요.")
        }
        (Term::Similarity, false) => {
            ("Its music has something of this music.", "지금 음악과 느낌이 조금 닮은 음악에 춘 동작이에요.")
        }
        (Term::Energy, true) => ("Moves as strongly as the music here.", "음악의 강약에 맞춰 움직여요."),
        (Term::Energy, false) => {
            ("Follows the music's strength in part.", "음악의 강약을 어느 정도 따라가요.")
        }
        (Term::Contour, true) => {
            ("As lively as the music is loud in this part.", "이 부분의 세기만큼 활기차게 움직여요.")
        }
        (Term::Contour, false) => {
            ("Nearly as lively as this part of the music.", "이 부분의 세기와 활기가 얼추 맞아요.")
        }
        (Term::Connection, true) if !why.follows => {
            ("Ends where the next one starts.", "다음 동작이 시작하는 자리에서 끝나요.")
        }
        (Term::Connection, false) if !why.follows => (
            "Ends not far from where the next one starts.",
            "다음 동작이 시작하는 자리와 가까운 곳에서 끝나요.",
        ),
        (Term::Connection, true) if mirrored => (
            "Mirrored, it starts where the last one ends.",
            "좌우를 뒤집어 앞 동작이 끝난 자리에서 시작해요.",
        ),
        (Term::Connection, true) => ("Starts where the last one ends.", "앞 동작이 끝난 자리에서 시작해요."),
        (Term::Connection, false) => {
            ("Starts not far from where the last one ends.", "앞 동작이 끝난 자리와 가까운 곳에서 시작해요.")
        }
        (Term::Tempo, true) => ("Keeps nearly its own tempo.", "원래 빠르기를 거의 그대로 살려요."),
        (Term::Tempo, false) => ("Needs only a little stretching.", "빠르기를 조금만 조절하면 돼요."),
        (Term::Repeat, _) if mirrored && term.value < 1.0 => {
            ("Answers the phrase heard before, mirrored.", "앞서 나온 구절에 좌우를 뒤집어 화답해요.")
        }
        (Term::Repeat, _) => {
            ("Repeats the step of the phrase heard before.", "앞서 나온 구절의 동작을 되풀이해요.")
        }
        (Term::Novelty, true) => ("New in this dance.", "이번 안무에 처음 나오는 동작이에요."),
        (Term::Novelty, false) => ("Not seen for a while.", "한동안 나오지 않은 동작이에요."),
    }
}

fn warning(relaxed: Relaxed) -> Sentence {
    match relaxed {
        Relaxed::SamePhrase => ("Seen in this phrase already.", "이 구절에 이미 나온 동작이에요."),
        Relaxed::Quality => {
            ("The dancer is not always seen well.", "춤추는 사람이 잘 보이지 않는 순간이 있어요.")
        }
        Relaxed::SamePerformance => {
            ("From the same video as its neighbour.", "이웃한 동작과 같은 영상에서 가져왔어요.")
        }
        Relaxed::Tempo => ("Must be stretched by more than 20 percent.", "빠르기를 20% 넘게 바꿔야 해요."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use eightcount_domain::Flavour;

    fn term(term: Term, value: f32) -> ScoreTerm {
        ScoreTerm { term, value, weight: super::super::Taste::from(Flavour::Balanced).weight(term) }
    }

    #[test]
    fn the_strongest_terms_speak_and_both_languages_agree() {
        let terms = [term(Term::Similarity, 0.5), term(Term::Energy, 0.95), term(Term::Connection, 0.9)];
        let (en, ko) = sentences(&terms, &Circumstances { mirrored: false, follows: true, relaxed: &[] });
        assert_eq!(en, ["Starts where the last one ends.", "Moves as strongly as the music here."]);
        assert_eq!(ko, ["앞 동작이 끝난 자리에서 시작해요.", "음악의 강약에 맞춰 움직여요."]);
    }

    #[test]
    fn weak_terms_are_no_reasons() {
        let (en, ko) = sentences(
            &[term(Term::Similarity, 0.1), term(Term::Energy, 0.2)],
            &Circumstances { mirrored: false, follows: true, relaxed: &[Relaxed::Tempo] },
        );
        assert_eq!(en, ["Must be stretched by more than 20 percent."]);
        assert_eq!(ko.len(), 1);
    }

    #[test]
    fn a_mirror_image_says_so() {
        let mirrored = Circumstances { mirrored: true, follows: true, relaxed: &[] };
        let (en, _) = sentences(&[term(Term::Repeat, 0.9)], &mirrored);
        assert!(en[0].contains("mirrored"), "{en:?}");
    }
}
