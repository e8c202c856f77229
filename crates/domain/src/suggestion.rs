//! Candidates for an eight, with their scores and reasons.

use crate::{StepId, SuggestionId, TakeKey};
use serde::{Deserialize, Serialize};

/// A part of a candidate's score. Each is 0 to 1 and higher is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Term {
    /// The step's music is like the eight's.
    Similarity,
    /// The step moves as strongly, beat by beat, as the eight sounds.
    Energy,
    /// The step is as lively, among all steps, as the eight is loud, among those of its section.
    Contour,
    /// The subject at the cut is where, as large, and moving as, the previous step left it.
    Connection,
    /// How little the step must be stretched.
    Tempo,
    /// The eight's counterpart in another phrase was danced with this step (or it is the mirrored answer).
    Repeat,
    /// The step and its performance were not used lately.
    Novelty,
}

/// One term of a candidate's score.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScoreTerm {
    /// Which.
    pub term: Term,
    /// 0 to 1, higher is better.
    pub value: f32,
    /// Share in the score; the weights of a candidate's terms add up to 1.
    pub weight: f32,
}

/// What the user favours. It changes how much each term counts, and how much the six must differ from each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Flavour {
    /// A bit of everything.
    #[default]
    Balanced,
    /// Cuts that hardly show.
    Smooth,
    /// Movement that follows the music's strength.
    Energetic,
    /// What was not seen before, and candidates that differ more.
    Surprising,
}

/// How good a planned dance is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlanScore {
    /// How many eights were planned at once.
    pub eights: u32,
    /// Sum of their scores.
    pub total: f32,
    /// The sum if each eight had got its best candidate without a look at what comes later.
    pub greedy_total: f32,
}

/// A rule that was set aside because nothing would have been left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Relaxed {
    /// Steps that the phrase shows already are offered.
    SamePhrase,
    /// Steps of low quality, or with a cut of the video inside, are offered.
    Quality,
    /// Steps of a neighbouring selection's performance are offered.
    SamePerformance,
    /// The least stretched steps beyond 20 percent are offered.
    Tempo,
}

/// A step offered for an eight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// The step.
    pub step: StepId,
    /// Shown left to right reversed.
    pub mirrored: bool,
    /// Sum of value times weight over the terms, 0 to 1.
    pub score: f32,
    /// The terms whose data exist.
    pub terms: Vec<ScoreTerm>,
    /// Why it is offered, up to two short sentences in English.
    pub reasons_en: Vec<String>,
    /// The same in Korean.
    pub reasons_ko: Vec<String>,
    /// The take that shows it: joined to the previous selection, as it will be in the product.
    pub take: TakeKey,
}

/// How many steps of the library each filter left out, in the order in which they were applied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Filtered {
    /// Steps in the library.
    pub library: u32,
    /// Hidden by a curator.
    pub hidden: u32,
    /// Of the previous (or next) selection's performance: a cross-edit must cut.
    pub same_performance: u32,
    /// Danced in the same phrase already.
    pub same_phrase: u32,
    /// Needing a stretch of more than 20 percent.
    pub tempo: u32,
    /// With a cut of the video itself inside.
    pub native_cut: u32,
    /// Quality too low.
    pub quality: u32,
    /// Of another role than the eight's, where enough of the right one remained.
    pub role: u32,
    /// Offered before and re-rolled away.
    pub rerolled: u32,
}

/// A step whose music is like an eight's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SimilarStep {
    /// The step.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub step: StepId,
    /// Cosine similarity, -1 to 1.
    pub similarity: f32,
}

/// The answer for one eight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    /// Its id.
    pub id: SuggestionId,
    /// Best first; six unless the library has fewer.
    pub candidates: Vec<Candidate>,
    /// What was left out.
    pub filtered: Filtered,
    /// The same in a line for people, in English.
    #[serde(default)]
    pub filtered_en: String,
    /// And in Korean.
    #[serde(default)]
    pub filtered_ko: String,
    /// Rules that were set aside because they left nothing at all.
    #[serde(default)]
    pub relaxed: Vec<Relaxed>,
    /// No step remains that was not offered before: the next re-roll starts over.
    pub exhausted: bool,
    /// The version of the library that was searched.
    pub library_version: u64,
    /// The steps whose music is most like the eight's, nearest first, candidates or not.
    pub similar: Vec<SimilarStep>,
}
