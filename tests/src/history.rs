//! Workflow histories, as the Temporal CLI prints them.

use crate::{instance::Instance, programs};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::{env, fs, path::Path, process::Command};
use temporalio_client::{
    Client, ClientOptions, Connection, ConnectionOptions, UntypedWorkflow, Url, WorkflowFetchHistoryOptions,
};

/// Where to write histories that the replay tests keep; see `workflows/tests/replay.rs`.
const KEEP_IN: &str = "EIGHTCOUNT_KEEP_HISTORIES";

/// What happened to one workflow.
#[derive(Clone, Debug)]
pub struct History {
    /// Its events, in order.
    pub events: Vec<Value>,
    /// What the server counts of it, bytes.
    pub bytes: u64,
}

/// A payload of a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// Type of its event.
    pub event: String,
    /// Bytes of its data.
    pub bytes: usize,
}

impl History {
    /// All events of a workflow's newest run.
    pub fn of(instance: &Instance, workflow_id: &str) -> Result<Self> {
        let printed = temporal(
            instance,
            &["workflow", "show", "--workflow-id", workflow_id, "--no-json-shorthand-payloads"],
        )?;
        let whole: Value = serde_json::from_slice(&printed).context("reading a history")?;
        let events = whole["events"].as_array().context("a history without events")?.clone();
        let printed = temporal(instance, &["workflow", "describe", "--workflow-id", workflow_id])?;
        let facts: Value = serde_json::from_slice(&printed).context("reading a description")?;
        let bytes = facts["workflowExecutionInfo"]["historySizeBytes"].as_str();
        let bytes = bytes.and_then(|bytes| bytes.parse().ok()).context("a history without a size")?;
        Ok(Self { events, bytes })
    }

    /// How many events of a type there are, for example `WORKFLOW_EXECUTION_UPDATE_ACCEPTED`.
    pub fn count(&self, kind: &str) -> usize {
        let name = format!("EVENT_TYPE_{kind}");
        self.events.iter().filter(|event| event["eventType"] == name).count()
    }

    /// How often an activity was scheduled.
    pub fn scheduled(&self, activity: &str) -> usize {
        let named = |event: &&Value| {
            let name = &event["activityTaskScheduledEventAttributes"]["activityType"]["name"];
            name.as_str().is_some_and(|name| name == activity)
        };
        self.events.iter().filter(named).count()
    }

    /// The largest payload.
    pub fn largest_payload(&self) -> Option<Payload> {
        let of_event = |event: &Value| {
            let mut sizes = Vec::new();
            payload_sizes(event, &mut sizes);
            let kind = event["eventType"].as_str().unwrap_or_default().to_owned();
            sizes.into_iter().map(move |bytes| Payload { event: kind.clone(), bytes })
        };
        self.events.iter().flat_map(of_event).max_by_key(|payload| payload.bytes)
    }
}

/// What the heartbeats of a workflow's activities told last, as Temporal's command line prints it.
pub fn heartbeats(instance: &Instance, workflow_id: &str) -> Result<Vec<Value>> {
    let printed = temporal(instance, &["workflow", "describe", "--workflow-id", workflow_id])?;
    let facts: Value = serde_json::from_slice(&printed).context("reading a description")?;
    let pending = facts["pendingActivities"].as_array().into_iter().flatten();
    Ok(pending.flat_map(|one| one["heartbeatDetails"].as_array().into_iter().flatten().cloned()).collect())
}

/// Writes a workflow's history for the replay tests when that is asked for, in the form in which the SDK reads it. Who
/// worked on it is left out: those are names of processes and machines.
pub async fn keep_history(instance: &Instance, workflow_id: &str, name: &str) -> Result<()> {
    let Some(folder) = env::var_os(KEEP_IN) else { return Ok(()) };
    let url = Url::parse(&format!("http://{}", instance.temporal_address()))?;
    let connection = Connection::connect(ConnectionOptions::new(url).build()).await?;
    let client = Client::new(connection, ClientOptions::new("default").build())?;
    let handle = client.get_workflow_handle::<UntypedWorkflow>(workflow_id);
    let history = handle.fetch_history(WorkflowFetchHistoryOptions::default());
    let mut whole: Value = serde_json::from_slice(&history.to_json().await?)?;
    anonymise(&mut whole);
    let events = whole["events"].as_array().context("a history without events")?;
    let lines: Vec<String> = events.iter().map(Value::to_string).collect();
    let file = Path::new(&folder).join(format!("{name}.json"));
    fs::write(&file, format!("{{\"events\":[\n{}\n]}}\n", lines.join(",\n")))
        .with_context(|| format!("writing {}", file.display()))
}

/// Ids of all workflows that a query finds, in the order of their names.
pub fn workflow_ids(instance: &Instance, query: &str) -> Result<Vec<String>> {
    let printed = temporal(instance, &["workflow", "list", "--limit", "1000", "--query", query])?;
    let listed: Value = serde_json::from_slice(&printed).context("reading a list of workflows")?;
    let ids = listed.as_array().into_iter().flatten();
    let mut ids: Vec<String> =
        ids.filter_map(|one| Some(one["execution"]["workflowId"].as_str()?.to_owned())).collect();
    ids.sort_unstable();
    Ok(ids)
}

/// Sends a signal to a workflow.
pub async fn signal(instance: &Instance, workflow_id: &str, name: &str, input: &str) -> Result<()> {
    let mut command = tokio::process::Command::new(programs::temporal()?);
    command.args(["workflow", "signal", "--workflow-id", workflow_id, "--name", name, "--input", input]);
    command.args(["--address", instance.temporal_address(), "--disable-config-file"]);
    let done = command.output().await.context("running the Temporal CLI")?;
    ensure!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    Ok(())
}

/// Runs the Temporal CLI against an instance.
pub(crate) fn temporal(instance: &Instance, arguments: &[&str]) -> Result<Vec<u8>> {
    let mut command = Command::new(programs::temporal()?);
    command.args(arguments).args(["--address", instance.temporal_address()]);
    command.args(["--output", "json", "--disable-config-file"]);
    programs::output(&mut command)
}

/// A payload is an object with metadata, and data in base64.
fn payload_sizes(value: &Value, sizes: &mut Vec<usize>) {
    match value {
        Value::Object(fields) => {
            if fields.get("metadata").is_some_and(|metadata| metadata.get("encoding").is_some()) {
                let data = fields.get("data").and_then(Value::as_str).unwrap_or_default();
                sizes.push(data.trim_end_matches('=').len() * 3 / 4);
            }
            fields.values().for_each(|field| payload_sizes(field, sizes));
        }
        Value::Array(items) => items.iter().for_each(|item| payload_sizes(item, sizes)),
        _ => {}
    }
}

fn anonymise(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                if name == "identity" {
                    *field = "worker".into();
                } else {
                    anonymise(field);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(anonymise),
        _ => {}
    }
}
