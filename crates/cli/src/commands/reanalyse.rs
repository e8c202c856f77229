//! `eightcount reanalyse`: performances whose steps an older release made, analysed again without a new upload.

use crate::output::say;
use crate::{
    args::ReanalyseArgs,
    client::{
        self, Api, Progress, patient,
        wire::{Analysis, PerformanceItem},
    },
    exit,
};
use eightcount_domain::PerformanceStatus;
use reqwest::Method;
use serde_json::json;
use std::time::Duration;

/// How often the analysis is asked for.
const ASK_EVERY: Duration = Duration::from_millis(500);

/// Analyses those that are named, or all that an older release analysed.
pub async fn run(args: ReanalyseArgs) -> anyhow::Result<()> {
    let progress = Progress::new();
    let work = async |api: Api| {
        let known = client::library(&api).await?;
        let published = known.into_iter().filter(|one| one.status == PerformanceStatus::Published);
        let wanted = |one: &PerformanceItem| {
            args.performances.is_empty()
                || args.performances.iter().any(|id| one.id.as_str().starts_with(id.as_str()))
        };
        let mut analysed = 0;
        for one in published.filter(wanted) {
            analysed += u32::from(again(&api, &one, args.force, &progress).await?);
        }
        Ok(analysed)
    };
    let analysed = client::with_instance(&args.instance, &progress, work).await?;
    say!("{analysed} analysed again");
    Ok(())
}

/// One after the other: each keeps all cores busy. False where there was nothing to do.
async fn again(api: &Api, one: &PerformanceItem, force: bool, progress: &Progress) -> anyhow::Result<bool> {
    let mut line = progress.line(&one.title);
    let path = format!("/api/performances/{}/analysis", one.id);
    let wish = format!("{path}?force={force}");
    let nothing = json!({});
    let begun: Analysis = patient(|| api.send_json(Method::POST, &wish, &nothing)).await?;
    if !force && begun.progress.is_none() && begun.made_by == begun.latest {
        line.done("up to date");
        return Ok(false);
    }
    loop {
        let now: Analysis = patient(|| api.get(&path)).await?;
        match &now.progress {
            Some(at) if at.phase == "published" => {
                line.done(&format!("{} steps", now.steps));
                return Ok(true);
            }
            Some(at) if at.phase == "failed" => {
                return Err(exit::refused(format!(
                    "{}: the analysis failed; its steps are as before",
                    one.title
                )));
            }
            Some(at) => line.at(&at.phase, at.percent),
            None => line.at("waiting", 0),
        }
        tokio::time::sleep(ASK_EVERY).await;
    }
}
