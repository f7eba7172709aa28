#![doc = include_str!("../README.md")]

pub mod document;
pub mod history;
pub mod impact;
pub mod report;
pub mod statistics;
pub mod whatif;
