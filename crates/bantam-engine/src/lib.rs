#![doc = include_str!("../README.md")]

pub mod batch;
mod calendar;
mod classes;
pub mod columns;
mod decay;
pub mod evaluate;
pub mod explain;
pub mod horizons;
pub mod ids;
pub mod input;
mod kinds;
pub mod live;
mod needs;
pub mod output;
mod reach;
pub mod scores;
mod slots;
pub mod stream;
mod sums;
pub mod survey;
pub mod timeline;
