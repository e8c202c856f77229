//! Progress on standard error: bars on a terminal, plain lines elsewhere (one for each new phase).

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::{
    io::{IsTerminal, stderr},
    time::Duration,
};

/// All that is going on.
#[derive(Clone, Debug)]
pub struct Progress {
    bars: Option<MultiProgress>,
}

/// One thing that is going on.
#[derive(Debug)]
pub struct Line {
    name: String,
    phase: String,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Bars if standard error is a terminal.
    pub fn new() -> Self {
        Self { bars: stderr().is_terminal().then(MultiProgress::new) }
    }

    /// A new thing.
    pub fn line(&self, name: &str) -> Line {
        let bar = self.bars.as_ref().map(|bars| {
            let bar = bars.add(ProgressBar::new(100));
            if let Ok(style) = ProgressStyle::with_template("{prefix:32!} {bar:24} {percent:>3} % {msg}") {
                bar.set_style(style);
            }
            bar.set_prefix(name.to_owned());
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        Line { name: name.to_owned(), phase: String::new(), bar }
    }

    /// Something to tell that stays.
    pub fn say(&self, text: &str) {
        match &self.bars {
            // An error here means that the terminal is gone.
            Some(bars) => drop(bars.println(text)),
            None => eprintln!("{text}"),
        }
    }
}

impl Line {
    /// What is being done, and how much of it is.
    pub fn at(&mut self, phase: &str, percent: u8) {
        let new = self.phase != phase;
        if new {
            phase.clone_into(&mut self.phase);
        }
        match &self.bar {
            Some(bar) => {
                bar.set_position(u64::from(percent.min(100)));
                if new {
                    bar.set_message(self.phase.clone());
                }
            }
            None if new => eprintln!("{}: {phase}", self.name),
            None => {}
        }
    }

    /// It is done.
    pub fn done(&mut self, how: &str) {
        self.at(how, 100);
        if let Some(bar) = &self.bar {
            bar.finish();
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.as_ref().filter(|bar| !bar.is_finished()) {
            bar.abandon();
        }
    }
}
