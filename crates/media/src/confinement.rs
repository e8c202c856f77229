//! What a child process may do, and how it is started so that it can do no more.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::{io, process};

/// What happens to a child when the process that started it is gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ParentDeath {
    /// It is killed at once: right for tools, whose output is then worthless.
    #[default]
    Kill,
    /// It is asked to end: right for servers, which then close their files.
    Terminate,
}

/// The files that a confined child may use beside the system's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileAccess {
    /// Files and folders to read.
    pub read: Vec<PathBuf>,
    /// Files and folders to read and write.
    pub write: Vec<PathBuf>,
}

/// What a child process may do. The default limits nothing but lets it die with its parent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confinement {
    /// Most address space, bytes.
    pub address_space_bytes: Option<u64>,
    /// Most processor time, seconds.
    pub cpu_seconds: Option<u64>,
    /// Largest file it may write, bytes.
    pub file_bytes: Option<u64>,
    /// What happens when its parent is gone.
    pub parent_death: ParentDeath,
    /// The files it may use; none: any, and the network too. With files given, it has no network.
    pub files: Option<FileAccess>,
}

/// How children are started.
///
/// Normally through our own executable's hidden subcommand `launch`, which puts the limits on itself and then
/// becomes the tool: so no code runs between fork and exec, and one program confines ffmpeg and servers alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Launcher {
    exe: Option<PathBuf>,
}

impl Launcher {
    /// Through the running executable, which must hand `launch …` to [`crate::launch`].
    pub fn current_exe() -> io::Result<Self> {
        std::env::current_exe().map(Self::through)
    }

    /// Through another executable that understands `launch …`.
    pub fn through(exe: PathBuf) -> Self {
        Self { exe: Some(exe) }
    }

    /// Without confinement, for trusted input or where there is no launcher: the child still has its own process
    /// group, a clean environment, and is killed with the handle that started it.
    pub fn direct() -> Self {
        Self { exe: None }
    }

    /// The command that starts `program` confined, in a process group of its own and with a clean environment.
    ///
    /// The kernel ties the death of the parent to the thread that starts the child: start children from threads
    /// that last, such as a runtime's workers, not from its blocking pool.
    pub fn command<A: AsRef<OsStr>>(
        &self,
        confinement: &Confinement,
        program: &Path,
        arguments: impl IntoIterator<Item = A>,
    ) -> process::Command {
        use std::os::unix::process::CommandExt;
        let mut command = match &self.exe {
            None => process::Command::new(program),
            Some(exe) => {
                let mut command = process::Command::new(exe);
                command.arg("launch").args(confinement.to_arguments(process::id())).arg("--").arg(program);
                command
            }
        };
        command.args(arguments).env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C").env("TZ", "UTC");
        command.stdin(process::Stdio::null()).process_group(0);
        command
    }
}

/// Words of the `launch` subcommand.
pub(crate) mod words {
    pub(crate) const ADDRESS_SPACE: &str = "--address-space-bytes";
    pub(crate) const CPU: &str = "--cpu-seconds";
    pub(crate) const FILE: &str = "--file-bytes";
    pub(crate) const PARENT: &str = "--parent";
    pub(crate) const ON_DEATH: &str = "--on-parent-death";
    pub(crate) const READ: &str = "--read";
    pub(crate) const WRITE: &str = "--write";
    pub(crate) const CONFINE_FILES: &str = "--confine-files";
    pub(crate) const KILL: &str = "kill";
    pub(crate) const TERMINATE: &str = "terminate";
}

impl Confinement {
    /// The arguments of `launch` that stand for it, up to the `--`.
    pub(crate) fn to_arguments(&self, parent: u32) -> Vec<OsString> {
        let mut out: Vec<OsString> = vec![words::PARENT.into(), parent.to_string().into()];
        let numbers = [
            (words::ADDRESS_SPACE, self.address_space_bytes),
            (words::CPU, self.cpu_seconds),
            (words::FILE, self.file_bytes),
        ];
        for (word, number) in numbers {
            out.extend(number.map(|n| [word.into(), OsString::from(n.to_string())]).into_iter().flatten());
        }
        let death = match self.parent_death {
            ParentDeath::Kill => words::KILL,
            ParentDeath::Terminate => words::TERMINATE,
        };
        out.extend([words::ON_DEATH.into(), death.into()]);
        if let Some(files) = &self.files {
            out.push(words::CONFINE_FILES.into());
            let paths = [(words::READ, &files.read), (words::WRITE, &files.write)];
            for (word, path) in
                paths.into_iter().flat_map(|(word, paths)| paths.iter().map(move |p| (word, p)))
            {
                out.extend([word.into(), path.into()]);
            }
        }
        out
    }

    /// Reads what [`Self::to_arguments`] wrote: the confinement, the parent, and the command after the `--`.
    pub(crate) fn from_arguments(
        arguments: impl IntoIterator<Item = OsString>,
    ) -> Result<(Self, Option<u32>, Vec<OsString>), String> {
        let mut arguments = arguments.into_iter();
        let (mut confinement, mut parent) = (Self::default(), None);
        while let Some(word) = arguments.next() {
            if word == "--" {
                return Ok((confinement, parent, arguments.collect()));
            }
            let word = word.to_str().ok_or("an argument that is no text")?.to_owned();
            if word == words::CONFINE_FILES {
                confinement.files.get_or_insert_default();
                continue;
            }
            let value = arguments.next().ok_or_else(|| format!("{word} without its value"))?;
            let number =
                || value.to_str().and_then(|v| v.parse::<u64>().ok()).ok_or(format!("{word} is no number"));
            match word.as_str() {
                words::READ => confinement.files.get_or_insert_default().read.push(value.into()),
                words::WRITE => confinement.files.get_or_insert_default().write.push(value.into()),
                words::ADDRESS_SPACE => confinement.address_space_bytes = Some(number()?),
                words::CPU => confinement.cpu_seconds = Some(number()?),
                words::FILE => confinement.file_bytes = Some(number()?),
                words::PARENT => parent = u32::try_from(number()?).ok(),
                words::ON_DEATH if value == words::KILL => confinement.parent_death = ParentDeath::Kill,
                words::ON_DEATH if value == words::TERMINATE => {
                    confinement.parent_death = ParentDeath::Terminate;
                }
                _ => return Err(format!("unknown argument {word}")),
            }
        }
        Err("no -- before the command".to_owned())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn arguments_come_back() {
        let full = Confinement {
            address_space_bytes: Some(1 << 32),
            cpu_seconds: Some(7),
            file_bytes: Some(9),
            parent_death: ParentDeath::Terminate,
            files: Some(FileAccess { read: vec!["/a b".into()], write: vec!["/c".into(), "/d".into()] }),
        };
        let shut = Confinement { files: Some(FileAccess::default()), ..Confinement::default() };
        for confinement in [full, shut, Confinement::default()] {
            let mut arguments = confinement.to_arguments(42);
            arguments.extend(["--".into(), "tool".into(), "--read".into()]);
            let (back, parent, command) = Confinement::from_arguments(arguments).unwrap();
            assert_eq!((back, parent), (confinement, Some(42)));
            assert_eq!(command, ["tool", "--read"]);
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for words in [&["--cpu-seconds", "many", "--"][..], &["--odd", "1", "--"], &["--read"], &[]] {
            let arguments = words.iter().map(OsString::from);
            assert!(Confinement::from_arguments(arguments).is_err(), "{words:?}");
        }
    }
}
