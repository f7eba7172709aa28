#![doc = include_str!("../README.md")]

pub mod batch;
pub mod columns;
pub mod evaluate;
pub mod input;
pub mod output;
pub mod scores;
pub mod survey;
pub mod timeline;
