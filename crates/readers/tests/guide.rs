//! The tables in the guide say what the readers do. `CHATFERRY_UPDATE=1 cargo test` writes them
//! anew.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use chatferry_readers::{READERS, SupportTable};

const BEGIN: &str = "<!-- begin -->\n";
const END: &str = "<!-- end -->\n";

#[test]
fn the_guide_tells_what_is_carried_over() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut told = 0;
    for reader in READERS {
        let tables = reader.support();
        if tables.is_empty() {
            continue;
        }
        let path = sources.join(reader.name()).join("GUIDE.md");
        let page = std::fs::read_to_string(&path).unwrap();
        let (before, rest) = page.split_once(BEGIN).unwrap();
        let (_, after) = rest.split_once(END).unwrap();
        let all: Vec<String> = tables.iter().map(SupportTable::to_markdown).collect();
        let expected = format!("{before}{BEGIN}\n{}\n{END}{after}", all.join("\n"));
        if std::env::var_os("CHATFERRY_UPDATE").is_some() {
            std::fs::write(&path, expected).unwrap();
        } else {
            assert!(page == expected, "{} is out of date", path.display());
        }
        told += 1;
    }
    assert!(told > 0);
}
