//! Suggestion: six steps for an eight, each with the plan of the take that shows it.

use crate::amplitude::section_key;
use crate::desk::{Desk, compute, found};
use crate::failure::Failure;
use crate::library::IndexedLibrary;
use eightcount_choreo::suggest::{self, Question, Scored, Taste, Upcoming, terms::intensities};
use eightcount_domain::{
    BlobHash, Candidate, FailureCode, PlanScore, RenderProfile, Role, SimilarStep, Step, StepId, Suggestion,
    SuggestionId, TakeKey,
};
use eightcount_edit::{TakePlan, TakeRequest, TakeStep, plan_take};
use eightcount_storage::Likeness;
use eightcount_workflows::contract::{
    AnalysedSection, Offer, PlanDanceInput, PlanTakeInput, PlannedDance, SectionInput, Sound, SuggestInput,
    Suggested,
};
use std::{collections::BTreeMap, sync::Arc};

/// How many similar steps of the library are shared for an eight.
const SHARED_SIMILAR: usize = 12;

/// Answers, records the answer with its reasons, and stores the plans of the candidates' takes.
pub(crate) async fn suggest(desk: &Desk, input: SuggestInput) -> Result<Suggested, Failure> {
    if let Some(answered) = desk.storage.choreo.suggestion(&input.id).await? {
        // Answered before and then killed: two answers to one question would offer two sets of takes.
        return Ok(brief(&answered));
    }
    let library = desk.library.newest(&desk.storage.choreo).await?;
    let section: AnalysedSection = desk.read_json(&input.section).await?;
    let similar = similar(desk, &library, &section, &input).await?;
    let answer = answer(&library, section.clone(), &input).await?;
    look_over(&library, section.clone(), &input);
    if answer.candidates.is_empty() {
        return Err(Failure::refused(FailureCode::EmptyLibrary));
    }
    let previous = input.eight.checked_sub(1);
    let previous = input.chosen.iter().find(|chosen| Some(chosen.eight) == previous);
    let previous = match previous {
        Some(chosen) => Some(take_step(desk, &chosen.step, chosen.mirrored).await?),
        None => None,
    };
    let laid = Laid { section: &section, index: input.eight as usize, profile: input.profile };
    let likeness = (library.version, similar);
    Ok(brief(&record(desk, &laid, input.id, answer, previous, likeness).await?))
}

/// Stores the plans of an answer's takes and records it. Of two attempts the first wins: report the result.
async fn record(
    desk: &Desk,
    laid: &Laid<'_>,
    id: SuggestionId,
    answer: suggest::Answer,
    previous: Option<TakeStep>,
    (library_version, similar): (u64, Vec<SimilarStep>),
) -> Result<Suggestion, Failure> {
    let mut candidates = Vec::with_capacity(answer.candidates.len());
    for scored in answer.candidates {
        let step = take_step(desk, &scored.step, scored.mirrored).await?;
        let take = store_plan(desk, &laid.plan(step, previous.clone())?).await?;
        candidates.push(candidate(scored, take));
    }
    let (filtered_en, filtered_ko) = suggest::explain(&answer.filtered);
    let suggestion = Suggestion {
        id,
        candidates,
        filtered: answer.filtered,
        filtered_en,
        filtered_ko,
        relaxed: answer.relaxed,
        exhausted: answer.exhausted,
        library_version,
        similar,
    };
    Ok(desk.storage.choreo.put_suggestion(&suggestion).await?)
}

/// The steps whose music is most like the eight's, shared with everyone.
async fn similar(
    desk: &Desk,
    library: &Arc<IndexedLibrary>,
    section: &AnalysedSection,
    input: &SuggestInput,
) -> Result<Vec<SimilarStep>, Failure> {
    let similar = nearest(library, section, input.eight).await?;
    let cluster = found("the eight's sound", input.sounds.get(input.eight as usize))?.cluster;
    let likeness = Likeness { cluster, library_version: library.version, similar: similar.clone() };
    let names = SectionInput {
        song: input.song.clone(),
        hearing: input.hearing.clone(),
        eights: section.eights.clone(),
    };
    desk.storage.shared.set_smlr(&section_key(&names)?.eight(input.eight), &likeness).await;
    Ok(similar)
}

/// The steps whose music is most like the eight's.
async fn nearest(
    library: &Arc<IndexedLibrary>,
    section: &AnalysedSection,
    eight: u32,
) -> Result<Vec<SimilarStep>, Failure> {
    let features = found("the eight's features", section.features.get(eight as usize))?.clone();
    let searched = Arc::clone(library);
    let nearest = compute(move || searched.index.nearest(&features, SHARED_SIMILAR)).await?;
    Ok(nearest.into_iter().map(|(step, similarity)| SimilarStep { step, similarity }).collect())
}

/// Plans the take of a selection whose neighbour changed.
pub(crate) async fn plan(desk: &Desk, input: PlanTakeInput) -> Result<TakeKey, Failure> {
    let section: AnalysedSection = desk.read_json(&input.section).await?;
    let step = take_step(desk, &input.step.0, input.step.1).await?;
    let previous = match &input.previous {
        Some((step, mirrored)) => Some(take_step(desk, step, *mirrored).await?),
        None => None,
    };
    let laid = Laid { section: &section, index: input.eight as usize, profile: input.profile };
    store_plan(desk, &laid.plan(step, previous)?).await
}

/// An eight of a section, onto which takes are planned.
struct Laid<'a> {
    section: &'a AnalysedSection,
    index: usize,
    profile: RenderProfile,
}

impl Laid<'_> {
    fn plan(&self, step: TakeStep, previous: Option<TakeStep>) -> Result<TakePlan, Failure> {
        let eights = &self.section.eights;
        Ok(plan_take(&TakeRequest { profile: self.profile, eights, index: self.index, step, previous })?)
    }
}

/// Plans the best way through all eights that have no selection, records each choice with its reasons, and stores the
/// plans of the takes.
///
/// Two attempts make the same plan unless the library changed between them; then a record of the first may stay that
/// tells of another choice than the second made, and the report has no reasons for that eight.
pub(crate) async fn plan_dance(desk: &Desk, input: PlanDanceInput) -> Result<PlannedDance, Failure> {
    let library = desk.library.newest(&desk.storage.choreo).await?;
    let section: AnalysedSection = desk.read_json(&input.section).await?;
    let (score, answers) = way_through(&library, section.clone(), &input).await?;
    let mut shown: BTreeMap<u32, (StepId, bool)> =
        input.chosen.iter().map(|c| (c.eight, (c.step.clone(), c.mirrored))).collect();
    let mut eights = Vec::with_capacity(answers.len());
    for (eight, answer) in answers {
        let Some(scored) = answer.candidates.first() else { break };
        let previous = match eight.checked_sub(1).and_then(|before| shown.get(&before)) {
            Some((step, mirrored)) => Some(take_step(desk, step, *mirrored).await?),
            None => None,
        };
        shown.insert(eight, (scored.step.clone(), scored.mirrored));
        let laid = Laid { section: &section, index: eight as usize, profile: input.profile };
        let id = SuggestionId { choreography: input.choreography.clone(), eight, serial: input.serial };
        let likeness = (library.version, nearest(&library, &section, eight).await?);
        let suggestion = record(desk, &laid, id, answer, previous, likeness).await?;
        eights.extend(brief(&suggestion).offers.into_iter().next().map(|offer| (eight, offer)));
    }
    if eights.is_empty() {
        return Err(Failure::refused(FailureCode::EmptyLibrary));
    }
    Ok(PlannedDance { eights, score })
}

/// The best way through the eights without a selection, with what there is to say of each choice.
async fn way_through(
    library: &Arc<IndexedLibrary>,
    section: AnalysedSection,
    input: &PlanDanceInput,
) -> Result<(PlanScore, Vec<(u32, suggest::Answer)>), Failure> {
    let (library, input) = (Arc::clone(library), input.clone());
    compute(move || {
        let (index, taste) = (&library.index, Taste::from(input.flavour));
        let mut history: Vec<_> = input.chosen.iter().map(chosen).collect();
        let mut eights = upcoming(&section, &input.sounds);
        eights.retain(|eight| !history.iter().any(|c| c.eight == eight.eight));
        let best = suggest::best_path(index, &eights, &history, taste);
        let greedy_total = suggest::greedy_path(index, &eights, &history, taste).total();
        let score = PlanScore { eights: best.selections.len() as u32, total: best.total(), greedy_total };
        let mut answers = Vec::with_capacity(eights.len());
        for (eight, selection) in eights.iter().zip(best.selections) {
            let shown = (&selection.step, selection.mirrored);
            answers.push((eight.eight, suggest::judge(index, &eight.question(&history), taste, shown)));
            history.push(selection);
        }
        (score, answers)
    })
    .await
}

/// A hundred thousand steps are scored in milliseconds, but not on a thread that others wait for.
async fn answer(
    library: &Arc<IndexedLibrary>,
    section: AnalysedSection,
    input: &SuggestInput,
) -> Result<suggest::Answer, Failure> {
    let (library, input) = (Arc::clone(library), input.clone());
    compute(move || {
        let (index, taste) = (&library.index, Taste::from(input.flavour));
        let history: Vec<_> = input.chosen.iter().map(chosen).collect();
        let eights = upcoming(&section, &input.sounds);
        let asked = found("the eight", eights.get(input.eight as usize))?;
        let question = Question { rerolled: &input.rerolled, ..asked.question(&history) };
        let outlook = library.outlook(&(input.section.clone(), input.flavour), eights.len());
        let answer = suggest::suggest_for(index, &question, taste);
        Ok(suggest::look_ahead(index, &question, &eights, &outlook, taste, answer))
    })
    .await?
}

/// Looks over the whole section while the user looks at the six, so that later questions need not.
fn look_over(library: &Arc<IndexedLibrary>, section: AnalysedSection, input: &SuggestInput) {
    let (library, input) = (Arc::clone(library), input.clone());
    // Nobody waits for it, and nothing is lost when it does not come to its end.
    tokio::task::spawn_blocking(move || {
        let eights = upcoming(&section, &input.sounds);
        let outlook = library.outlook(&(input.section.clone(), input.flavour), eights.len());
        outlook.fill(&library.index, &eights, input.flavour.into());
    });
}

/// Every eight of a section as it is asked about.
fn upcoming<'a>(section: &'a AnalysedSection, sounds: &[Sound]) -> Vec<Upcoming<'a>> {
    let count = section.eights.len();
    let loudness: Vec<_> = sounds.iter().map(|sound| sound.rms_dbfs).collect();
    let intensities = intensities(&loudness);
    let all = section.eights.iter().zip(&section.features).zip(sounds.iter().zip(intensities)).enumerate();
    all.map(|(index, ((eight, features), (sound, intensity)))| Upcoming {
        eight: index as u32,
        role: Role::at(index, count),
        tempo_bpm: eight.tempo_bpm(),
        amplitude: sound.rms_dbfs,
        intensity,
        cluster: sound.cluster,
        features,
    })
    .collect()
}

fn chosen(chosen: &eightcount_workflows::contract::Chosen) -> suggest::Chosen {
    suggest::Chosen {
        eight: chosen.eight,
        cluster: chosen.cluster,
        step: chosen.step.clone(),
        mirrored: chosen.mirrored,
    }
}

/// What the cutter needs to know of a step. Its record outlives its place in the library: a selection stays
/// valid when a curator hides the step.
async fn take_step(desk: &Desk, id: &StepId, mirrored: bool) -> Result<TakeStep, Failure> {
    let step: Step = found("the step", desk.storage.choreo.step(id).await?)?;
    let performance = found("the performance", desk.storage.choreo.performance(&id.performance).await?)?;
    let conformed = found("the mezzanine", performance.conformed)?;
    Ok(TakeStep::of(step, conformed, mirrored))
}

/// The plan is the blob that the key names: whoever has the key can render the take.
async fn store_plan(desk: &Desk, plan: &TakePlan) -> Result<TakeKey, Failure> {
    let BlobHash(hash) = desk.storage.blobs.put_bytes(plan.to_json().as_bytes()).await?;
    Ok(TakeKey(hash))
}

fn candidate(scored: Scored, take: TakeKey) -> Candidate {
    Candidate {
        step: scored.step,
        mirrored: scored.mirrored,
        score: scored.score,
        terms: scored.terms,
        reasons_en: scored.reasons_en,
        reasons_ko: scored.reasons_ko,
        take,
    }
}

fn brief(suggestion: &Suggestion) -> Suggested {
    let offer = |candidate: &Candidate| Offer {
        step: candidate.step.clone(),
        mirrored: candidate.mirrored,
        take: candidate.take.clone(),
    };
    Suggested {
        id: suggestion.id.clone(),
        offers: suggestion.candidates.iter().map(offer).collect(),
        exhausted: suggestion.exhausted,
    }
}
