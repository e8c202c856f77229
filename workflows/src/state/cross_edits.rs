//! Which cross-edits are due.

use super::State;
use crate::contract::{CrossEditInput, CrossEdited, SoundInput};
use eightcount_domain::{BlobHash, ChoreographyStatus, StageName, TakeKey};

impl State {
    /// The whole, if it is to be joined. It waits for no part: it is what the user waits for.
    pub(crate) fn next_whole(&self) -> Option<CrossEditInput> {
        self.to_join(StageName::Whole)
    }

    /// The part to join next. Parts wait for the whole where both are to be joined.
    pub(crate) fn next_part(&self) -> Option<CrossEditInput> {
        if self.next_whole().is_some() {
            return None;
        }
        [StageName::Half, StageName::Quarter].into_iter().find_map(|stage| self.to_join(stage))
    }

    /// A stage, if it is due by the number of selections, its takes are rendered, and it is not made of them yet.
    fn to_join(&self, stage: StageName) -> Option<CrossEditInput> {
        let takes = self.due_takes(stage)?;
        let made = self.stages.get(&stage);
        if made.is_some_and(|work| work.made.is_some() && work.takes == takes) {
            return None;
        }
        if takes.len() != stage.covers(self.eights.len()) || !self.all_rendered(takes.len()) {
            return None;
        }
        Some(self.cross_edit(stage, made.map_or(1, |work| work.revision + 1), takes))
    }

    /// Is a stage to be joined?
    pub(crate) fn joins(&self) -> bool {
        self.next_whole().is_some() || self.next_part().is_some()
    }

    /// The section's sound, unless it is encoded.
    pub(crate) fn wanted_sound(&self) -> Option<SoundInput> {
        let input = SoundInput {
            song: self.song.clone(),
            section_start: self.section_start(),
            fps: self.options.fps,
            frames: self.frame_grid().total(),
        };
        Some(input).filter(|_| self.sound.is_none())
    }

    /// The section's sound is encoded.
    pub(crate) fn apply_sound(&mut self, sound: BlobHash) {
        self.sound = Some(sound);
        self.touch();
    }

    /// Applies a finished cross-edit. It stays visible until a newer one replaces it.
    pub(crate) fn apply_cross_edited(&mut self, asked: &CrossEditInput, made: CrossEdited) {
        let work = self.stages.entry(asked.stage).or_default();
        if asked.revision > work.revision {
            work.revision = asked.revision;
            work.takes.clone_from(&asked.takes);
            work.made = Some(made);
            self.touch();
        }
    }

    /// Every eight is selected and the product shows exactly these selections.
    pub(crate) fn is_product_ready(&self) -> bool {
        self.status == ChoreographyStatus::Complete && self.is_current(StageName::Whole)
    }

    /// The user asked to finish, and the product is ready.
    pub(crate) fn may_finish(&self) -> bool {
        self.finish_wanted && self.is_product_ready() && !self.joins()
    }

    /// Nothing is to be done and nothing is being done until a message comes.
    pub(crate) fn is_quiet(&self) -> bool {
        let asked = self.auto_asked.is_some() || self.eights.iter().any(|work| work.asked.is_some());
        let working = asked || (0..self.eights.len()).any(|k| self.wants_take(k));
        let ahead = self.next_previews().is_some() || self.thinks_ahead();
        self.is_analysed() && !working && !ahead && !self.joins()
    }

    /// Does the made stage show the present selections?
    pub(super) fn is_current(&self, stage: StageName) -> bool {
        let made = self.stages.get(&stage).filter(|work| work.made.is_some());
        made.is_some_and(|work| self.due_takes(stage).is_some_and(|takes| takes == work.takes))
    }

    /// The takes of a stage as far as they are planned; none while the stage is not due.
    fn due_takes(&self, stage: StageName) -> Option<Vec<TakeKey>> {
        let count = self.eights.len();
        if count == 0 || self.selected() < stage.due_at(count) {
            return None;
        }
        let takes = self.eights[..stage.covers(count)].iter();
        takes.map(|work| work.selection.as_ref()?.take.clone()).collect()
    }

    fn all_rendered(&self, eights: usize) -> bool {
        self.eights[..eights].iter().all(|work| work.selection.as_ref().is_some_and(|s| s.rendered))
    }

    fn cross_edit(&self, stage: StageName, revision: u32, takes: Vec<TakeKey>) -> CrossEditInput {
        let last = takes.len().saturating_sub(1);
        let range = self.frame_grid().take_range(last, self.profile().half_transition());
        CrossEditInput {
            choreography: self.id.clone(),
            stage,
            revision,
            song: self.song.clone(),
            section_start: self.section_start(),
            fps: self.options.fps,
            takes,
            frames: range.map_or(0, |(_, end)| end),
            sound: self.sound.clone().filter(|_| stage == StageName::Whole),
        }
    }
}
