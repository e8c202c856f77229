//! Activities: load, call one pure function, store, return a reference.
