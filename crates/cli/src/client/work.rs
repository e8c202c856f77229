//! A choreography driven from outside: created, danced with the best candidates, waited for.

use super::{
    Api,
    progress::Line,
    uploads::{code_of, patient},
    wire::{Candidates, Receipt, Report},
};
use crate::exit;
use anyhow::{Context, bail};
use eightcount_domain::{
    ChoreographyId, ChoreographyOptions, ChoreographyState, ChoreographyStatus, FailureCode, Section, SongId,
    StageName, TakeKey,
};
use reqwest::Method;
use serde_json::json;
use std::{path::Path, time::Duration};

/// How often the state is asked for.
const ASK_EVERY: Duration = Duration::from_millis(200);

/// One choreography.
#[derive(Clone, Debug)]
pub struct Work {
    api: Api,
    id: ChoreographyId,
}

impl Work {
    /// Starts one, without previews: nobody will look at them.
    pub async fn create(api: &Api, song: &SongId, section: Section) -> anyhow::Result<Self> {
        let options = ChoreographyOptions { previews: false, ..ChoreographyOptions::default() };
        let wish = json!({ "song": song, "section": section, "options": options });
        let state: ChoreographyState = api.send_json(Method::POST, "/api/choreographies", &wish).await?;
        Ok(Self { api: api.clone(), id: state.id })
    }

    /// Selects the best candidate for each eight in order, and waits for the product.
    pub async fn dance(&self, line: &mut Line) -> anyhow::Result<ChoreographyState> {
        line.at("hearing the section", 0);
        let cut = self.wait(line, |state| !state.eights.is_empty() && state.open_eight.is_some()).await?;
        let count = cut.eights.len();
        for eight in 0..count {
            let who = self.select_best(eight).await?;
            line.at(&format!("eight {} of {count}: {who}", eight + 1), ((eight + 1) * 90 / count) as u8);
        }
        line.at("cross-editing", 90);
        let state = self.wait(line, has_product).await?;
        line.done("danced");
        Ok(state)
    }

    /// Gives the title of the performance that was chosen.
    async fn select_best(&self, eight: usize) -> anyhow::Result<String> {
        let path = format!("/api/choreographies/{}/eights/{eight}", self.id);
        for _ in 0..20 {
            let offer: Candidates = self.offer(&path).await?;
            let best = offer.candidates.first().ok_or_else(|| {
                exit::refused("the library has no step left for this eight: ingest more performances")
            })?;
            let wish = json!({ "step": best.step, "revision": offer.revision });
            let told: anyhow::Result<Receipt> =
                self.api.send_json(Method::PUT, &format!("{path}/selection"), &wish).await;
            match told {
                Ok(receipt) => {
                    tracing::debug!(eight, step = %best.step, score = best.score, revision = receipt.revision, "selected");
                    return Ok(best.performance_title.clone());
                }
                // Someone else changed the choreography, or a newer answer replaced this one: look again.
                Err(error)
                    if matches!(
                        code_of(&error),
                        Some(
                            FailureCode::StaleRevision
                                | FailureCode::StepNotOffered
                                | FailureCode::Busy
                                | FailureCode::Unavailable
                        )
                    ) => {}
                Err(error) => return Err(error),
            }
            tokio::time::sleep(ASK_EVERY).await;
        }
        bail!("eight {eight} could not be selected")
    }

    /// The candidates, once there are some.
    async fn offer(&self, path: &str) -> anyhow::Result<Candidates> {
        loop {
            match self.api.get(&format!("{path}/candidates")).await {
                Err(error)
                    if matches!(
                        code_of(&error),
                        Some(FailureCode::NotReadyYet | FailureCode::EightNotOpen)
                    ) =>
                {
                    // A failed choreography would never be ready.
                    self.alive().await?;
                    tokio::time::sleep(ASK_EVERY / 4).await;
                }
                Err(error) if matches!(code_of(&error), Some(FailureCode::ChoreographyFinished)) => {
                    self.alive().await?;
                    return Err(error);
                }
                answer => return answer,
            }
        }
    }

    async fn alive(&self) -> anyhow::Result<ChoreographyState> {
        let path = format!("/api/choreographies/{}", self.id);
        let state: ChoreographyState = patient(|| self.api.get(&path)).await?;
        match state.status {
            ChoreographyStatus::Failed => {
                let code = state.failure.unwrap_or(FailureCode::Internal);
                Err(exit::refused(format!("the choreography failed: {code}")))
            }
            ChoreographyStatus::Cancelled => bail!("the choreography was cancelled"),
            _ => Ok(state),
        }
    }

    async fn wait(
        &self,
        line: &mut Line,
        until: impl Fn(&ChoreographyState) -> bool,
    ) -> anyhow::Result<ChoreographyState> {
        loop {
            let state = self.alive().await?;
            if until(&state) {
                return Ok(state);
            }
            if state.progress_percent == 100 {
                let rendered =
                    state.eights.iter().flat_map(|eight| &eight.selection).filter(|s| s.rendered).count();
                let share = rendered * 10 / state.eights.len().max(1);
                line.at("cross-editing", 90 + share.min(9) as u8);
            }
            tokio::time::sleep(ASK_EVERY).await;
        }
    }

    /// The product, into a file.
    pub async fn download_product(&self, file: &Path) -> anyhow::Result<()> {
        let path = format!("/api/choreographies/{}/product", self.id);
        self.api.download(&path, file).await.context("downloading the product")
    }

    /// A stage, into a file; false when it was never made (a short section has fewer).
    pub async fn download_stage(
        &self,
        state: &ChoreographyState,
        stage: StageName,
        file: &Path,
    ) -> anyhow::Result<bool> {
        if !state.stages.iter().any(|made| made.stage == stage) {
            return Ok(false);
        }
        let path = format!("/api/choreographies/{}/stages/{}", self.id, stage.as_str());
        self.api
            .download(&path, file)
            .await
            .with_context(|| format!("downloading stage {}", stage.as_str()))?;
        Ok(true)
    }

    /// A take, into a file.
    pub async fn download_take(&self, take: &TakeKey, file: &Path) -> anyhow::Result<()> {
        self.api.download(&format!("/api/takes/{take}"), file).await.context("downloading a take")
    }

    /// What the product is made of.
    pub async fn report(&self) -> anyhow::Result<Report> {
        let path = format!("/api/choreographies/{}/report", self.id);
        patient(|| self.api.get(&path)).await
    }

    /// Nothing changes any more.
    pub async fn finish(&self) -> anyhow::Result<()> {
        let path = format!("/api/choreographies/{}/finish", self.id);
        let done: anyhow::Result<Receipt> = self.api.send_json(Method::POST, &path, &json!({})).await;
        match done {
            Err(error) if code_of(&error) == Some(FailureCode::ChoreographyFinished) => Ok(()),
            answer => answer.map(drop),
        }
    }
}

fn has_product(state: &ChoreographyState) -> bool {
    let ready = |stage: StageName| state.stages.iter().any(|made| made.stage == stage && !made.outdated);
    state.progress_percent == 100 && StageName::ALL.into_iter().all(ready)
}
