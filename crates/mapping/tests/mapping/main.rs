//! Mapping as a whole: `1-read` and a directory in, `2-map` and the plan out.
#![cfg(test)]

mod edits;
mod estimate;
mod files;
mod places;
mod plan;
mod private;
mod review;
mod shape;
mod sheets;
mod support;
