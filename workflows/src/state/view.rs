//! What everyone but the workflow sees of the state.

use super::{EightWork, State};
use eightcount_domain::{ChoreographyState, EightState, Selection, StageState};

impl State {
    /// The state for clients.
    pub(crate) fn view(&self) -> ChoreographyState {
        ChoreographyState {
            id: self.id.clone(),
            song: self.song.clone(),
            revision: self.revision,
            version: self.version,
            status: self.status,
            failure: self.failure,
            section: self.section,
            hearing: self.hearing.clone(),
            options: self.options,
            progress_percent: self.progress_percent(),
            open_eight: self.open().map(|k| k as u32),
            refused_signal: self.refused_signal,
            plan: self.plan,
            eights: self.eights.iter().enumerate().map(|(k, work)| self.view_eight(k, work)).collect(),
            stages: self.view_stages(),
            analysis: self.analysed.clone(),
            sound: self.sound.clone(),
        }
    }

    /// Share of the eights that have a selection.
    pub(crate) fn progress_percent(&self) -> u8 {
        (self.selected() * 100 / self.eights.len().max(1)) as u8
    }

    /// A summary for the operator's Web UI, in Markdown.
    pub(crate) fn summary(&self) -> String {
        let rendered =
            self.eights.iter().filter(|e| e.selection.as_ref().is_some_and(|s| s.rendered)).count();
        let stages: Vec<_> =
            self.view_stages().iter().map(|s| format!("{} (v{})", s.stage.as_str(), s.revision)).collect();
        let failure = self.failure.map_or_else(String::new, |code| format!("\n\n**failure** `{code}`"));
        format!(
            "**{:?}**, revision {}\n\nselected {} of {} eights, {rendered} takes rendered\n\ncross-edits: {}{failure}",
            self.status,
            self.revision,
            self.selected(),
            self.eights.len(),
            if stages.is_empty() { "none yet".to_owned() } else { stages.join(", ") },
        )
    }

    fn view_eight(&self, k: usize, work: &EightWork) -> EightState {
        EightState {
            section: work.eight.section(),
            cluster: work.cluster,
            levels: work.heard.map(|heard| heard.level),
            role: self.role(k),
            suggestion: work.suggestion.clone().filter(|_| work.asked.is_none()),
            selection: work.selection.as_ref().map(|selection| Selection {
                step: selection.step.clone(),
                mirrored: selection.mirrored,
                transition: selection.transition,
                take: selection.take.clone(),
                rendered: selection.rendered,
            }),
        }
    }

    fn view_stages(&self) -> Vec<StageState> {
        let view = |(stage, work): (&_, &super::StageWork)| {
            let made = work.made.as_ref()?;
            Some(StageState {
                stage: *stage,
                revision: work.revision,
                blob: made.blob.clone(),
                frames: made.frames,
                eights: work.takes.len() as u32,
                outdated: !self.is_current(*stage),
            })
        };
        self.stages.iter().filter_map(view).collect()
    }
}
