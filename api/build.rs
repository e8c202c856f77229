//! Puts the built studio (`api/web/dist`, made by `make build`) into the program: a table of its files, each plain
//! and as compressed as it is there. Without a built studio the table is empty, and the service says so on its page.

use std::{
    collections::hash_map::DefaultHasher,
    env,
    error::Error,
    fmt::Write,
    fs,
    hash::Hasher,
    path::{Path, PathBuf},
};

fn main() -> Result<(), Box<dyn Error>> {
    let dist = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("web/dist");
    println!("cargo::rerun-if-changed=web/dist");
    let mut files = Vec::new();
    collect(&dist, &mut files)?;
    files.sort();

    let mut table = String::from("&[\n");
    for file in &files {
        let path =
            file.strip_prefix(&dist)?.to_str().ok_or("a file of the studio has a name that is no text")?;
        let mut hasher = DefaultHasher::new();
        hasher.write(&fs::read(file)?);
        writeln!(
            table,
            "File {{ path: {path:?}, tag: \"{:016x}\", plain: include_bytes!({}), brotli: {}, gzip: {} }},",
            hasher.finish(),
            literal(file),
            compressed(file, "br"),
            compressed(file, "gz"),
        )?;
    }
    table.push(']');
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("studio.rs"), table)?;
    Ok(())
}

/// The files themselves; their compressed forms belong to them, and hidden files to nobody.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_dir() {
            collect(&path, files)?;
        } else if !hidden && !path.extension().is_some_and(|end| end == "br" || end == "gz") {
            files.push(path);
        }
    }
    Ok(())
}

fn compressed(file: &Path, end: &str) -> String {
    let compressed = PathBuf::from(format!("{}.{end}", file.display()));
    if compressed.is_file() {
        format!("Some(include_bytes!({}))", literal(&compressed))
    } else {
        "None".to_owned()
    }
}

/// A path as Rust writes it in quotes.
fn literal(path: &Path) -> String {
    format!("{:?}", path.to_string_lossy())
}
