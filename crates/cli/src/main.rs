//! Moves third-party chat exports into Microsoft Teams.

fn main() {}
