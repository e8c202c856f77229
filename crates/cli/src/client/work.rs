//! A choreography driven from outside: created, danced with the best candidates, waited for.

use super::{
    Api,
    progress::Line,
    uploads::{code_of, patient},
    wire::{MadeExtra, Receipt, Report},
};
use crate::exit;
use anyhow::{Context, bail};
use eightcount_domain::{
    ChoreographyId, ChoreographyOptions, ChoreographyState, ChoreographyStatus, Extra, FailureCode, Flavour,
    Section, SongId, StageName, TakeKey,
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
    pub async fn create(
        api: &Api,
        song: &SongId,
        section: Section,
        flavour: Flavour,
    ) -> anyhow::Result<Self> {
        let options = ChoreographyOptions { previews: false, flavour, ..ChoreographyOptions::default() };
        let wish = json!({ "song": song, "section": section, "options": options });
        let state: ChoreographyState = api.send_json(Method::POST, "/api/choreographies", &wish).await?;
        Ok(Self { api: api.clone(), id: state.id })
    }

    /// Has the best way through all eights chosen, and waits for the product.
    pub async fn dance(&self, line: &mut Line) -> anyhow::Result<ChoreographyState> {
        line.at("hearing the section", 0);
        let cut = self.wait(line, |state| !state.eights.is_empty() && state.open_eight.is_some()).await?;
        line.at(&format!("planning {} eights", cut.eights.len()), 10);
        self.choose_all(cut).await?;
        self.wait(line, |state| state.progress_percent == 100).await?;
        line.at("cross-editing", 90);
        let state = self.wait(line, has_product).await?;
        line.done("danced");
        Ok(state)
    }

    async fn choose_all(&self, seen: ChoreographyState) -> anyhow::Result<()> {
        let path = format!("/api/choreographies/{}/auto", self.id);
        let mut revision = seen.revision;
        for _ in 0..20 {
            let wish = json!({ "revision": revision });
            let told: anyhow::Result<Receipt> = self.api.send_json(Method::POST, &path, &wish).await;
            match told {
                Ok(receipt) => {
                    tracing::debug!(revision = receipt.revision, "the rest is being chosen");
                    return Ok(());
                }
                // Someone else changed the choreography, or the service is busy: look again.
                Err(error)
                    if matches!(
                        code_of(&error),
                        Some(FailureCode::StaleRevision | FailureCode::Busy | FailureCode::Unavailable)
                    ) => {}
                Err(error) => return Err(error),
            }
            tokio::time::sleep(ASK_EVERY).await;
            revision = self.alive().await?.revision;
        }
        bail!("the steps could not be chosen")
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

    /// An extra, once it is made, into a file.
    pub async fn download_extra(&self, extra: Extra, file: &Path, line: &mut Line) -> anyhow::Result<()> {
        let path = format!("/api/choreographies/{}/extras/{extra}", self.id);
        let nothing = json!({});
        let told = loop {
            // Asking for what is being made only tells how far it is.
            let told: MadeExtra = patient(|| self.api.send_json(Method::POST, &path, &nothing)).await?;
            if told.status == "ready" || told.failure.is_some() {
                break told;
            }
            line.at("rendering", told.progress_percent);
            tokio::time::sleep(ASK_EVERY).await;
        };
        if let Some(code) = told.failure {
            return Err(exit::refused(format!("extra {extra} could not be made: {code}")));
        }
        line.done("made");
        self.api
            .download(&format!("{path}/video"), file)
            .await
            .with_context(|| format!("downloading {extra}"))
    }

    /// A take, into a file.
    pub async fn download_take(&self, take: &TakeKey, file: &Path) -> anyhow::Result<()> {
        self.api.download(&format!("/api/takes/{take}"), file).await.context("downloading a take")
    }

    /// What the product is made of, and what its frames show at the cuts if somebody can look at them.
    pub async fn report(&self) -> anyhow::Result<Report> {
        let path = format!("/api/choreographies/{}/report", self.id);
        let planned = patient(|| self.api.get(&path)).await?;
        let asked = format!("{path}?seen=true");
        let seen: anyhow::Result<Report> = patient(|| self.api.get(&asked)).await;
        Ok(seen.unwrap_or_else(|error| {
            tracing::warn!(%error, "nobody could look at the cuts: the report tells of the plan alone");
            planned
        }))
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
