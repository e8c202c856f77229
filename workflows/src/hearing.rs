//! Hearing a song once, when it is uploaded, so that its waveform and beats can be shown.

#![expect(missing_docs, reason = "the macros make constants without comments")]

use crate::contract::{AudioActivities, ConcludeHearingInput, HearingInput, PreprocessInput, SONG, STAGE};
use crate::options;
use crate::stop::Stop;
use eightcount_domain::GridCorrection;
use temporalio_macros::{workflow, workflow_methods};
use temporalio_workflow::{WorkflowCancellationToken, WorkflowContext, WorkflowContextView, WorkflowResult};

/// The hearing workflow; its id is `song:{song}`.
#[workflow]
pub struct HearingWorkflow {
    input: HearingInput,
}

#[workflow_methods]
impl HearingWorkflow {
    #[init]
    fn new(_ctx: &WorkflowContextView, input: HearingInput) -> Self {
        Self { input }
    }

    /// Preprocesses the song without a section, and records on the song how that ended.
    #[run(name = "hearing")]
    pub async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        let song = ctx.state(|w| w.input.song.clone());
        ctx.upsert_search_attributes([
            STAGE.value_set("hearing".to_owned()),
            SONG.value_set(song.to_string()),
        ]);
        ctx.set_current_details("hearing the song: loudness, beats, waveform");
        let input =
            PreprocessInput { song: song.clone(), correction: GridCorrection::default(), section: None };
        let options = options::PREPROCESS.options("hear the song".to_owned(), &ctx.cancellation_token());
        let heard =
            ctx.execute_activity(AudioActivities::preprocess, input, options).await.map_err(Stop::from);
        let failure = heard.as_ref().err().map(|stop| stop.code());
        // Detached: a cancelled hearing must be recorded too.
        let conclude = options::CONCLUDE_HEARING
            .options("record how the hearing ended".to_owned(), &WorkflowCancellationToken::new());
        ctx.execute_activity(
            AudioActivities::conclude_hearing,
            ConcludeHearingInput { song, failure },
            conclude,
        )
        .await?;
        let ended = failure.map_or_else(|| "ready".to_owned(), |code| code.to_string());
        ctx.upsert_search_attributes([STAGE.value_set(ended)]);
        heard.map(|_| ()).map_err(Stop::termination)
    }
}
