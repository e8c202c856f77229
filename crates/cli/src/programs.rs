//! Where the programs are that run as children.

use std::{
    env,
    path::{Path, PathBuf},
};

/// The Temporal CLI: named by `EIGHTCOUNT_TEMPORAL_BIN`, else the one on PATH, else the project's own tool
/// folder (`.tools/bin` of the working folder, of the executable's folder, or of a folder above either).
pub fn temporal() -> Option<PathBuf> {
    named("EIGHTCOUNT_TEMPORAL_BIN").or_else(|| on_path("temporal")).or_else(|| in_tools("temporal"))
}

/// The Redis server: named by `EIGHTCOUNT_REDIS_BIN`, else the one on PATH.
pub fn redis_server() -> Option<PathBuf> {
    named("EIGHTCOUNT_REDIS_BIN").or_else(|| on_path("redis-server"))
}

/// The folder of the pose models: named by `EIGHTCOUNT_POSE_MODELS`, else `.tools/pose`, found as above.
pub fn pose_models() -> Option<PathBuf> {
    named("EIGHTCOUNT_POSE_MODELS")
        .or_else(|| tool_folders().map(|tools| tools.join("pose")).find(|path| path.is_dir()))
}

fn named(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}

fn on_path(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(program))
        .find(|path| is_executable(path))
}

fn in_tools(program: &str) -> Option<PathBuf> {
    tool_folders().map(|tools| tools.join("bin").join(program)).find(|path| is_executable(path))
}

/// `.tools` of the working folder, of the executable's folder, and of the folders above either.
fn tool_folders() -> impl Iterator<Item = PathBuf> {
    let starts = [env::current_dir().ok(), env::current_exe().ok()];
    let above = |start: PathBuf| start.ancestors().map(|folder| folder.join(".tools")).collect::<Vec<_>>();
    starts.into_iter().flatten().flat_map(above)
}

fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}
