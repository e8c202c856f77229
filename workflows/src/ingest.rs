//! A performance becomes steps: watch (and conform meanwhile), hear, describe, and publish all at once.

#![expect(missing_docs, reason = "the macros make constants without comments")]

use crate::contract::{
    AudioActivities, ChoreoActivities, DescribeInput, DiscardInput, HearPerformanceInput, IngestInput,
    IngestPhase, IngestProgress, OWNER, PROGRESS, PublishPerformanceInput, STAGE, WATCHED_PERCENT,
};
use crate::options;
use crate::stop::Stop;
use eightcount_domain::{BlobHash, FailureCode};
use temporalio_macros::{workflow, workflow_methods};
use temporalio_workflow::workflows::select;
use temporalio_workflow::{
    SyncWorkflowContext, WorkflowCancellationToken, WorkflowContext, WorkflowContextView, WorkflowResult,
};

type Ctx = WorkflowContext<IngestWorkflow>;

/// The ingest workflow; its id is `ingest:{performance}`.
#[workflow]
pub struct IngestWorkflow {
    input: IngestInput,
    phase: IngestPhase,
    made: Vec<BlobHash>,
    failure: Option<FailureCode>,
    steps: u32,
    cancel_wanted: bool,
}

#[workflow_methods]
impl IngestWorkflow {
    #[init]
    fn new(_ctx: &WorkflowContextView, input: IngestInput) -> Self {
        Self {
            input,
            phase: IngestPhase::Watching,
            made: Vec::new(),
            failure: None,
            steps: 0,
            cancel_wanted: false,
        }
    }

    /// Publishes the performance's steps, or removes everything that was made of it.
    #[run(name = "ingest")]
    pub async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<IngestProgress> {
        let ctx = &*ctx;
        let work = ctx.cancellation_token().child_token();
        let mut ingest = Box::pin(futures::FutureExt::fuse(ingest(ctx, &work)));
        let end = select! {
            end = ingest => end,
            _ = ctx.wait_condition(|w| w.cancel_wanted) => Err(Stop::Cancelled),
        };
        work.cancel();
        let Err(stop) = end else { return Ok(ctx.state(IngestWorkflow::view)) };
        ctx.state_mut(|w| w.failure = Some(stop.code()));
        enter(ctx, IngestPhase::Failed);
        discard(ctx, stop).await?;
        Err(stop.termination())
    }

    /// Stops the ingest and forgets the performance.
    #[signal(name = "cancel")]
    pub fn cancel(&mut self, _ctx: &mut SyncWorkflowContext<Self>, _nothing: ()) {
        self.cancel_wanted = true;
    }

    /// How far it is.
    #[query(name = "progress")]
    pub fn progress(&self, _ctx: &WorkflowContextView) -> IngestProgress {
        self.view()
    }
}

impl IngestWorkflow {
    fn view(&self) -> IngestProgress {
        let percent = match self.phase {
            IngestPhase::Watching | IngestPhase::Failed => 0,
            IngestPhase::Hearing => WATCHED_PERCENT,
            IngestPhase::Publishing => 95,
            IngestPhase::Published => 100,
        };
        IngestProgress { phase: self.phase, percent, failure: self.failure, steps: self.steps }
    }
}

async fn ingest(ctx: &Ctx, work: &WorkflowCancellationToken) -> Result<(), Stop> {
    let input = ctx.state(|w| w.input.clone());
    enter(ctx, IngestPhase::Watching);
    let options = options::WATCH.options("the mezzanine, people and movement".to_owned(), work);
    let watched = ctx.execute_activity(ChoreoActivities::watch, input.clone(), options).await?;
    made(ctx, [&watched.conformed.mezzanine, &watched.sights, &watched.small]);

    enter(ctx, IngestPhase::Hearing);
    let options = options::HEAR_PERFORMANCE.options("beats and eights".to_owned(), work);
    let hear = HearPerformanceInput { watched: watched.clone() };
    let heard = ctx.execute_activity(AudioActivities::hear_performance, hear, options).await?;
    made(ctx, [&heard.eights]);

    enter(ctx, IngestPhase::Publishing);
    let options = options::DESCRIBE.options(format!("poses and pictures of {} eights", heard.count), work);
    let describe = DescribeInput { watched: watched.clone(), heard: heard.clone() };
    let described = ctx.execute_activity(ChoreoActivities::describe, describe, options).await?;
    made(ctx, [&described.steps]);
    let options = options::PUBLISH_PERFORMANCE.options("put the steps into the library".to_owned(), work);
    let (performance, conformed) = (input.performance, watched.conformed);
    let publish = PublishPerformanceInput { performance, conformed, heard, described };
    let published = ctx.execute_activity(ChoreoActivities::publish_performance, publish, options).await?;
    ctx.state_mut(|w| w.steps = published.steps);
    enter(ctx, IngestPhase::Published);
    Ok(())
}

fn made<const N: usize>(ctx: &Ctx, blobs: [&BlobHash; N]) {
    ctx.state_mut(|w| w.made.extend(blobs.into_iter().cloned()));
}

/// Detached from cancellation: what was made must go in any case.
async fn discard(ctx: &Ctx, stop: Stop) -> WorkflowResult<()> {
    let input = ctx.state(|w| DiscardInput {
        performance: w.input.performance.clone(),
        made: w.made.clone(),
        failure: stop.code(),
        again: w.input.again,
    });
    let options = options::DISCARD_PERFORMANCE
        .options("remove what was made".to_owned(), &WorkflowCancellationToken::new());
    Ok(ctx.execute_activity(ChoreoActivities::discard_performance, input, options).await?)
}

fn enter(ctx: &Ctx, phase: IngestPhase) {
    ctx.state_mut(|w| w.phase = phase);
    let (view, owner) = ctx.state(|w| (w.view(), w.input.owner.clone()));
    ctx.set_current_details(format!("**{}**, {} %, {} steps", phase.as_str(), view.percent, view.steps));
    ctx.upsert_search_attributes([
        STAGE.value_set(phase.as_str().to_owned()),
        PROGRESS.value_set(i64::from(view.percent)),
        OWNER.value_set(owner),
    ]);
}
