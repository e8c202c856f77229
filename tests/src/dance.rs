//! One choreography over HTTP, as a client makes it.

use crate::{
    http::{Answer, Http},
    wait::until,
};
use anyhow::{Context, Result, ensure};
use eightcount_domain::{
    ChoreographyId, ChoreographyOptions, ChoreographyState, Section, SongId, StageName, StageState, StepId,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::time::Duration;

/// What a change may take on a busy machine.
const SOON: Duration = Duration::from_secs(120);

/// What to dance.
#[derive(Clone, Debug, Serialize)]
pub struct Start {
    /// The song.
    pub song: SongId,
    /// Which part of it.
    pub section: Section,
    /// What the product is like.
    pub options: ChoreographyOptions,
}

/// The candidates of an eight.
#[derive(Clone, Debug, Deserialize)]
pub struct Candidates {
    /// The revision on which one is selected.
    pub revision: u32,
    /// Best first.
    pub candidates: Vec<CandidateFacts>,
    /// The next re-roll starts over.
    pub exhausted: bool,
}

/// A candidate.
#[derive(Clone, Debug, Deserialize)]
pub struct CandidateFacts {
    /// The step.
    pub step: StepId,
    /// 0 to 1.
    pub score: f32,
    /// Why it is offered.
    pub reasons: Vec<String>,
    /// Whose.
    pub performance_title: String,
    /// The take.
    pub preview_url: String,
    /// The take is there.
    pub preview_ready: bool,
}

/// The answer to a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Receipt {
    /// Accepted changes.
    pub revision: u32,
    /// Visible changes.
    pub version: u64,
}

/// A running choreography.
#[derive(Clone, Debug)]
pub struct Dance {
    /// Speaks to the instance it runs in.
    pub http: Http,
    /// Its id.
    pub id: ChoreographyId,
    /// Outages are waited out, as `Retry-After` asks; otherwise every refusal is an error.
    patient: bool,
}

impl Dance {
    /// Starts one.
    pub async fn start(http: &Http, start: &Start) -> Result<Self> {
        let state: ChoreographyState = http.post("/api/choreographies", start).await?.json()?;
        Ok(Self { http: http.clone(), id: state.id, patient: false })
    }

    /// The same choreography, seen by a client that waits for outages to pass.
    #[must_use]
    pub fn patient(self, http: &Http) -> Self {
        Self { http: http.clone(), patient: true, ..self }
    }

    /// The address of something of it.
    pub fn path(&self, rest: &str) -> String {
        format!("/api/choreographies/{}{rest}", self.id)
    }

    /// Id of the workflow that carries it.
    pub fn workflow_id(&self) -> String {
        self.id.workflow_id()
    }

    /// Its state.
    pub async fn state(&self) -> Result<ChoreographyState> {
        self.answered("the state", async || self.http.get(&self.path("")).await).await?.json()
    }

    /// The candidates of an eight, once they are found.
    pub async fn candidates(&self, eight: usize) -> Result<Candidates> {
        let path = self.path(&format!("/eights/{eight}/candidates"));
        until(&format!("candidates of eight {eight}"), SOON, async || {
            let answer = self.answered("candidates", async || self.http.get(&path).await).await?;
            if answer.status == 409 && answer.problem()?.code == "not_ready_yet" {
                return Ok(None);
            }
            answer.json().map(Some)
        })
        .await
    }

    /// Selects a step on a revision; whatever is answered.
    pub async fn select(&self, eight: usize, step: &StepId, revision: u32) -> Result<Answer> {
        let path = self.path(&format!("/eights/{eight}/selection"));
        self.http.put(&path, &json!({ "step": step.to_string(), "revision": revision })).await
    }

    /// Waits until an eight is open, and selects a step for it that was offered.
    pub async fn choose(&self, eight: usize, step: &StepId) -> Result<Receipt> {
        let offered = self.candidates(eight).await?;
        ensure!(
            offered.candidates.iter().any(|candidate| candidate.step == *step),
            "{step} was not offered for eight {eight}: {:?}",
            offered.candidates.iter().map(|candidate| candidate.step.to_string()).collect::<Vec<_>>()
        );
        let select = async || self.select(eight, step, offered.revision).await;
        self.answered("a selection", select).await?.json()
    }

    /// Selects the best candidate of an eight.
    pub async fn choose_best(&self, eight: usize) -> Result<StepId> {
        let best = self.candidates(eight).await?.candidates;
        let step = best.into_iter().next().context("no candidates")?.step;
        self.choose(eight, &step).await?;
        Ok(step)
    }

    /// Asks for other candidates of an eight.
    pub async fn reroll(&self, eight: usize, revision: u32) -> Result<Receipt> {
        let path = self.path(&format!("/eights/{eight}/reroll"));
        self.http.post(&path, &json!({ "revision": revision })).await?.json()
    }

    /// Waits for a state.
    pub async fn until(
        &self,
        what: &str,
        holds: impl Fn(&ChoreographyState) -> bool,
    ) -> Result<ChoreographyState> {
        let mut last = None;
        let found = until(what, SOON, async || {
            let state = self.state().await?;
            let found = holds(&state).then(|| state.clone());
            last = Some(state);
            Ok(found)
        });
        let found = found.await;
        found.with_context(|| {
            format!("the last state was {}", serde_json::to_string(&last).unwrap_or_default())
        })
    }

    /// Waits for a stage that shows the present selections.
    pub async fn stage(&self, name: StageName) -> Result<StageState> {
        let state = self
            .until(&format!("stage {}", name.as_str()), |state| {
                state.stages.iter().any(|stage| stage.stage == name && !stage.outdated)
            })
            .await?;
        state.stages.into_iter().find(|stage| stage.stage == name).context("no such stage")
    }

    /// Asks until there is an answer that is no outage.
    async fn answered(&self, what: &str, ask: impl AsyncFn() -> Result<Answer>) -> Result<Answer> {
        if !self.patient {
            return ask().await;
        }
        until(what, SOON, async || {
            let answer = ask().await?;
            Ok(Some(answer).filter(|answer| ![429, 503].contains(&answer.status)))
        })
        .await
    }
}
