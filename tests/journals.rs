//! Journals that earlier versions wrote are continued: nothing is sent twice, nothing is stranded.

use std::fs;

use chatferry_twin::{App, Clock, Tenant};

use crate::support::{CLIENT_ID, SECRET, TwinServer, Work, fixture, rendered};

/// The address and the app of the run that left the journal, in all its files.
const ITS_PORT: &str = "127.0.0.1:18080";
const ITS_APP: &str = "c4a7fe44-0000-4000-8000-000000000001";

/// Replaces a text by one of the same length, as a database's pages need it.
fn replace(bytes: &mut [u8], from: &str, to: &str) {
    assert_eq!(
        from.len(),
        to.len(),
        "the system gives ports of five digits"
    );
    let mut at = 0;
    while let Some(found) = bytes[at..]
        .windows(from.len())
        .position(|part| part == from.as_bytes())
    {
        at += found;
        bytes[at..at + from.len()].copy_from_slice(to.as_bytes());
        at += from.len();
    }
}

#[test]
fn a_journal_without_versions_of_identities_is_continued() {
    let work = Work::new();
    work.convert_acme().done();
    let folder = fixture("journals/without-version");

    // The tenant's messages name its address, which is known once it is served.
    let read_tenant = |port: &str| {
        let mut dump = fs::read(folder.join("tenant.json")).unwrap();
        replace(&mut dump, ITS_APP, CLIENT_ID);
        replace(&mut dump, ITS_PORT, port);
        let tenant = Tenant::restore(&dump, Clock::System).unwrap();
        tenant.register_app(App::new(CLIENT_ID, SECRET));
        tenant
    };
    let twin = TwinServer::on_a_free_port(read_tenant);
    let before: usize = twin.posts().values().map(Vec::len).sum();
    assert!(
        before > 50,
        "the upload was cut off in the middle: {before}"
    );

    let mut journal = fs::read(folder.join("journal.sqlite")).unwrap();
    replace(&mut journal, ITS_APP, CLIENT_ID);
    let port = twin.url.trim_start_matches("http://");
    replace(&mut journal, ITS_PORT, port);
    fs::create_dir_all(work.path("4-upload")).unwrap();
    fs::write(work.path("4-upload/journal.sqlite"), journal).unwrap();

    work.against(&twin, &["upload"]).code(0);
    assert_eq!(twin.posts(), rendered(&work));
    work.against(&twin, &["verify"]).code(0);
    // A second run has nothing to do, and takes the rewritten identities for its own.
    let posts = twin.posts();
    work.against(&twin, &["upload"]).code(0);
    assert_eq!(twin.posts(), posts);
}
