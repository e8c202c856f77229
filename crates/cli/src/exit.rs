//! How the command ends: exit codes, and the errors that choose one.
//!
//! Everything inside passes `anyhow::Error`; an error that should end with something else than 1 carries a
//! [`Refusal`] in its chain.

use std::process::ExitCode;

/// Printed below `--help`.
pub const EXIT_CODES: &str = "Exit codes:
  0    done
  1    failed
  2    wrong usage
  3    a dependency is missing or cannot be reached
  4    the input was refused
  130  interrupted";

/// Why the command ends, where that is more than "failed".
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The arguments do not fit together.
    #[error("{0}")]
    Usage(String),
    /// A program, server or instance that is needed is not there.
    #[error("{0}")]
    Missing(String),
    /// The user's file, section or choice cannot be used.
    #[error("{0}")]
    Input(String),
    /// SIGINT or SIGTERM.
    #[error("interrupted")]
    Interrupted,
}

impl Refusal {
    fn code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Missing(_) => 3,
            Self::Input(_) => 4,
            Self::Interrupted => INTERRUPTED,
        }
    }
}

/// What a shell reports for a program that SIGINT ended.
pub const INTERRUPTED: u8 = 130;

/// Something is missing: exit code 3.
pub fn missing(what: impl Into<String>) -> anyhow::Error {
    Refusal::Missing(what.into()).into()
}

/// The arguments do not fit together: exit code 2.
pub fn usage(what: impl Into<String>) -> anyhow::Error {
    Refusal::Usage(what.into()).into()
}

/// The input is refused: exit code 4.
pub fn refused(what: impl Into<String>) -> anyhow::Error {
    Refusal::Input(what.into()).into()
}

/// Prints an error as one line and gives its exit code.
pub fn report(error: &anyhow::Error) -> ExitCode {
    eprintln!("eightcount: {}", one_line(error));
    ExitCode::from(code_of(error))
}

fn code_of(error: &anyhow::Error) -> u8 {
    error.downcast_ref::<Refusal>().map_or(1, Refusal::code)
}

/// The chain of causes, joined; a cause that its parent's text already ends with is not said twice.
fn one_line(error: &anyhow::Error) -> String {
    let mut line = String::new();
    for cause in error.chain() {
        let text = cause.to_string();
        if line.is_empty() {
            line = text;
        } else if !line.ends_with(&text) {
            line.push_str(": ");
            line.push_str(&text);
        }
    }
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use anyhow::Context;

    #[test]
    fn the_code_survives_context_and_the_line_is_one_line() {
        let error = Err::<(), _>(missing("redis-server is missing"))
            .context("starting Redis\n(embedded)")
            .unwrap_err();
        assert_eq!(code_of(&error), 3);
        assert_eq!(one_line(&error), "starting Redis (embedded): redis-server is missing");
    }

    #[test]
    fn a_refusal_may_be_the_context_of_another_error() {
        let error = anyhow::anyhow!("connection refused").context(Refusal::Missing("no Temporal".into()));
        assert_eq!(code_of(&error.context("starting")), 3);
    }

    #[test]
    fn an_ordinary_error_is_1() {
        assert_eq!(code_of(&anyhow::anyhow!("no")), 1);
    }
}
