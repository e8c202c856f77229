//! The dependency table of docs/ARCHITECTURE.md as data, held against what cargo says, and what the source text of
//! some crates must never hold.

use anyhow::{Context, Result, ensure};
use cargo_metadata::{DependencyKind, MetadataCommand};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// May a crate depend on any crate from outside?
#[derive(Clone, Copy)]
enum Outside {
    /// On these alone.
    Only(&'static [&'static str]),
    /// On any but these.
    AllBut(&'static [&'static str]),
}

use Outside::{AllBut, Only};

/// One crate: which of ours it may depend on, and which of others.
struct Row {
    name: &'static str,
    ours: &'static [&'static str],
    outside: Outside,
}

const fn row(name: &'static str, ours: &'static [&'static str], outside: Outside) -> Row {
    Row { name, ours, outside }
}

/// Databases, caches, blobs: the stores' own.
const STORES: [&str; 3] = ["sqlx", "redis", "object_store"];

/// Dependencies point one way.
const TABLE: &[Row] = &[
    // The words: serde alone, and a description for the API.
    row("domain", &[], Only(&["serde", "utoipa"])),
    // Pure: the words and mathematics.
    row("audio", &["domain"], Only(&["serde", "thiserror", "realfft", "rubato", "kodama", "aubio-rs"])),
    row("choreo", &["domain"], Only(&["serde", "thiserror"])),
    // Reads and writes the files it is handed, and knows of nothing else.
    row("mp4", &[], Only(&["thiserror"])),
    row("edit", &["domain"], Only(&["serde", "serde_json", "thiserror", "sha2", "hex"])),
    // Deterministic: no runtime, no client, no worker, no store.
    row(
        "workflows",
        &["domain"],
        Only(&[
            "serde",
            "serde_json",
            "futures",
            "temporalio-macros",
            "temporalio-workflow",
            "temporalio-common-wasm",
            "temporalio-protos",
        ]),
    ),
    // Computes films for tests and benches.
    row("figures", &[], Only(&[])),
    row(
        "pose",
        &["domain"],
        AllBut(&["tokio", "sqlx", "redis", "object_store", "temporalio-sdk", "temporalio-client"]),
    ),
    row(
        "media",
        &["domain", "edit", "mp4"],
        AllBut(&["sqlx", "redis", "object_store", "temporalio-sdk", "temporalio-client"]),
    ),
    row("storage", &["domain"], AllBut(&["ffmpeg-sidecar", "temporalio-sdk", "temporalio-client"])),
    row(
        "demo",
        &[],
        AllBut(&["sqlx", "redis", "object_store", "temporalio-sdk", "temporalio-client", "tokio"]),
    ),
    row(
        "activities",
        &["domain", "audio", "choreo", "edit", "media", "pose", "storage", "workflows"],
        AllBut(&STORES),
    ),
    row(
        "api",
        &["domain", "edit", "mp4", "storage", "workflows"],
        AllBut(&["sqlx", "redis", "object_store", "ffmpeg-sidecar", "temporalio-sdk"]),
    ),
    row(
        "cli",
        &["domain", "audio", "media", "edit", "demo", "storage", "workflows", "activities", "api"],
        AllBut(&["sqlx", "redis", "object_store", "axum", "ffmpeg-sidecar"]),
    ),
    // The whole is tested from outside.
    row(
        "tests",
        &["domain", "audio", "figures"],
        AllBut(&["sqlx", "redis", "object_store", "temporalio-sdk"]),
    ),
];

/// What no dependency of a dependency may bring in either.
const NEVER_IN: &[(&str, &[&str])] = &[
    ("domain", &["tokio", "mio", "rustix"]),
    ("audio", &["tokio", "mio", "rustix"]),
    ("choreo", &["tokio", "mio", "rustix"]),
    ("edit", &["tokio", "mio", "rustix"]),
    // The protocol's types bring tokio's data structures; mio is what runs things and reaches the network.
    (
        "workflows",
        &["mio", "hyper", "sqlx", "redis", "ffmpeg-sidecar", "temporalio-sdk", "temporalio-client"],
    ),
    ("api", &["eightcount-activities", "eightcount-media", "temporalio-sdk", "ffmpeg-sidecar"]),
];

/// Words that the source of a crate never holds, with the reason.
const NEVER_SAID: &[(&[&str], &str, &str)] = &[
    (&["domain", "audio", "choreo", "edit", "workflows"], "std::fs", "does no I/O"),
    (&["domain", "audio", "choreo", "edit", "workflows"], "std::process", "starts no process"),
    (&["domain", "audio", "choreo", "edit", "workflows"], "std::net", "knows no network"),
    (&["domain", "audio", "choreo", "edit", "workflows"], "std::env", "has no settings"),
    (&["domain", "audio", "choreo", "edit", "workflows"], "SystemTime", "knows no clock"),
    (&["domain", "audio", "choreo", "edit", "workflows"], "Instant", "knows no clock"),
    (&["workflows"], "HashMap", "keeps an order that replays"),
    (&["workflows"], "HashSet", "keeps an order that replays"),
    (&["workflows"], "tokio", "waits through the workflow's own futures"),
    (&["workflows"], "futures::select", "selects in an order that replays"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The direct dependencies, other than for tests and builds, of each of our crates.
fn dependencies() -> Result<BTreeMap<String, BTreeSet<String>>> {
    let metadata = MetadataCommand::new().manifest_path(root().join("Cargo.toml")).no_deps().exec()?;
    let packages = metadata.packages.into_iter().map(|package| {
        let normal = package.dependencies.into_iter().filter(|dep| dep.kind == DependencyKind::Normal);
        (short(&package.name).to_owned(), normal.map(|dep| dep.name).collect())
    });
    Ok(packages.collect())
}

fn short(name: &str) -> &str {
    name.strip_prefix("eightcount-").unwrap_or(name)
}

/// Everything a crate is built with.
fn closure(name: &str) -> Result<BTreeSet<String>> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([
        "tree",
        "--offline",
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--format",
        "{p}",
        "--package",
    ]);
    let told =
        cargo.arg(format!("eightcount-{name}")).current_dir(root()).output().context("running cargo tree")?;
    ensure!(told.status.success(), "cargo tree: {}", String::from_utf8_lossy(&told.stderr));
    let lines = String::from_utf8(told.stdout)?;
    Ok(lines.lines().filter_map(|line| Some(line.split_whitespace().next()?.to_owned())).collect())
}

fn breaches(row: &Row, dependencies: &BTreeSet<String>) -> Vec<String> {
    let allowed = |dependency: &&String| match dependency.strip_prefix("eightcount-") {
        Some(ours) => row.ours.contains(&ours),
        None => match row.outside {
            Only(names) => names.contains(&dependency.as_str()),
            AllBut(names) => !names.contains(&dependency.as_str()),
        },
    };
    dependencies.iter().filter(|dependency| !allowed(dependency)).cloned().collect()
}

#[test]
fn dependencies_point_one_way() -> Result<()> {
    let dependencies = dependencies()?;
    let listed: BTreeSet<_> = TABLE.iter().map(|row| row.name.to_owned()).collect();
    let present: BTreeSet<_> = dependencies.keys().cloned().collect();
    assert_eq!(listed, present, "the table and the workspace differ");
    for row in TABLE {
        let breaches = breaches(row, &dependencies[row.name]);
        assert!(breaches.is_empty(), "eightcount-{} must not depend on {breaches:?}", row.name);
    }
    Ok(())
}

#[test]
fn a_breach_is_seen() {
    let with = |name: &str, more: &str| {
        let row = TABLE.iter().find(|row| row.name == name).expect("a crate of ours");
        breaches(row, &BTreeSet::from([more.to_owned()]))
    };
    assert_eq!(with("api", "eightcount-activities"), ["eightcount-activities"]);
    assert_eq!(with("workflows", "tokio"), ["tokio"]);
    assert_eq!(with("audio", "eightcount-media"), ["eightcount-media"]);
    assert_eq!(with("activities", "sqlx"), ["sqlx"]);
    assert!(with("cli", "eightcount-activities").is_empty());
}

#[test]
fn nothing_forbidden_comes_with_a_dependency() -> Result<()> {
    for (name, never) in NEVER_IN {
        let closure = closure(name)?;
        assert!(closure.contains(&format!("eightcount-{name}")), "cargo tree does not know {name}");
        let found: Vec<_> = never.iter().filter(|never| closure.contains(**never)).collect();
        assert!(found.is_empty(), "eightcount-{name} is built with {found:?}");
    }
    Ok(())
}

#[test]
fn deterministic_crates_reach_for_nothing() -> Result<()> {
    for (crates, word, reason) in NEVER_SAID {
        for name in *crates {
            let folder =
                if *name == "workflows" { root().join(name) } else { root().join("crates").join(name) };
            for file in sources(&folder.join("src"))? {
                let said = fs::read_to_string(&file)?;
                let said = said.split("#[cfg(test)]").next().unwrap_or_default();
                // Comments may speak of what the code does not do.
                let line = said.lines().find(|line| {
                    let code = line.split("//").next().unwrap_or_default();
                    has_word(code, word)
                });
                assert!(line.is_none(), "{}: {name} {reason}, but says {line:?}", file.display());
            }
        }
    }
    Ok(())
}

/// A word by itself, not the part of a longer one.
fn has_word(code: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| {
        !code[..at].chars().next_back().is_some_and(part)
            && !code[at + word.len()..].chars().next().is_some_and(part)
    })
}

/// The files of a crate that are no tests.
fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(sources(&path)?);
        } else if path.extension().is_some_and(|end| end == "rs")
            && path.file_stem().is_some_and(|s| s != "tests")
        {
            files.push(path);
        }
    }
    Ok(files)
}
