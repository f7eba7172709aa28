#![doc = include_str!("../README.md")]

pub mod convert;
pub mod meaning;
pub mod pattern;
pub mod source;
