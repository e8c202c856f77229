//! Which activities there are. The worker crate implements each; a drift fails to compile.

#![expect(
    missing_docs,
    clippy::unimplemented,
    clippy::needless_pass_by_value,
    reason = "the macro wants exactly these bodies, and makes constants without their comments"
)]

use super::{
    Clustered, ConcludeHearingInput, CorrectGridInput, CrossEditInput, CrossEdited, DescribeInput, Described,
    DiscardInput, HearPerformanceInput, HeardPerformance, HeardSection, IngestInput, MakeExtraInput,
    PlanDanceInput, PlanTakeInput, PlannedDance, PreprocessInput, Preprocessed, PublishPerformanceInput,
    Published, RenderPreviewsInput, RenderTakeInput, Rendered, ScreenInput, Screened, SectionInput,
    SeeCutsInput, SeenCut, SoundInput, SuggestInput, Suggested, Watched,
};
use eightcount_domain::{BlobHash, ChoreographyState, SongGrid, TakeKey};
use temporalio_common::ActivityError;
use temporalio_macros::activity_definitions;

/// On queue `audio`.
pub struct AudioActivities;

#[activity_definitions]
impl AudioActivities {
    /// Looks at an incoming file: may it become a song?
    #[activity(name = "screen_song")]
    pub fn screen_song(input: ScreenInput) -> Result<Screened, ActivityError> {
        unimplemented!()
    }

    /// Hears a song, and snaps a section to eights.
    #[activity(name = "preprocess")]
    pub fn preprocess(input: PreprocessInput) -> Result<Preprocessed, ActivityError> {
        unimplemented!()
    }

    /// Records how the hearing of a song ended.
    #[activity(name = "conclude_hearing")]
    pub fn conclude_hearing(input: ConcludeHearingInput) -> Result<(), ActivityError> {
        unimplemented!()
    }

    /// Changes the beat grid of a song.
    #[activity(name = "correct_grid")]
    pub fn correct_grid(input: CorrectGridInput) -> Result<SongGrid, ActivityError> {
        unimplemented!()
    }

    /// Measures how loud each beat of the section is.
    #[activity(name = "amplitude")]
    pub fn amplitude(input: SectionInput) -> Result<HeardSection, ActivityError> {
        unimplemented!()
    }

    /// Finds which eights of the section sound alike.
    #[activity(name = "clustering")]
    pub fn clustering(input: SectionInput) -> Result<Clustered, ActivityError> {
        unimplemented!()
    }

    /// Hears the music of a performance.
    #[activity(name = "hear_performance")]
    pub fn hear_performance(input: HearPerformanceInput) -> Result<HeardPerformance, ActivityError> {
        unimplemented!()
    }
}

/// On queue `choreo`.
pub struct ChoreoActivities;

#[activity_definitions]
impl ChoreoActivities {
    /// Looks at an incoming file: may it become a performance?
    #[activity(name = "screen_performance")]
    pub fn screen_performance(input: ScreenInput) -> Result<Screened, ActivityError> {
        unimplemented!()
    }

    /// Makes the mezzanine of a performance, and finds the subject, its movement and everybody's joints meanwhile.
    #[activity(name = "watch")]
    pub fn watch(input: IngestInput) -> Result<Watched, ActivityError> {
        unimplemented!()
    }

    /// Describes the eights of a performance that are danced.
    #[activity(name = "describe")]
    pub fn describe(input: DescribeInput) -> Result<Described, ActivityError> {
        unimplemented!()
    }

    /// Puts a performance and its steps into the library, all at once.
    #[activity(name = "publish_performance")]
    pub fn publish_performance(input: PublishPerformanceInput) -> Result<Published, ActivityError> {
        unimplemented!()
    }

    /// Removes what a failed or cancelled ingest made.
    #[activity(name = "discard_performance")]
    pub fn discard_performance(input: DiscardInput) -> Result<(), ActivityError> {
        unimplemented!()
    }

    /// Finds six steps for an eight, and plans their takes.
    #[activity(name = "suggest")]
    pub fn suggest(input: SuggestInput) -> Result<Suggested, ActivityError> {
        unimplemented!()
    }

    /// Plans the dance through all eights that have no step, and their takes.
    #[activity(name = "plan_dance")]
    pub fn plan_dance(input: PlanDanceInput) -> Result<PlannedDance, ActivityError> {
        unimplemented!()
    }

    /// Plans the take of a selection whose neighbour changed.
    #[activity(name = "plan_take")]
    pub fn plan_take(input: PlanTakeInput) -> Result<TakeKey, ActivityError> {
        unimplemented!()
    }

    /// Writes the state to the record and the shared view. Local: it runs inside the workflow task.
    #[activity(name = "publish")]
    pub fn publish(input: ChoreographyState) -> Result<(), ActivityError> {
        unimplemented!()
    }
}

/// On queue `product`.
pub struct ProductActivities;

#[activity_definitions]
impl ProductActivities {
    /// Renders a selected take.
    #[activity(name = "render_take")]
    pub fn render_take(input: RenderTakeInput) -> Result<Rendered, ActivityError> {
        unimplemented!()
    }

    /// Renders the candidates' takes ahead of the choice; gives how many are there.
    #[activity(name = "render_previews")]
    pub fn render_previews(input: RenderPreviewsInput) -> Result<u32, ActivityError> {
        unimplemented!()
    }

    /// Encodes the section's sound.
    #[activity(name = "encode_sound")]
    pub fn encode_sound(input: SoundInput) -> Result<BlobHash, ActivityError> {
        unimplemented!()
    }

    /// Makes an extra of the product's takes.
    #[activity(name = "make_extra")]
    pub fn make_extra(input: MakeExtraInput) -> Result<Rendered, ActivityError> {
        unimplemented!()
    }

    /// Joins takes under the section's audio.
    #[activity(name = "cross_edit")]
    pub fn cross_edit(input: CrossEditInput) -> Result<CrossEdited, ActivityError> {
        unimplemented!()
    }

    /// Finds the dancer in the frames of a product before and after its cuts.
    #[activity(name = "see_cuts")]
    pub fn see_cuts(input: SeeCutsInput) -> Result<Vec<SeenCut>, ActivityError> {
        unimplemented!()
    }
}

/// What `#[activity(definition = …)]` in the worker crate names, for queue `audio`.
pub mod audio_definitions {
    pub use super::audio_activities::*;
}

/// The same for queue `choreo`.
pub mod choreo_definitions {
    pub use super::choreo_activities::*;
}

/// The same for queue `product`.
pub mod product_definitions {
    pub use super::product_activities::*;
}
