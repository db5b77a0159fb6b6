//! Maps people to Entra IDs and conversations to teams and channels.
