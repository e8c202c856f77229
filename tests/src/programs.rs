//! Where the programs are that the tests run.

use anyhow::{Context, Result, bail, ensure};
use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The `eightcount` program of the same build as the running test.
pub(crate) fn eightcount() -> Result<PathBuf> {
    let program = build_folder()?.join("eightcount");
    ensure!(
        program.is_file(),
        "{} is missing: `cargo build -p eightcount-cli` makes it (scripts/test does so first)",
        program.display()
    );
    Ok(program)
}

/// The folder of the running build, for example `target/debug`.
pub(crate) fn build_folder() -> Result<PathBuf> {
    let test = env::current_exe().context("finding the running test")?;
    // target/debug/deps/system-0123456789abcdef
    let folder = test.parent().and_then(Path::parent).context("finding the build's folder")?;
    Ok(folder.to_owned())
}

/// The Temporal CLI: on PATH, or in the project's tool folder.
pub(crate) fn temporal() -> Result<PathBuf> {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.tools/bin");
    let folders = env::var_os("PATH").unwrap_or_default();
    let mut folders = env::split_paths(&folders).chain([tools]);
    folders
        .find_map(|folder| Some(folder.join("temporal")).filter(|program| program.is_file()))
        .context("the Temporal CLI is missing: scripts/setup brings it")
}

/// A program that gets SIGKILL when the thread dies that starts it: a killed test leaves nothing running.
pub(crate) fn dying_with_us(program: &Path) -> Command {
    let found = Command::new("setpriv").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !found.is_ok_and(|status| status.success()) {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--"]).arg(program);
    command
}

/// Runs ffmpeg; its standard output.
pub fn ffmpeg<I: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = I>) -> Result<Vec<u8>> {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-y"]).args(arguments);
    output(&mut command)
}

/// Runs a tool to its end; its standard output.
pub(crate) fn output(command: &mut Command) -> Result<Vec<u8>> {
    let name = command.get_program().to_string_lossy().into_owned();
    let done = command.stdin(Stdio::null()).output().with_context(|| format!("running {name}"))?;
    if !done.status.success() {
        bail!("{name} ended with {}: {}", done.status, String::from_utf8_lossy(&done.stderr).trim());
    }
    Ok(done.stdout)
}
