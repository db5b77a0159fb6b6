//! Microsoft Graph: checks posts offline, uploads them exactly once, reads them back.
//!
//! In reading order: what is known of Graph ([`config`], [`transport`], [`client`]), requests as
//! data, and what is done when they fail; then [`check`], which needs no network; then the journal
//! and the stages on it: [`upload`], [`verify`], [`status`].
//!
//! Invariants: nothing here prints, reads the environment or exits. Time passes by tokio's clock
//! only and is read from a [`Clock`], so that an upload runs in virtual time as it does in real
//! time. Secrets and tokens are types that cannot be printed.
#![forbid(unsafe_code)]

mod auth;
mod deferred;
mod error;
mod fingerprint;
mod journal;
mod quick_xor;
mod requests;
mod retry;
mod throttle;

pub mod check;
pub mod client;
pub mod clock;
pub mod codes;
pub mod config;
pub mod doctor;
pub mod observer;
pub mod status;
pub mod transport;
pub mod upload;
pub mod users;
pub mod verify;

pub use auth::{Certificate, CertificateError};
pub use client::Client;
pub use clock::{Clock, SystemClock};
pub use config::{BaseUrl, BaseUrlError, Credential, GraphConfig, Limits, Rate};
pub use error::{Cause, GraphError, Refusal, TokenError};
pub use journal::{Durability, JournalError};
pub use observer::{Event, Observer, Unobserved};
pub use status::{Status, status};
pub use transport::{Answering, HttpTransport, Transport, TransportError};
pub use upload::{
    Closing, ClosingReport, RollbackPlan, UploadError, UploadOptions, UploadPlan, UploadReport,
    close, plan_rollback, plan_upload, rollback, upload,
};
pub use users::UsersError;
pub use verify::{VerifyError, VerifyOptions, VerifyReport, verify};
