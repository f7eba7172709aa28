//! The language of qualification definitions, and the functions its conditions may call.

pub mod email;
pub mod titles;
