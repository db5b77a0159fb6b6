//! Workbooks instead of CSV, both of them through a spreadsheet, and back.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use calamine::{Data, Reader};
use chatferry_mapping::{Chats, Sheets};
use chatferry_model::ConversationId;
use chatferry_model::conversation::{Conversation, ConversationKind};

use crate::support::{CONVERSATIONS, Migration, PEOPLE, TEAMS, channel, conversation};

const WORKBOOKS: [&str; 3] = ["people.xlsx", "conversations.xlsx", "teams.xlsx"];

/// The cells of a workbook's first sheet.
fn cells(path: &Path) -> Vec<Vec<Data>> {
    let mut workbook: calamine::Xlsx<_> = calamine::open_workbook(path).unwrap();
    let range = workbook.worksheet_range_at(0).unwrap().unwrap();
    range.rows().map(<[Data]>::to_vec).collect()
}

/// Acme in workbooks, with an edit and with names that spreadsheets like to change.
fn in_workbooks() -> Migration {
    let mut acme = Migration::acme();
    acme.settings.chats = Chats::Migrate;
    acme.conversations.extend([
        conversation(
            "0012345678901234567890",
            ConversationKind::Public,
            "mar-20",
            &[],
        ),
        Conversation {
            id: ConversationId::new("1e5"),
            ..conversation("X", ConversationKind::Public, "true", &[])
        },
    ]);
    acme.map().unwrap();
    acme.edit(PEOPLE, "U7", "entra_user", "ida@acme.example");
    acme.edit(CONVERSATIONS, "C2", "channel", "2020-01");
    acme.edit(CONVERSATIONS, "C3", "archived", "true");
    acme.map().unwrap();
    acme
}

#[test]
fn workbooks_say_the_same_as_csv() {
    let mut acme = in_workbooks();
    let csv = acme.plan().unwrap();
    let edits = acme.edits();
    acme.settings.sheets = Sheets::Xlsx;
    for _ in 0..2 {
        acme.map().unwrap();
        for (old, new) in [PEOPLE, CONVERSATIONS, TEAMS].iter().zip(WORKBOOKS) {
            assert!(!acme.path(old).exists() && acme.path(new).exists());
        }
        let xlsx = acme.plan().unwrap();
        assert_eq!((&xlsx.targets, &xlsx.teams), (&csv.targets, &csv.teams));
        assert_eq!(xlsx.people, csv.people);
        assert_eq!(acme.edits(), edits, "an edit goes with its table");
    }
    let first = acme.everything();
    acme.map().unwrap();
    assert_eq!(acme.everything(), first);
    let rows = cells(&acme.path("conversations.xlsx"));
    assert!(rows.iter().any(|row| row[0] == "0012345678901234567890"));
    assert!(rows[1..].iter().all(|row| matches!(row[3], Data::Float(_))));
}

#[test]
fn a_bad_cell_of_a_workbook_is_named_by_row_and_column() {
    let mut acme = Migration::acme();
    acme.settings.sheets = Sheets::Xlsx;
    acme.map().unwrap();
    let path = acme.path("conversations.xlsx");
    let mut rows = cells(&path);
    let action = rows[0].iter().position(|cell| *cell == "action").unwrap();
    rows[3][action] = Data::String("move".into());
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    for (row, cells) in (0..).zip(&rows) {
        for (column, cell) in (0..).zip(cells) {
            sheet.write_string(row, column, cell.to_string()).unwrap();
        }
    }
    workbook.save(&path).unwrap();
    let error = acme.map().unwrap_err().to_string();
    assert!(
        error.contains("conversations.xlsx:4, column action, \"move\""),
        "{error}"
    );
}

#[test]
fn two_files_for_one_table_are_refused() {
    let acme = Migration::acme();
    acme.map().unwrap();
    fs::write(acme.path("people.xlsx"), "x").unwrap();
    let error = acme.map().unwrap_err().to_string();
    assert!(error.contains("are both there"), "{error}");
}

/// What LibreOffice makes of a file when somebody opens it and saves it again.
fn saved_by_libreoffice(path: &Path, folder: &Path) -> PathBuf {
    let extension = path.extension().unwrap().to_str().unwrap();
    let filter = match extension {
        // UTF-8, comma, quotes, every cell detected as LibreOffice does by default.
        "csv" => "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1",
        _ => "xlsx:Calc MS Excel 2007 XML",
    };
    let ran = Command::new("soffice")
        .arg(format!(
            "-env:UserInstallation=file://{}/profile",
            folder.display()
        ))
        .args(["--headless", "--convert-to", filter, "--outdir"])
        .arg(folder.join("saved"))
        .arg(format!(
            "--infilter={}",
            match extension {
                "csv" => "CSV:44,34,76,1,,0,false,true",
                _ => "Calc MS Excel 2007 XML",
            }
        ))
        .arg(path)
        .output()
        .unwrap();
    assert!(ran.status.success(), "{ran:?}");
    let saved = folder.join("saved");
    let stem = path.file_stem().unwrap().to_str().unwrap();
    let found = fs::read_dir(&saved)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|file| {
            file.file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .starts_with(stem)
        });
    found.unwrap_or_else(|| panic!("nothing was saved: {ran:?}"))
}

#[test]
#[ignore = "needs LibreOffice (apt-get install libreoffice-calc); run with --ignored"]
fn libreoffice_leaves_every_cell_as_it_was() {
    for sheets in [Sheets::Csv, Sheets::Xlsx] {
        let mut acme = in_workbooks();
        acme.settings.sheets = sheets;
        acme.map().unwrap();
        let (plan, edits) = (acme.plan().unwrap(), acme.edits());
        let names = match sheets {
            Sheets::Csv => [PEOPLE, CONVERSATIONS, TEAMS],
            Sheets::Xlsx => WORKBOOKS,
        };
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let path = acme.path(name);
            let saved = saved_by_libreoffice(&path, folder.path());
            match sheets {
                Sheets::Csv => {
                    let [before, after] = [&path, &saved].map(|path| {
                        let text = fs::read_to_string(path).unwrap();
                        let text = text.trim_start_matches('\u{feff}').to_owned();
                        let mut reader = csv::ReaderBuilder::new()
                            .has_headers(false)
                            .from_reader(text.as_bytes());
                        let rows = reader.records().map(Result::unwrap);
                        rows.map(|row| row.iter().map(str::to_lowercase).collect::<Vec<_>>())
                            .collect::<Vec<_>>()
                    });
                    assert_eq!(after, before, "{name}");
                }
                Sheets::Xlsx => assert_eq!(cells(&saved), cells(&path), "{name}"),
            }
            fs::copy(&saved, &path).unwrap();
        }
        // In CSV `true` comes back as `TRUE`, and is understood.
        let lower = |edits: Vec<chatferry_mapping::Edit>| format!("{edits:?}").to_lowercase();
        assert_eq!(lower(acme.edits()), lower(edits));
        let after = acme.plan().unwrap();
        assert_eq!((&after.targets, &after.teams), (&plan.targets, &plan.teams));
        assert_eq!(after.people, plan.people);
        assert_eq!(channel(&after, "C2").name, "2020-01");
    }
}
