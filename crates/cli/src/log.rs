//! Tracing to standard error.

use clap::ValueEnum;
use tracing_subscriber::{EnvFilter, fmt, util::SubscriberInitExt};

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for machines.
    Json,
}

/// Starts logging. `filter` is in the syntax of tracing's `EnvFilter`; without one, `default` applies.
pub fn start(filter: Option<&str>, default: &str, format: LogFormat) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(filter.unwrap_or(default))
        .map_err(|error| crate::exit::usage(format!("the log filter cannot be read: {error}")))?;
    let lines = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => {
            lines.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).finish().init();
        }
        LogFormat::Json => lines.json().finish().init(),
    }
    Ok(())
}
