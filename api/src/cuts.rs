//! The cuts of a choreography: how near the beat each lies, and how the dancers meet there.

use crate::{
    app::App,
    cross_edits,
    problem::Problem,
    takes,
    views::{JumpSeenBy, ReportCut, ReportTransition, SeenJump},
};
use eightcount_domain::{ChoreographyState, FailureCode, FrameRate, Selection, TakeKey};
use eightcount_edit::{CutFacts, Jump, Style, TakeStep};
use eightcount_storage::StorageError;
use eightcount_workflows::contract::{CutFrame, SeeCutsInput, SeenBy, SeenCut};

/// A cut, and how its take is rendered.
pub struct Cut {
    eight: u32,
    take: TakeKey,
    facts: CutFacts,
    mirrored: bool,
    fps: FrameRate,
}

/// The cuts between two selections, in order. A cut whose take is being planned, or was rendered by another release,
/// is left out, and so are all of them before the analysis.
pub async fn of(app: &App, state: &ChoreographyState) -> Result<Vec<Cut>, Problem> {
    let mut cuts = Vec::new();
    if state.analysis.is_none() {
        return Ok(cuts);
    }
    let section = takes::section(app, state).await?;
    let mut before = None;
    for (k, eight) in state.eights.iter().enumerate() {
        let now = match &eight.selection {
            Some(selection) => step(app, selection).await?,
            None => None,
        };
        let key = eight.selection.as_ref().and_then(|selection| selection.take.as_ref());
        if let (Some(before), Some(now), Some(key)) = (&before, &now, key) {
            let plan = takes::plan(app, key).await?;
            cuts.extend(plan.and_then(|plan| {
                let facts = CutFacts::of(&plan, (&section.eights, k), (before, now))?;
                let (mirrored, fps) = (plan.step.mirrored, plan.fps);
                Some(Cut { eight: k as u32, take: key.clone(), facts, mirrored, fps })
            }));
        }
        before = now;
    }
    Ok(cuts)
}

/// What is known of a selected step; none when its records are gone.
async fn step(app: &App, selection: &Selection) -> Result<Option<TakeStep>, StorageError> {
    let records = &app.storage().choreo;
    let step = records.step(&selection.step).await?;
    let performance = records.performance(&selection.step.performance).await?;
    let conformed = performance.and_then(|performance| performance.conformed);
    Ok(step.zip(conformed).map(|(step, conformed)| TakeStep::of(step, conformed, selection.mirrored)))
}

/// Where the dancers are in the rendered pictures, cut by cut. `not_ready_yet` without a product, and while somebody is
/// still looking.
pub async fn seen(app: &App, state: &ChoreographyState, cuts: &[Cut]) -> Result<Vec<SeenCut>, Problem> {
    let product = cross_edits::product(state).map_err(Problem::new)?;
    if cuts.is_empty() {
        return Ok(Vec::new());
    }
    let frames = |cut: &Cut| CutFrame { take: cut.take.clone(), frame: cut.facts.frame };
    let input = SeeCutsInput { product: product.blob.clone(), cuts: cuts.iter().map(frames).collect() };
    // The rest of the time that an answer may take is for this one.
    let seen = app.gateway().see_cuts(input, app.config().limits.answer_max() / 2).await?;
    seen.ok_or_else(|| Problem::new(FailureCode::NotReadyYet))
}

impl Cut {
    /// As it is told; `seen`: where the dancers are in the rendered frames, if somebody looked.
    pub fn view(&self, seen: Option<SeenCut>) -> ReportCut {
        let (facts, rate) = (&self.facts, f64::from(self.fps.get()));
        let centre = |jump: Option<Jump>| jump.map(|jump| jump.centre);
        let height = |jump: Option<Jump>| jump.map(|jump| jump.height);
        ReportCut {
            eight: self.eight,
            frame: facts.frame,
            at_s: facts.frame as f64 / rate,
            beat_offset_ms: facts.beat_offset_ms,
            transition: match facts.style {
                Style::Dissolve => ReportTransition::Dissolve,
                Style::Cut => ReportTransition::Cut,
                Style::Whip => ReportTransition::Whip,
                Style::Flash => ReportTransition::Flash,
            },
            mirrored: self.mirrored,
            zoom: facts.zoom,
            turn_degrees: facts.turn_degrees,
            ease_ms: f64::from(facts.ease_frames) / rate * 1000.0,
            jump_centre: centre(facts.jump),
            jump_height: height(facts.jump),
            unaligned_jump_centre: centre(facts.unaligned_jump),
            unaligned_jump_height: height(facts.unaligned_jump),
            covered: facts.covered,
            seen: seen.map(|seen| {
                let both = seen.before.zip(seen.after);
                let (jump, unaligned) = both.map(|(before, after)| facts.found(before, after)).unzip();
                SeenJump {
                    by: match seen.by {
                        SeenBy::Shape => JumpSeenBy::Shape,
                        SeenBy::Joints => JumpSeenBy::Joints,
                    },
                    jump_centre: centre(jump),
                    jump_height: height(jump),
                    unaligned_jump_centre: centre(unaligned),
                    unaligned_jump_height: height(unaligned),
                }
            }),
        }
    }
}
