#![doc = include_str!("../README.md")]

pub mod batch;
mod calendar;
pub mod columns;
mod decay;
pub mod evaluate;
pub mod explain;
pub mod ids;
pub mod input;
pub mod live;
pub mod output;
pub mod scores;
mod sums;
pub mod survey;
pub mod timeline;
