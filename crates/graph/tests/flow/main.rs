//! Whole uploads and verifications against a small tenant in the same process, in virtual time.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

mod again;
mod closing;
mod faults;
mod files;
mod folder;
mod graph;
mod kills;
mod kinds;
mod members;
mod order;
mod routes;
mod speed;
mod tenant;
mod users;
mod verify;
mod world;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chatferry_graph::{
    BaseUrl, Client, Credential, GraphConfig, Limits, Unobserved, UploadError, UploadOptions,
    UploadReport, plan_upload, upload,
};

use folder::Rendered;
use tenant::Tenant;

/// A client of `tenant`.
fn client(tenant: &Arc<Tenant>, limits: Limits) -> Client {
    let config = GraphConfig {
        tenant_id: "acme.example".to_owned(),
        client_id: "app".to_owned(),
        credential: Credential::Secret("planted-secret".to_owned().into()),
        graph_url: BaseUrl::graph(),
        login_url: BaseUrl::login(),
        limits,
    };
    let tenant = Arc::clone(tenant);
    Client::new(config, tenant.clone(), tenant)
}

/// Uploads `rendered` with the journal in `journal`.
async fn run(
    tenant: &Arc<Tenant>,
    rendered: &Rendered,
    journal: &Path,
    limits: Limits,
) -> Result<UploadReport, UploadError> {
    let options = UploadOptions {
        team_poll: Duration::from_secs(1),
        durability: chatferry_graph::Durability::System,
        ..UploadOptions::default()
    };
    upload_with(&client(tenant, limits), rendered, journal, &options).await
}

/// Plans an upload and carries it out.
async fn upload_with(
    client: &Client,
    rendered: &Rendered,
    journal: &Path,
    options: &UploadOptions,
) -> Result<UploadReport, UploadError> {
    let (folder, config) = (rendered.folder(), client.config());
    let plan = plan_upload(&folder, journal, options, &config.limits, &config.graph_url)?;
    upload(client, &plan, &Unobserved).await
}
