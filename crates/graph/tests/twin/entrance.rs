//! Who may come in, and what the doctor says about it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chatferry_graph::doctor::{Diagnosis, DoctorOptions, Health, doctor};
use chatferry_graph::{Certificate, Credential, Unobserved};
use chatferry_model::folder::RenderFolder;
use chatferry_twin::{App, Fault, Kind, What, When};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use crate::rendered::AUTHOR;
use crate::tenant::{APP, Twin};

fn key(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/keys")
        .join(name)
}

async fn diagnosis(twin: &Arc<Twin>, credential: Credential, placeholder: &str) -> Diagnosis {
    let options = DoctorOptions {
        placeholder: Some(placeholder.to_owned()),
    };
    let nothing = RenderFolder::new(PathBuf::from("/nowhere"));
    doctor(
        &twin.client_with(credential),
        &nothing,
        &options,
        &Unobserved,
    )
    .await
}

fn secret() -> Credential {
    Credential::Secret("secret".to_owned().into())
}

#[tokio::test(start_paused = true)]
async fn a_certificate_or_a_federated_token_opens_as_a_secret_does() {
    let twin = Twin::new(|_| {});
    let der = CertificateDer::from_pem_file(key("app.pem")).unwrap();
    let app = App::new(APP, "unknown").with_certificate(&der);
    twin.tenant
        .register_app(app.with_federated_token("planted.federated.token"));
    let certificate = |name: &str| {
        let password = "planted-pfx-word".to_owned().into();
        Credential::Certificate(Certificate::read(&key(name), &password).unwrap())
    };
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    std::fs::write(&token, "planted.federated.token\n").unwrap();
    for credential in [
        certificate("app.pem"),
        certificate("aes.pfx"),
        Credential::FederatedTokenFile(token),
    ] {
        let found = diagnosis(&twin, credential, AUTHOR).await;
        assert!(found.is_fine(), "{found:#?}");
    }

    twin.tenant.register_app(App::new(APP, "unknown"));
    let found = diagnosis(&twin, certificate("app.pem"), AUTHOR).await;
    assert_eq!(found.checks.len(), 1, "{found:#?}");
    assert!(found.checks[0].says.contains("AADSTS700027"), "{found:#?}");
}

#[tokio::test(start_paused = true)]
async fn the_doctor_names_what_is_missing_and_changes_nothing() {
    let twin = Twin::new(|_| {});
    let found = diagnosis(&twin, secret(), AUTHOR).await;
    assert!(found.is_fine() && found.missing.is_empty(), "{found:#?}");
    assert_eq!(found.consent_url, None);
    let states = found.checks.iter().map(|check| check.state);
    assert_eq!(states.max(), Some(Health::Fine), "{found:#?}");

    let roles = [
        "Teamwork.Migrate.All",
        "Team.ReadBasic.All",
        "User.Read.All",
    ];
    twin.tenant
        .register_app(App::new(APP, "secret").with_roles(&roles));
    let found = diagnosis(&twin, secret(), "nobody@contoso.com").await;
    assert!(!found.is_fine());
    assert!(found.missing.contains(&"Files.ReadWrite.All"), "{found:#?}");
    assert!(
        !found.missing.contains(&"Teamwork.Migrate.All"),
        "{found:#?}"
    );
    let url = found.consent_url.as_deref().unwrap();
    assert!(
        url.ends_with(&format!("/adminconsent?client_id={APP}")),
        "{url}"
    );
    let placeholder = found
        .checks
        .iter()
        .find(|check| check.name == "placeholder");
    assert_eq!(placeholder.unwrap().state, Health::Broken);

    let wrong = Credential::Secret("planted-wrong".to_owned().into());
    let found = diagnosis(&twin, wrong, AUTHOR).await;
    assert!(found.checks[0].says.contains("AADSTS7000215"), "{found:#?}");
    assert!(!format!("{found:?}").contains("planted"));
    assert!(twin.tenant.teams().is_empty() && twin.tenant.chats().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_doctor_does_not_take_a_server_that_fails_for_a_yes_or_a_no() {
    let twin = Twin::new(|_| {});
    twin.tenant.inject(Fault {
        when: When {
            kind: Some(Kind::ListUsers),
            path: None,
            nth: 1,
            times: 1_000,
        },
        what: What::Answer {
            status: 500,
            retry_after_s: None,
        },
    });
    let found = diagnosis(&twin, secret(), AUTHOR).await;
    let unsure = found
        .checks
        .iter()
        .filter(|check| check.state > Health::Fine);
    let unsure: Vec<_> = unsure.map(|check| (check.name, check.state)).collect();
    assert_eq!(unsure, [("User.Read.All", Health::Doubtful)], "{found:#?}");
    assert_eq!(found.missing, [] as [&str; 0]);
}

#[tokio::test(start_paused = true)]
async fn the_doctor_asks_for_all_that_making_a_team_takes() {
    let twin = Twin::new(|_| {});
    let roles = [
        "Teamwork.Migrate.All",
        "Team.ReadBasic.All",
        "TeamMember.ReadWrite.All",
    ];
    twin.tenant
        .register_app(App::new(APP, "secret").with_roles(&roles));
    let found = diagnosis(&twin, secret(), AUTHOR).await;
    assert!(
        found.missing.contains(&"Channel.ReadBasic.All"),
        "{found:#?}"
    );
}
