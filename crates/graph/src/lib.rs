//! Microsoft Graph client: checks, uploads and verifies posts.
