//! The cuts of a choreography: how near the beat each lies, and how the dancers meet there.

use crate::{
    app::App,
    problem::Problem,
    takes,
    views::{ReportCut, ReportTransition},
};
use eightcount_domain::{ChoreographyState, FrameRate, Selection};
use eightcount_edit::{CutFacts, Style, TakeStep};
use eightcount_storage::StorageError;

/// The cuts between two selections, in order. A cut whose take is being planned, or was rendered by another release,
/// is left out, and so are all of them before the analysis.
pub async fn of(app: &App, state: &ChoreographyState) -> Result<Vec<ReportCut>, Problem> {
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
                Some(view(k as u32, &facts, plan.step.mirrored, plan.fps))
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

fn view(eight: u32, facts: &CutFacts, mirrored: bool, fps: FrameRate) -> ReportCut {
    let rate = f64::from(fps.get());
    ReportCut {
        eight,
        frame: facts.frame,
        at_s: facts.frame as f64 / rate,
        beat_offset_ms: facts.beat_offset_ms,
        transition: match facts.style {
            Style::Dissolve => ReportTransition::Dissolve,
            Style::Cut => ReportTransition::Cut,
            Style::Whip => ReportTransition::Whip,
            Style::Flash => ReportTransition::Flash,
        },
        mirrored,
        zoom: facts.zoom,
        turn_degrees: facts.turn_degrees,
        ease_ms: f64::from(facts.ease_frames) / rate * 1000.0,
        jump_centre: facts.jump.map(|jump| jump.centre),
        jump_height: facts.jump.map(|jump| jump.height),
        unaligned_jump_centre: facts.unaligned_jump.map(|jump| jump.centre),
        unaligned_jump_height: facts.unaligned_jump.map(|jump| jump.height),
        covered: facts.covered,
    }
}
