#![doc = include_str!("../README.md")]

pub mod batch;
pub mod columns;
pub mod evaluate;
pub mod explain;
pub mod input;
pub mod live;
pub mod output;
pub mod scores;
pub mod survey;
pub mod timeline;
