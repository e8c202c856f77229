//! The `eightcount` command.
fn main() {}
