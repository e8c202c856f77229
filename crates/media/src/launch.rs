//! The body of the hidden subcommand `launch`: confine this process, then become the tool.

use crate::confinement::{Confinement, FileAccess, ParentDeath};
use landlock::{
    ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError, RulesetStatus,
    path_beneath_rules,
};
use rustix::process::{Pid, Resource, Rlimit, Signal, getppid, set_parent_process_death_signal, setrlimit};
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

/// Printed to the error output, for the parent to log, when the kernel cannot confine files.
pub(crate) const NO_SANDBOX: &str = "eightcount launch: this kernel cannot confine files (no Landlock)";

/// Exit status of a launcher that could not confine itself or become the tool.
const CANNOT: u8 = 126;

/// Where programs and libraries live. What does not exist on a machine is passed over.
const SYSTEM: &[&str] = &[
    "/usr",
    "/lib",
    "/lib64",
    "/bin",
    "/opt",
    "/nix/store",
    "/etc",
    "/proc/self",
    "/sys/devices/system/cpu",
];
/// Devices that programs take for granted.
const DEVICES: &[&str] = &["/dev/null", "/dev/zero", "/dev/urandom"];

/// Runs the hidden subcommand: `arguments` are those after the word `launch`, as [`crate::Launcher`] writes them.
/// Returns only when it failed, having said why on the error output.
///
/// Call it first thing in `main`, before any thread or runtime: limits bind the calling thread and what it
/// becomes.
pub fn launch(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let failure = match Confinement::from_arguments(arguments) {
        Err(what) => what,
        Ok((_, _, command)) if command.is_empty() => "nothing to launch".to_owned(),
        Ok((confinement, parent, command)) => match confine(&confinement, parent, &command[0]) {
            Err(what) => what,
            Ok(()) => Command::new(&command[0]).args(&command[1..]).exec().to_string(),
        },
    };
    eprintln!("eightcount launch: {failure}");
    ExitCode::from(CANNOT)
}

fn confine(confinement: &Confinement, parent: Option<u32>, program: &OsString) -> Result<(), String> {
    let failed = |what: &'static str| move |error: rustix::io::Errno| format!("{what}: {error}");
    let signal = match confinement.parent_death {
        ParentDeath::Kill => Signal::KILL,
        ParentDeath::Terminate => Signal::TERM,
    };
    set_parent_process_death_signal(Some(signal)).map_err(failed("parent-death signal"))?;
    // The parent may have died before the signal was asked for: then nobody would ever send it.
    if parent.is_some_and(|parent| getppid().map(|p| Pid::as_raw(Some(p)).unsigned_abs()) != Some(parent)) {
        return Err("the parent is gone".to_owned());
    }
    rustix::thread::set_no_new_privs(true).map_err(failed("no-new-privileges"))?;
    let limits = [
        (Resource::Core, Some(0)),
        (Resource::As, confinement.address_space_bytes),
        (Resource::Cpu, confinement.cpu_seconds),
        (Resource::Fsize, confinement.file_bytes),
    ];
    for (resource, limit) in limits {
        if let Some(limit) = limit {
            setrlimit(resource, Rlimit { current: Some(limit), maximum: Some(limit) })
                .map_err(failed("limit"))?;
        }
    }
    if let Some(files) = &confinement.files {
        let status = sandbox(files, PathBuf::from(program)).map_err(|error| format!("sandbox: {error}"))?;
        if status == RulesetStatus::NotEnforced {
            eprintln!("{NO_SANDBOX}");
        }
    }
    Ok(())
}

/// Leaves only the given files, the system's programs and no network, as far as the kernel can.
fn sandbox(files: &FileAccess, program: PathBuf) -> Result<RulesetStatus, RulesetError> {
    let abi = ABI::V6;
    let read = SYSTEM.iter().map(PathBuf::from).chain(files.read.iter().cloned()).chain([program]);
    let write = DEVICES.iter().map(PathBuf::from).chain(files.write.iter().cloned());
    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(abi))?
        .handle_access(AccessNet::from_all(abi))?
        .create()?
        .add_rules(path_beneath_rules(read, AccessFs::from_read(abi)))?
        .add_rules(path_beneath_rules(write, AccessFs::from_all(abi)))?
        .restrict_self()?;
    Ok(status.ruleset)
}
