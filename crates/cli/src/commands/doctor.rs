//! `eightcount doctor`: is everything here that the service needs?

use crate::output::say;
use crate::{
    args::DoctorArgs,
    config::{Addresses, ServerArgs},
    embedded::Instance,
    exit, programs, service, temporal,
};
use eightcount_media::Tools;
use eightcount_storage::PartHealth;
use serde::Serialize;
use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use tokio::time::timeout;

/// Room that songs, mezzanines and takes need to be comfortable.
const DISK_WANTED_BYTES: u64 = 2_000_000_000;
/// Longest wait for one connection.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Ok,
    /// Works, but look at it.
    Warning,
    Missing,
}

#[derive(Clone, Debug, Serialize)]
struct Check {
    name: &'static str,
    verdict: Verdict,
    detail: String,
}

#[derive(Serialize)]
struct Diagnosis {
    healthy: bool,
    checks: Vec<Check>,
}

impl Check {
    fn of(name: &'static str, found: Result<String, String>) -> Self {
        match found {
            Ok(detail) => Self { name, verdict: Verdict::Ok, detail },
            Err(detail) => Self { name, verdict: Verdict::Missing, detail },
        }
    }
}

/// Checks all, prints it, and fails when something is missing.
pub async fn run(args: DoctorArgs) -> anyhow::Result<()> {
    let mut checks = tools(&args.servers);
    let folder = data_folder(&args.data.folder);
    let usable = folder.iter().all(|check| check.verdict != Verdict::Missing);
    checks.extend(folder);
    checks.extend(connections(&args.data.folder, &args.servers, usable).await?);
    let healthy = checks.iter().all(|check| check.verdict != Verdict::Missing);
    let diagnosis = Diagnosis { healthy, checks };
    if args.json {
        say!("{}", serde_json::to_string_pretty(&diagnosis)?);
    } else {
        print(&diagnosis);
    }
    if healthy { Ok(()) } else { Err(exit::missing("something is missing")) }
}

fn print(diagnosis: &Diagnosis) {
    for check in &diagnosis.checks {
        let mark = match check.verdict {
            Verdict::Ok => "ok     ",
            Verdict::Warning => "warning",
            Verdict::Missing => "MISSING",
        };
        say!("{mark}  {:16} {}", check.name, check.detail);
    }
}

fn tools(servers: &ServerArgs) -> Vec<Check> {
    let mut checks = match Tools::find() {
        Ok(tools) => [tools.ffmpeg, tools.ffprobe]
            .map(|tool| Check::of(tool.name, Ok(format!("{} ({})", tool.version, tool.path.display()))))
            .to_vec(),
        Err(error) => vec![Check::of(error.name, Err(format!("{error}: {}", error.source)))],
    };
    if servers.redis_url.is_none() {
        checks.push(program("redis-server", programs::redis_server(), "apt-get install redis-server"));
    }
    if servers.temporal_address.is_none() {
        checks.push(program(
            "temporal",
            programs::temporal(),
            "scripts/setup, or https://docs.temporal.io/cli",
        ));
    }
    checks
}

fn program(name: &'static str, path: Option<PathBuf>, remedy: &str) -> Check {
    let Some(path) = path else { return Check::of(name, Err(format!("not found; get it with: {remedy}"))) };
    let answer = Command::new(&path).arg("--version").output();
    Check::of(
        name,
        match answer {
            Ok(output) if output.status.success() => {
                let text = String::from_utf8_lossy(&output.stdout);
                Ok(format!("{} ({})", text.lines().next().unwrap_or_default().trim(), path.display()))
            }
            Ok(output) => Err(format!("{} ended with {}", path.display(), output.status)),
            Err(error) => Err(format!("{} does not run: {error}", path.display())),
        },
    )
}

/// Can it be written, and is there room?
fn data_folder(data: &Path) -> Vec<Check> {
    // What does not exist yet will be made: its nearest existing ancestor tells.
    let absolute = std::path::absolute(data).unwrap_or_else(|_| data.to_owned());
    let Some(existing) = absolute.ancestors().find(|folder| folder.exists()) else {
        return vec![Check::of("data folder", Err(format!("{} has no place", absolute.display())))];
    };
    let probe = tempfile::Builder::new().prefix(".doctor").tempfile_in(existing);
    let written = match probe {
        Ok(_) => Ok(format!("{} can be written", absolute.display())),
        Err(error) => Err(format!("{} cannot be written: {error}", existing.display())),
    };
    let mut checks = vec![Check::of("data folder", written)];
    if let Ok(disk) = rustix::fs::statvfs(existing) {
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        let detail = format!("{:.1} GB free", free as f64 / 1e9);
        let verdict = if free < DISK_WANTED_BYTES { Verdict::Warning } else { Verdict::Ok };
        checks.push(Check { name: "disk", verdict, detail });
    }
    checks
}

/// Every server and store that is configured, or belongs to a running instance.
async fn connections(data: &Path, servers: &ServerArgs, folder_usable: bool) -> anyhow::Result<Vec<Check>> {
    let mut checks = Vec::new();
    let running = Instance::running(data);
    if let Some(instance) = &running {
        checks.push(Check::of("instance", Ok(format!("process {} at {}", instance.pid, instance.api_url))));
    }
    let temporal = servers.temporal_address.clone().or(running.as_ref().map(|i| i.temporal_address.clone()));
    if let Some(address) = &temporal {
        let answer = timeout(ANSWER_WITHIN, temporal::check(address, &servers.temporal_namespace)).await;
        let answer = answer.unwrap_or_else(|_| Err(exit::missing("no answer in time")));
        checks.push(Check::of(
            "temporal server",
            match answer {
                Ok(()) => Ok(format!("{address}, namespace {}", servers.temporal_namespace)),
                Err(error) => Err(format!("{error:#}")),
            },
        ));
    }
    let redis = servers.redis_url.clone().or(running.and_then(|i| i.redis_url));
    let own_stores = data.join("choreo.db").exists() || servers.names_a_store();
    if own_stores && folder_usable {
        let addresses = servers.addresses(data, temporal.unwrap_or_default(), redis)?;
        checks.extend(stores(&addresses).await);
    }
    Ok(checks)
}

async fn stores(addresses: &Addresses) -> Vec<Check> {
    let looked = timeout(ANSWER_WITHIN, async {
        let storage = service::open_storage(addresses).await?;
        anyhow::Ok(storage.health().await)
    });
    let health = match looked.await {
        Ok(Ok(health)) => health,
        Ok(Err(error)) => return vec![Check::of("stores", Err(format!("{error:#}")))],
        Err(_) => return vec![Check::of("stores", Err("no answer in time".to_owned()))],
    };
    let parts = health.parts().into_iter();
    parts
        .filter_map(|(name, part)| {
            let (verdict, detail) = match part {
                PartHealth::Up { version, latency } => {
                    (Verdict::Ok, format!("{version}, {:.1} ms", latency.as_secs_f64() * 1e3))
                }
                // Without the shared view the service is slower, not wrong.
                PartHealth::Down { reason } if name == "shared" => (Verdict::Warning, reason.clone()),
                PartHealth::Down { reason } => (Verdict::Missing, reason.clone()),
                PartHealth::Absent => return None,
            };
            let name = match name {
                "audio" => "audio database",
                "choreo" => "choreo database",
                "product" => "product database",
                "shared" => "redis",
                other => other,
            };
            Some(Check { name, verdict, detail })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_folder_that_cannot_be_made_is_told() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let inside_a_file = file.path().join("data");
        assert_eq!(data_folder(&inside_a_file)[0].verdict, Verdict::Missing);
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(data_folder(&folder.path().join("not/yet/there"))[0].verdict, Verdict::Ok);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_program_that_is_not_there_is_missing_with_its_remedy() {
        let check = program("temporal", None, "scripts/setup");
        assert_eq!(check.verdict, Verdict::Missing);
        assert!(check.detail.contains("scripts/setup"));
    }
}
