//! Renders messages to the posts that Teams keeps.
