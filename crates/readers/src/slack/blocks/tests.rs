//! Blocks as apps and people send them.
