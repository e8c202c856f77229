//! Deterministic workflows and the contract that activities implement.
