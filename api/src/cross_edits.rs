//! Which cross-edits of a choreography can be had.

use eightcount_domain::{ChoreographyState, FailureCode, StageName, StageState};

/// The newest version of a stage, or why there is none.
pub fn made(state: &ChoreographyState, stage: StageName) -> Result<&StageState, FailureCode> {
    if let Some(made) = state.stages.iter().find(|made| made.stage == stage) {
        return Ok(made);
    }
    let selected = state.eights.iter().filter(|eight| eight.selection.is_some()).count();
    let due = !state.eights.is_empty() && selected >= stage.due_at(state.eights.len());
    if due && !state.status.is_closed() {
        Err(FailureCode::NotReadyYet)
    } else {
        Err(FailureCode::ChoreographyIncomplete)
    }
}

/// The product: the whole, with every selection as it is now.
pub fn product(state: &ChoreographyState) -> Result<&StageState, FailureCode> {
    let whole = made(state, StageName::Whole)?;
    if state.open_eight.is_some() {
        return Err(FailureCode::ChoreographyIncomplete);
    }
    // A closed choreography makes no newer one.
    if whole.outdated && !state.status.is_closed() {
        return Err(FailureCode::NotReadyYet);
    }
    Ok(whole)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use eightcount_domain::{
        ChoreographyOptions, ChoreographyStatus, EightState, Millis, Role, Section, Selection,
    };

    fn state(selected: usize, eights: usize, stages: &[(StageName, bool)]) -> ChoreographyState {
        let section = Section { start_ms: Millis(0), end_ms: Millis(1) };
        let step = format!("{}.0", "ab".repeat(32)).parse().unwrap();
        let selection = Selection { step, mirrored: false, transition: None, take: None, rendered: false };
        let eight = |k| EightState {
            section,
            cluster: None,
            levels: None,
            role: Role::Body,
            suggestion: None,
            selection: (k < selected).then(|| selection.clone()),
        };
        let stage = |(stage, outdated): &(StageName, bool)| StageState {
            stage: *stage,
            revision: 1,
            blob: "cd".repeat(32).parse().unwrap(),
            frames: 1,
            eights: 1,
            outdated: *outdated,
        };
        ChoreographyState {
            id: "00000000-0000-7000-8000-000000000000".parse().unwrap(),
            song: "ab".repeat(32).parse().unwrap(),
            revision: 0,
            version: 0,
            status: ChoreographyStatus::Selecting,
            failure: None,
            section,
            hearing: None,
            options: ChoreographyOptions::default(),
            progress_percent: 0,
            open_eight: (selected < eights).then_some(selected as u32),
            refused_signal: None,
            eights: (0..eights).map(eight).collect(),
            plan: None,
            stages: stages.iter().map(stage).collect(),
            analysis: None,
            sound: None,
        }
    }

    #[test]
    fn a_stage_is_waited_for_only_when_it_is_due() {
        let half = |selected| made(&state(selected, 8, &[]), StageName::Half).map(|_| ());
        assert_eq!(half(5), Err(FailureCode::ChoreographyIncomplete));
        assert_eq!(half(6), Err(FailureCode::NotReadyYet));
        assert_eq!(made(&state(0, 0, &[]), StageName::Whole), Err(FailureCode::ChoreographyIncomplete));
    }

    #[test]
    fn the_product_shows_every_selection() {
        let whole = |outdated| [(StageName::Whole, outdated)];
        assert!(product(&state(8, 8, &whole(false))).is_ok());
        assert_eq!(product(&state(8, 8, &whole(true))), Err(FailureCode::NotReadyYet));
        assert_eq!(product(&state(7, 8, &whole(true))), Err(FailureCode::ChoreographyIncomplete));
        let closed = ChoreographyState { status: ChoreographyStatus::Cancelled, ..state(8, 8, &whole(true)) };
        assert!(product(&closed).is_ok());
    }
}
