//! Everything that crosses Temporal: inputs, outputs, messages, activity definitions, search attributes.
//!
//! Only ids, hashes and small facts: every payload stays under 64 KiB. Failures travel as the text of a
//! [`eightcount_domain::FailureCode`]: as the type of an activity's failure, as the message of a refused update.

mod activities;
mod amplitude;
mod clustering;
mod cross_edit;
mod extra;
mod ingest;
mod messages;
mod preprocess;
mod publish;
mod queues;
mod search_attributes;
mod seen_cuts;
mod suggestion;
mod take;

pub use activities::{
    AudioActivities, ChoreoActivities, ProductActivities, audio_definitions, choreo_definitions,
    product_definitions,
};
pub use amplitude::{Heard, HeardSection, SectionInput};
pub use clustering::{AnalysedSection, Clustered};
pub use cross_edit::{CrossEditInput, CrossEdited, SoundInput};
pub use extra::{ExtraOrder, MakeExtraInput};
pub use ingest::{
    ANALYSIS, Conformed, DescribeInput, Described, DiscardInput, HearPerformanceInput, HeardPerformance,
    IngestInput, IngestPhase, IngestProgress, PublishPerformanceInput, Published, ScreenInput, Screened,
    WATCHED_PERCENT, Watched,
};
pub use messages::{Auto, Receipt, Reroll, SelectStep, Unselect};
pub use preprocess::{ConcludeHearingInput, CorrectGridInput, HearingInput, PreprocessInput, Preprocessed};
pub use publish::ChoreographyInput;
pub use queues::{AUDIO, CHOREO, PRODUCT, Queue};
pub use search_attributes::{KNOWN as SEARCH_ATTRIBUTES, OWNER, PROGRESS, SONG, STAGE};
pub use seen_cuts::{CutFrame, LOOKING, SeeCutsInput, SeenBy, SeenCut};
pub use suggestion::{
    Chosen, Offer, PlanDanceInput, PlanTakeInput, PlannedDance, Sound, SuggestInput, Suggested,
};
pub use take::{RenderPreviewsInput, RenderTakeInput, Rendered};
