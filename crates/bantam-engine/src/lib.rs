#![doc = include_str!("../README.md")]

pub mod columns;
pub mod evaluate;
pub mod explain;
pub mod live;
pub mod scores;
pub mod timeline;
