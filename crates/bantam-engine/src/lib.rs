#![doc = include_str!("../README.md")]

pub mod columns;
pub mod input;
pub mod output;
pub mod scores;
pub mod timeline;
