//! Both kinds of file, from every tool.

use proptest::prelude::*;

use super::*;

const COLUMNS: &[Column] = &[
    Column::text("id"),
    Column::text("a"),
    Column::text("b"),
    Column::text("c"),
];

fn read(bytes: &[u8]) -> Vec<(u64, Vec<String>)> {
    let table = Table::parse(Path::new("t.csv"), bytes.to_vec()).unwrap();
    table
        .rows
        .into_iter()
        .map(|row| (row.line, row.cells))
        .collect()
}

fn utf16le(text: &str) -> Vec<u8> {
    let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}

#[test]
fn every_dialect_gives_the_same_cells() {
    let expected = vec![(2, vec!["1".to_owned(), "Zoë, \"Z\"".to_owned()])];
    for text in [
        "id,name\r\n1,\"Zoë, \"\"Z\"\"\"\r\n",
        "\u{feff}id,name\n1,\"Zoë, \"\"Z\"\"\"\n",
        "id;name\r\n1;\"Zoë, \"\"Z\"\"\"",
        "id\tname\n1\t\"Zoë, \"\"Z\"\"\"\n",
        "\"id\",\"name\"\n\"1\",\"Zoë, \"\"Z\"\"\"\n\n,\n",
        // A comma-separated file opened and saved by an Excel that separates by semicolons.
        "id,name\n\"1,\"\"Zoë, \"\"\"\"Z\"\"\"\"\"\"\"\n",
    ] {
        assert_eq!(read(text.as_bytes()), expected, "{text}");
        assert_eq!(
            read(&utf16le(text.trim_start_matches('\u{feff}'))),
            expected,
            "{text}"
        );
    }
}

#[test]
fn lines_are_counted_as_an_editor_counts_them() {
    let text = "#TYPE Microsoft.Graph.User\r\nid;name\r\n1;a\r\n\r\n2;\"two\nlines\"\r\n3;c\r\n";
    let lines: Vec<u64> = read(text.as_bytes()).iter().map(|row| row.0).collect();
    assert_eq!(lines, [3, 5, 7]);
}

#[test]
fn a_code_page_is_refused_by_line() {
    let error = Table::parse(Path::new("t.csv"), b"id,name\n1,Zo\xEB\n".to_vec()).unwrap_err();
    insta::assert_snapshot!(error, @r#"t.csv:2: not Unicode text; save it again as "CSV UTF-8" (PowerShell: Export-Csv -Encoding utf8)"#);
}

#[test]
fn an_open_quote_does_not_swallow_rows_in_silence() {
    let error =
        Table::parse(Path::new("t.csv"), b"id,name\n1,a\n2,\"b\n3,c\n".to_vec()).unwrap_err();
    insta::assert_snapshot!(error, @"t.csv:3: a quotation mark is not closed; close it or take it away");
}

#[test]
fn formulas_are_disarmed_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    let cells = ["=1+1", "+1", "-1", "@a", "\tx", "'quoted", "plain"];
    Table::write(
        &path,
        &COLUMNS[..2],
        cells.map(|c| vec!["k".into(), c.into()]),
    )
    .unwrap();
    let text = fs::read_to_string(&path).unwrap();
    for line in text.lines().skip(1) {
        let cell = line.split_once(',').unwrap().1.trim_start_matches('"');
        assert!(cell.starts_with(['\'', 'p']), "{line}");
    }
}

#[test]
fn a_translated_heading_is_known_by_its_property() {
    let text = "Benutzerprinzipalname [userPrincipalName];Objekt-ID [id] Erforderlich\na;b\n";
    let table = Table::parse(Path::new("t.csv"), text.as_bytes().to_vec()).unwrap();
    assert_eq!(table.column(&["id", "objectId"]), Some(1));
    assert_eq!(table.column(&["userPrincipalName"]), Some(0));
    assert_eq!(table.column(&["mail"]), None);
}

#[test]
fn a_workbook_holds_text_choices_and_no_formulas() {
    let folder = tempfile::tempdir().unwrap();
    let columns = [
        Column::text("id"),
        Column::figure("messages"),
        Column::choice("action", &["map", "skip"]),
    ];
    let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
    let rows = [row(["007", "12", "map"]), row(["=1+1", "2020-01-02", ""])];
    let [first, second] = ["a.xlsx", "b.xlsx"].map(|name| {
        let path = folder.path().join(name);
        Table::write(&path, &columns, rows.clone()).unwrap();
        path
    });
    assert_eq!(fs::read(&first).unwrap(), fs::read(second).unwrap());
    let table = Table::read(&first).unwrap();
    let read: Vec<_> = table
        .rows
        .iter()
        .map(|row| (row.line, &row.cells))
        .collect();
    assert_eq!(read, [(2, &rows[0]), (3, &rows[1])]);
    let mut workbook: calamine::Xlsx<_> = calamine::open_workbook(&first).unwrap();
    let formulas = calamine::Reader::worksheet_formula(&mut workbook, "Sheet1").unwrap();
    assert!(formulas.is_empty());
    let mut sheet = String::new();
    let file = fs::File::open(&first).unwrap();
    let mut archive = zip::ZipArchive::new(file).unwrap();
    let mut part = archive.by_name("xl/worksheets/sheet1.xml").unwrap();
    std::io::Read::read_to_string(&mut part, &mut sheet).unwrap();
    for part in [
        "\"map,skip\"",
        "state=\"frozen\"",
        "<autoFilter ref=\"A1:C3\"",
    ] {
        assert!(sheet.contains(part), "{part} is not in {sheet}");
    }
}

#[test]
fn what_is_no_workbook_is_refused() {
    for bytes in [
        b"PK\x03\x04 nothing".to_vec(),
        vec![0xD0, 0xCF, 0x11, 0xE0, 1],
    ] {
        let error = Table::parse(Path::new("t.xlsx"), bytes).unwrap_err();
        assert!(matches!(error, TableError::Workbook { .. }), "{error}");
    }
}

proptest! {
    #[test]
    fn what_was_written_is_read(rows in prop::collection::vec(
        prop::collection::vec("([-=+@'\t\r\n\",; a-cé\\PC]|_x|000|[0-9]|mar){0,12}", 3), 0..8
    )) {
        let folder = tempfile::tempdir().unwrap();
        let with_key = rows.iter().map(|cells| {
            let mut row = vec!["key".to_owned()];
            row.extend(cells.iter().cloned());
            row
        });
        let expected: Vec<Vec<String>> = with_key.clone().collect();
        for name in ["t.csv", "t.xlsx"] {
            let path = folder.path().join(name);
            Table::write(&path, COLUMNS, with_key.clone()).unwrap();
            let read: Vec<_> = Table::read(&path).unwrap().rows.into_iter().map(|r| r.cells).collect();
            let visible = |cell: &String| {
                let plain = |c: &char| name == "t.csv" || !c.is_control() || *c == '\n';
                cell.chars().filter(plain).collect::<String>()
            };
            let expected: Vec<Vec<String>> = expected
                .iter()
                .map(|row| row.iter().map(visible).collect())
                .collect();
            prop_assert_eq!(&read, &expected, "{}", name);
        }
    }
}
