//! Readers that turn third-party chat exports into the intermediate format.
