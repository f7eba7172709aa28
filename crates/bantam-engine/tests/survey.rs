//! What a definition does on data: counts exact, findings as people read them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first thing that cannot be")]

mod common;
mod generate;

#[cfg(test)]
mod survey {
    mod agreement;
    mod columns;
    mod events;
    mod findings;
    mod rules;
    mod stages;
    mod support;
    mod text;
}
