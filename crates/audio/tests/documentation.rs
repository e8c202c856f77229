//! Every public function shows how it is used.
#![allow(clippy::unwrap_used)]

use std::{fs, path::Path};

/// The functions of a source file without an example above them, or above the type that they belong to.
fn without_example(source: &str) -> Vec<String> {
    let mut missing = Vec::new();
    let mut shown = false;
    // Of the last type that was declared.
    let mut type_shown = false;
    for line in source.lines() {
        let code = line.trim_start();
        if code.starts_with("///") {
            shown |= code.contains("```");
            continue;
        }
        if code.starts_with("pub struct") || code.starts_with("pub enum") {
            type_shown = shown;
        }
        let method = code.len() < line.len();
        if code.starts_with("pub fn") && !shown && !(method && type_shown) {
            missing.push(code.to_owned());
        }
        // Attributes stand between documentation and code.
        shown &= code.starts_with('#');
    }
    missing
}

#[test]
fn every_public_function_has_an_example() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut read = 0;
    for folder in [source.clone(), source.join("evaluation")] {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|end| end == "rs") {
                let missing = without_example(&fs::read_to_string(&path).unwrap());
                assert!(missing.is_empty(), "{}: {missing:?}", path.display());
                read += 1;
            }
        }
    }
    assert!(read > 20, "{read} files");
}

#[test]
fn a_missing_example_is_seen() {
    let bare = "/// Doubles.\npub fn double(x: f32) -> f32 { 2.0 * x }";
    assert_eq!(without_example(bare).len(), 1);
    let shown = "/// ```\n/// ```\n#[inline]\npub fn double(x: f32) -> f32 { 2.0 * x }\npub fn other() {}";
    assert_eq!(without_example(shown), ["pub fn other() {}"]);
}
