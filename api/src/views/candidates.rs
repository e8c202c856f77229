//! Candidates of an eight.

use crate::problem::Language;
use eightcount_domain::{Candidate, ChoreographyId, Filtered, Flavour, Relaxed, ScoreTerm, TakeKey};
use serde::Serialize;
use utoipa::ToSchema;

/// The steps offered for an eight.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CandidatesView {
    /// The choreography.
    pub choreography: ChoreographyId,
    /// The eight.
    pub eight: u32,
    /// The revision on which a selection among them is made.
    pub revision: u32,
    /// Best first; six unless the library has fewer.
    pub candidates: Vec<CandidateView>,
    /// How many steps of the library each filter left out.
    pub filtered: Filtered,
    /// The same in a line for people, in the reader's language.
    #[schema(example = "41 steps: 3 hidden, 12 too slow or too fast; 26 left")]
    pub filtered_text: String,
    /// Rules that were set aside because they left nothing at all.
    pub relaxed: Vec<Relaxed>,
    /// What the suggestion favours: the choreography's option.
    pub flavour: Flavour,
    /// Every step was offered by now: the next re-roll starts over.
    pub exhausted: bool,
}

/// A step offered for an eight.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CandidateView {
    /// The step.
    pub step: String,
    /// Shown left to right reversed.
    pub mirrored: bool,
    /// 0 to 1, higher is better: the sum of value times weight over the terms.
    pub score: f32,
    /// The parts of the score.
    pub terms: Vec<ScoreTerm>,
    /// Why it is offered, in the reader's language.
    pub reasons: Vec<String>,
    /// Title of the performance it is cut from.
    pub performance_title: String,
    /// Whose performance that is, under which licence.
    pub performance_credit: String,
    /// Where its picture is.
    pub thumbnail_url: String,
    /// Where its preview is: the take, as it will be in the product.
    pub preview_url: String,
    /// The same with the song under it.
    pub preview_with_sound_url: String,
    /// The preview is rendered.
    pub preview_ready: bool,
    /// It is the present selection of the eight.
    pub selected: bool,
}

impl CandidateView {
    /// Without what only the records know.
    pub fn of(candidate: Candidate, language: Language) -> Self {
        Self {
            thumbnail_url: format!("/api/steps/{}/thumbnail", candidate.step),
            preview_url: take_url(&candidate.take),
            preview_with_sound_url: String::new(),
            step: candidate.step.to_string(),
            mirrored: candidate.mirrored,
            score: candidate.score,
            terms: candidate.terms,
            reasons: match language {
                Language::English => candidate.reasons_en,
                Language::Korean => candidate.reasons_ko,
            },
            performance_title: String::new(),
            performance_credit: String::new(),
            preview_ready: false,
            selected: false,
        }
    }
}

fn take_url(take: &TakeKey) -> String {
    format!("/api/takes/{take}")
}
