//! Files as admins have them.

use super::*;

fn load(name: &str, content: &[u8]) -> Result<Directory, DirectoryError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    Directory::load(&path)
}

/// The error of loading `content`, without the folder of the test.
fn error(name: &str, content: &[u8]) -> String {
    let text = load(name, content).unwrap_err().to_string();
    let at = text.find(name).unwrap();
    text[at..].to_owned()
}

fn fixture(name: &str) -> Directory {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures/directory")
        .join(name);
    Directory::load(&path).unwrap()
}

const JUN: &str = "57faa495-8418-5293-af55-8a17ce6323c5";
const ZOE: &str = "28a7b1c7-b18e-5cf7-b7a6-cffba3ffc8d5";

#[test]
fn portal_and_graph_say_the_same() {
    let (json, csv) = (fixture("acme.json"), fixture("acme.csv"));
    assert_eq!(json.users().len(), 11);
    for user in json.users() {
        let mut other = csv.by_id(user.id).unwrap().clone();
        other.proxy_addresses.sort();
        let mut user = user.clone();
        user.proxy_addresses.sort();
        assert_eq!(user, other);
    }
}

#[test]
fn what_was_written_is_read() {
    let directory = fixture("acme.json");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.csv");
    write(&path, directory.users()).unwrap();
    assert_eq!(Directory::load(&path).unwrap().users(), directory.users());
}

#[test]
fn every_dialect_of_csv_is_read() {
    let portal = format!(
        "userPrincipalName,displayName,mail,id,userType,accountEnabled,proxyAddresses\njun@acme.example,Jun,jun@acme.example,{JUN},Member,True,\"SMTP:jun@acme.example;smtp:j.w@acme.example\"\n"
    );
    let powershell = format!(
        "#TYPE Microsoft.Graph.PowerShell.Models.MicrosoftGraphUser\r\n\"UserPrincipalName\";\"DisplayName\";\"Mail\";\"Id\";\"ProxyAddresses\"\r\n\"jun@acme.example\";\"Jun\";\"jun@acme.example\";\"{JUN}\";\"SMTP:jun@acme.example smtp:j.w@acme.example\"\r\n"
    );
    let admin_center = format!(
        "Object Id\tUser principal name\tDisplay name\tMail\tProxy addresses\tBlock credential\n{JUN}\tjun@acme.example\tJun\tjun@acme.example\tSMTP:jun@acme.example,smtp:j.w@acme.example\tFalse\n"
    );
    let expected = DirectoryUser {
        id: JUN.parse().unwrap(),
        display_name: "Jun".into(),
        user_principal_name: "jun@acme.example".into(),
        mail: Some("jun@acme.example".into()),
        proxy_addresses: vec![
            "SMTP:jun@acme.example".into(),
            "smtp:j.w@acme.example".into(),
        ],
        enabled: true,
        licensed: None,
        guest: false,
    };
    // A German Excel saved it.
    let excel = format!(
        "Anzeigename [displayName];Name [userPrincipalName];id;mail;accountEnabled;proxyAddresses\r\nJun;jun@acme.example;{JUN};jun@acme.example;WAHR;SMTP:jun@acme.example|smtp:j.w@acme.example\r\n"
    );
    for text in [portal, powershell, admin_center, excel] {
        let utf16: Vec<u8> = std::iter::once(0xFEFF)
            .chain(text.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        for bytes in [
            text.as_bytes(),
            &utf16,
            format!("\u{feff}{text}").as_bytes(),
        ] {
            assert_eq!(
                load("users.csv", bytes).unwrap().users(),
                std::slice::from_ref(&expected),
                "{text}"
            );
        }
    }
}

#[test]
fn a_workbook_is_read_like_csv() {
    let directory = fixture("acme.json");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("users.xlsx");
    write(&path, directory.users()).unwrap();
    assert!(fs::read(&path).unwrap().starts_with(b"PK"));
    assert_eq!(Directory::load(&path).unwrap().users(), directory.users());
}

#[test]
fn licences_are_known_where_the_file_says_so() {
    let rows = |heading: &str, cells: [&str; 3]| {
        let mut text = format!("id,userPrincipalName,{heading}\n");
        for (number, cell) in cells.iter().enumerate() {
            text.push_str(&format!(
                "57faa495-8418-5293-af55-8a17ce6323c{number},u{number}@acme.example,{cell}\n"
            ));
        }
        text
    };
    let json = r#"{"value":[
        {"id":"57faa495-8418-5293-af55-8a17ce6323c0","assignedLicenses":[{"skuId":"x"}]},
        {"id":"57faa495-8418-5293-af55-8a17ce6323c1","assignedLicenses":[]},
        {"id":"57faa495-8418-5293-af55-8a17ce6323c2"}]}"#;
    for text in [
        rows("Licenses", ["Microsoft 365 E3", "Unlicensed", ""]),
        rows("isLicensed", ["True", "FALSCH", ""]),
        json.to_owned(),
    ] {
        let directory = load("users", text.as_bytes()).unwrap();
        let licensed: Vec<_> = directory.users().iter().map(|user| user.licensed).collect();
        assert_eq!(licensed, [Some(true), Some(false), None], "{text}");
    }
}

#[test]
fn powershell_s_json_is_read_too() {
    let text = format!(
        r#"[{{"Id":"{JUN}","DisplayName":null,"Mail":"","UserPrincipalName":"jun@acme.example","ProxyAddresses":null,"AccountEnabled":false,"UserType":"Guest"}}]"#
    );
    let directory = load("users.json", format!("\u{feff}{text}").as_bytes()).unwrap();
    let [user] = directory.users() else {
        panic!("{directory:?}")
    };
    assert_eq!(
        (
            user.display_name.as_str(),
            &user.mail,
            user.enabled,
            user.guest
        ),
        ("jun@acme.example", &None, false, true)
    );
    assert!(!directory.is_partial());
}

#[test]
fn a_first_page_is_seen_as_such() {
    let text = format!(
        r#"{{"@odata.nextLink":"https://graph.microsoft.com/v1.0/users?$skiptoken=x","value":[{{"id":"{JUN}"}}]}}"#
    );
    assert!(load("users.json", text.as_bytes()).unwrap().is_partial());
}

#[test]
fn errors_name_file_line_and_remedy() {
    let errors = [
        error(
            "a.csv",
            b"userPrincipalName,displayName\njun@acme.example,Jun\n",
        ),
        error("b.csv", b"id,displayName\n1,Jun\n"),
        error(
            "c.csv",
            b"id,userPrincipalName\n57faa495-8418-5293-af55-8a17ce6323c5,a\n42,jun@acme.example\n",
        ),
        error(
            "d.csv",
            b"id,userPrincipalName\n57faa495-8418-5293-af55-8a17ce6323c5,Zo\xEB\n",
        ),
        error("e.csv", b""),
        error("f.json", b"{\"value\":[\n{\"id\":\"42\"}]}"),
        error("g.json", b"{\"error\":{\"code\":\"Forbidden\"}}"),
        error("h.json", b"[]"),
        error("i.xlsx", b"PK\x03\x04"),
    ];
    insta::assert_snapshot!(errors.join("\n"));
}

#[test]
fn an_address_of_two_users_is_nobody_s() {
    let text = format!(
        "id,userPrincipalName,mail,proxyAddresses\n{JUN},jun@acme.example,team@acme.example,\n{ZOE},zoe@acme.example,,smtp:TEAM@acme.example\n"
    );
    let directory = load("users.csv", text.as_bytes()).unwrap();
    let claim = |text: &str| directory.claim(&Address::new(text).unwrap());
    assert!(matches!(claim("team@acme.example"), Claim::Several(users) if users.len() == 2));
    assert!(matches!(
        claim("Jun@Acme.example"),
        Claim::One(_, Field::UserPrincipalName)
    ));
    assert_eq!(claim("nobody@acme.example"), Claim::Nobody);
}

#[test]
fn a_user_is_found_by_whatever_names_one() {
    let directory = fixture("acme.json");
    for text in [
        ZOE,
        &ZOE.to_uppercase(),
        "ZOE.mueller-brandt@acme.example",
        " Zoë <zoe.mueller-brandt@acme.example> ",
    ] {
        assert_eq!(directory.resolve(text), Ok(ZOE.parse().unwrap()), "{text}");
    }
    for text in [
        "",
        "Zoë",
        "zoe@elsewhere.example",
        "00000000-0000-4000-8000-000000000000",
    ] {
        assert!(directory.resolve(text).is_err(), "{text}");
    }
    // Without a directory an id is all there is to go by.
    assert!(Directory::default().resolve(ZOE).is_ok());
    assert!(
        Directory::default()
            .resolve("zoe.mueller-brandt@acme.example")
            .is_err()
    );
}
