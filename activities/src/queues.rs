//! The activities of each queue, as the worker registers them. Each only hands over to its own module.

#![expect(dead_code, reason = "the macro makes constants for callers that are workflows of the same crate")]

use crate::alive::{alive, alive_with};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::{
    amplitude, clustering, cross_edit, extra, grid, ingest, preprocess, publish, screen, seen_cuts,
    suggestion, take,
};
use eightcount_domain::{BlobHash, ChoreographyState, SongGrid, TakeKey};
use eightcount_workflows::contract::{
    Clustered, ConcludeHearingInput, CorrectGridInput, CrossEditInput, CrossEdited, DescribeInput, Described,
    DiscardInput, HearPerformanceInput, HeardPerformance, HeardSection, IngestInput, MakeExtraInput,
    PlanDanceInput, PlanTakeInput, PlannedDance, PreprocessInput, Preprocessed, PublishPerformanceInput,
    Published, RenderPreviewsInput, RenderTakeInput, Rendered, ScreenInput, Screened, SectionInput,
    SeeCutsInput, SeenCut, SoundInput, SuggestInput, Suggested, Watched, audio_definitions,
    choreo_definitions, product_definitions,
};
use std::sync::Arc;
use temporalio_macros::activities;
use temporalio_sdk::activities::{ActivityContext, ActivityError};

/// Queue `audio`.
pub(crate) struct Audio(pub(crate) Arc<Desk>);

#[activities]
impl Audio {
    #[activity(definition = audio_definitions::ScreenSong)]
    pub(crate) async fn screen_song(
        self: Arc<Self>,
        context: ActivityContext,
        input: ScreenInput,
    ) -> Result<Screened, ActivityError> {
        alive(&context, screen::song(&self.0, input)).await
    }

    #[activity(definition = audio_definitions::Preprocess)]
    pub(crate) async fn preprocess(
        self: Arc<Self>,
        context: ActivityContext,
        input: PreprocessInput,
    ) -> Result<Preprocessed, ActivityError> {
        alive(&context, preprocess::preprocess(&self.0, input)).await
    }

    #[activity(definition = audio_definitions::ConcludeHearing)]
    pub(crate) async fn conclude_hearing(
        self: Arc<Self>,
        context: ActivityContext,
        input: ConcludeHearingInput,
    ) -> Result<(), ActivityError> {
        alive(&context, preprocess::conclude(&self.0, input)).await
    }

    #[activity(definition = audio_definitions::CorrectGrid)]
    pub(crate) async fn correct_grid(
        self: Arc<Self>,
        context: ActivityContext,
        input: CorrectGridInput,
    ) -> Result<SongGrid, ActivityError> {
        alive(&context, grid::change(&self.0, input)).await
    }

    #[activity(definition = audio_definitions::Amplitude)]
    pub(crate) async fn amplitude(
        self: Arc<Self>,
        context: ActivityContext,
        input: SectionInput,
    ) -> Result<HeardSection, ActivityError> {
        alive(&context, amplitude::measure(&self.0, input)).await
    }

    #[activity(definition = audio_definitions::Clustering)]
    pub(crate) async fn clustering(
        self: Arc<Self>,
        context: ActivityContext,
        input: SectionInput,
    ) -> Result<Clustered, ActivityError> {
        alive(&context, clustering::clusters(&self.0, input)).await
    }

    #[activity(definition = audio_definitions::HearPerformance)]
    pub(crate) async fn hear_performance(
        self: Arc<Self>,
        context: ActivityContext,
        input: HearPerformanceInput,
    ) -> Result<HeardPerformance, ActivityError> {
        alive(&context, ingest::hear(&self.0, input)).await
    }
}

/// Queue `choreo`.
pub(crate) struct Choreo(pub(crate) Arc<Desk>);

#[activities]
impl Choreo {
    #[activity(definition = choreo_definitions::ScreenPerformance)]
    pub(crate) async fn screen_performance(
        self: Arc<Self>,
        context: ActivityContext,
        input: ScreenInput,
    ) -> Result<Screened, ActivityError> {
        alive(&context, screen::performance(&self.0, input)).await
    }

    #[activity(definition = choreo_definitions::Watch)]
    pub(crate) async fn watch(
        self: Arc<Self>,
        context: ActivityContext,
        input: IngestInput,
    ) -> Result<Watched, ActivityError> {
        alive_with(&context, |pulse| ingest::watch(&self.0, input, pulse)).await
    }

    #[activity(definition = choreo_definitions::Describe)]
    pub(crate) async fn describe(
        self: Arc<Self>,
        context: ActivityContext,
        input: DescribeInput,
    ) -> Result<Described, ActivityError> {
        alive(&context, ingest::describe(&self.0, input)).await
    }

    #[activity(definition = choreo_definitions::PublishPerformance)]
    pub(crate) async fn publish_performance(
        self: Arc<Self>,
        context: ActivityContext,
        input: PublishPerformanceInput,
    ) -> Result<Published, ActivityError> {
        alive(&context, ingest::publish(&self.0, input)).await
    }

    #[activity(definition = choreo_definitions::DiscardPerformance)]
    pub(crate) async fn discard_performance(
        self: Arc<Self>,
        context: ActivityContext,
        input: DiscardInput,
    ) -> Result<(), ActivityError> {
        alive(&context, ingest::discard(&self.0, input)).await
    }

    #[activity(definition = choreo_definitions::Suggest)]
    pub(crate) async fn suggest(
        self: Arc<Self>,
        context: ActivityContext,
        input: SuggestInput,
    ) -> Result<Suggested, ActivityError> {
        alive(&context, suggestion::suggest(&self.0, input)).await
    }

    #[activity(definition = choreo_definitions::PlanDance)]
    pub(crate) async fn plan_dance(
        self: Arc<Self>,
        context: ActivityContext,
        input: PlanDanceInput,
    ) -> Result<PlannedDance, ActivityError> {
        alive(&context, suggestion::plan_dance(&self.0, input)).await
    }

    #[activity(definition = choreo_definitions::PlanTake)]
    pub(crate) async fn plan_take(
        self: Arc<Self>,
        context: ActivityContext,
        input: PlanTakeInput,
    ) -> Result<TakeKey, ActivityError> {
        alive(&context, suggestion::plan(&self.0, input)).await
    }

    #[activity(definition = choreo_definitions::Publish)]
    pub(crate) async fn publish(
        self: Arc<Self>,
        _context: ActivityContext,
        input: ChoreographyState,
    ) -> Result<(), ActivityError> {
        publish::publish(&self.0, input).await.map_err(Failure::into_activity_error)
    }
}

/// Queue `product`.
pub(crate) struct Product(pub(crate) Arc<Desk>);

#[activities]
impl Product {
    #[activity(definition = product_definitions::RenderTake)]
    pub(crate) async fn render_take(
        self: Arc<Self>,
        context: ActivityContext,
        input: RenderTakeInput,
    ) -> Result<Rendered, ActivityError> {
        alive(&context, take::render(&self.0, input)).await
    }

    #[activity(definition = product_definitions::RenderPreviews)]
    pub(crate) async fn render_previews(
        self: Arc<Self>,
        context: ActivityContext,
        input: RenderPreviewsInput,
    ) -> Result<u32, ActivityError> {
        alive(&context, take::render_previews(&self.0, input)).await
    }

    #[activity(definition = product_definitions::EncodeSound)]
    pub(crate) async fn encode_sound(
        self: Arc<Self>,
        context: ActivityContext,
        input: SoundInput,
    ) -> Result<BlobHash, ActivityError> {
        alive(&context, cross_edit::encode_sound(&self.0, input)).await
    }

    #[activity(definition = product_definitions::MakeExtra)]
    pub(crate) async fn make_extra(
        self: Arc<Self>,
        context: ActivityContext,
        input: MakeExtraInput,
    ) -> Result<Rendered, ActivityError> {
        alive_with(&context, |pulse| extra::make(&self.0, input, pulse)).await
    }

    #[activity(definition = product_definitions::CrossEdit)]
    pub(crate) async fn cross_edit(
        self: Arc<Self>,
        context: ActivityContext,
        input: CrossEditInput,
    ) -> Result<CrossEdited, ActivityError> {
        alive(&context, cross_edit::cross_edit(&self.0, input)).await
    }

    #[activity(definition = product_definitions::SeeCuts)]
    pub(crate) async fn see_cuts(
        self: Arc<Self>,
        context: ActivityContext,
        input: SeeCutsInput,
    ) -> Result<Vec<SeenCut>, ActivityError> {
        alive(&context, seen_cuts::see(&self.0, input)).await
    }
}
