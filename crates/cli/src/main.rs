//! The `eightcount` command: the whole service in one program, and its clients.
//!
//! `up`, `api`, `worker` and `migrate` run parts of the service; `ingest`, `library`, `inspect`, `analyse`, `dance` and `demo`
//! are clients that speak to a running instance through its REST API, and start one of their own when none runs.

mod args;
mod client;
mod commands;
mod config;
mod dancing;
mod embedded;
mod exit;
mod log;
mod output;
mod overlay;
mod plot;
mod programs;
mod report;
mod section;
mod service;
mod sheet;
mod signals;
mod temporal;

use anyhow::Context;
use args::{Cli, Command};
use clap::Parser;
use std::{process::ExitCode, time::Duration};

/// How long threads that nobody waits for may go on after the command is done.
const STRAGGLERS: Duration = Duration::from_millis(500);

fn main() -> ExitCode {
    // Before anything else, any thread above all: the launcher limits the thread it runs on, and becomes the tool.
    // Not a clap command: nothing may take offence at the tool's arguments.
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_some_and(|first| first == "launch") {
        return eightcount_media::launch(arguments);
    }
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => exit::report(&error),
    }
}

fn run(cli: Cli) -> anyhow::Result<()> {
    log::start(cli.log.as_deref(), default_log(&cli.command), cli.log_format)?;
    // One TLS provider for every client in this process; an error says that there is one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().context("starting the runtime")?;
    let done = runtime.block_on(dispatch(cli.command));
    runtime.shutdown_timeout(STRAGGLERS);
    done
}

/// Servers tell what they do, clients only what goes wrong.
fn default_log(command: &Command) -> &'static str {
    match command {
        Command::Up(_) | Command::Api(_) | Command::Worker(_) | Command::Migrate(_) => "info,temporalio=warn",
        _ => "error",
    }
}

async fn dispatch(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Up(args) => commands::up::run(args).await,
        Command::Api(args) => commands::api::run(args).await,
        Command::Worker(args) => commands::worker::run(args).await,
        Command::Migrate(args) => commands::migrate::run(args).await,
        Command::Doctor(args) => commands::doctor::run(args).await,
        Command::Ingest(args) => commands::ingest::run(args).await,
        Command::Library(args) => commands::library::run(args).await,
        Command::Inspect(args) => commands::inspect::run(args).await,
        Command::Reanalyse(args) => commands::reanalyse::run(args).await,
        Command::Analyse(args) => commands::analyse::run(args).await,
        Command::Dance(args) => commands::dance::run(args).await,
        Command::Demo(args) => Box::pin(commands::demo::run(args)).await,
    }
}
