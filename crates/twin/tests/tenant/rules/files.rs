//! Files: folders, names, uploads (R39 where it is set, R60–R64).

use chatferry_twin::{AppId, Files, Limits, Settings};
use serde_json::{Value, json};

use super::*;

const STEP: usize = 327_680;

/// The folder of a channel's files in a team of its own.
fn folder(twin: &Twin) -> String {
    twin.folder(&twin.open_channel())
}

fn put_named(twin: &Twin, name: &str) -> Reply {
    twin.put(&format!("{}:/{name}:/content", folder(twin)), b"abc")
}

/// Sends a file of two steps and 5 bytes in these chunks; the last answer.
fn chunks(twin: &Twin, ranges: &[(usize, usize, usize)]) -> Reply {
    let url = twin.upload(&folder(twin), "a.bin", "fail");
    let mut last = None;
    for (first, end, total) in ranges {
        let range = format!("bytes {first}-{}/{total}", end - 1);
        last = Some(twin.put_chunk(&url, &range, &vec![7; end - first]));
    }
    last.unwrap()
}

fn secretive(twin: &Twin, team: &str) -> String {
    let body = json!({
        "displayName": "secret",
        "membershipType": "private",
        "members": [member(ANNA, &["owner"])],
    });
    let id = twin.post(&format!("{team}/channels"), body).id();
    format!("{team}/channels/{id}")
}

fn knowing() -> Twin {
    Twin::new(Settings {
        files: Files {
            known_attachments: true,
            ..Settings::instant().files
        },
        ..Settings::instant()
    })
}

/// Posts a message with a file as its attachment, under that id and at that address.
fn attach(twin: &Twin, change: fn(&str, &str) -> (String, String)) -> Reply {
    let channel = twin.open_channel();
    let address = format!("{}:/a b.txt:/content", twin.folder(&channel));
    let file = twin.put(&address.replace(' ', "%20"), b"abc").body;
    let guid = file["eTag"].as_str().unwrap();
    let guid = guid.strip_prefix("\"{").unwrap().split('}').next().unwrap();
    let (id, url) = change(guid, file["webUrl"].as_str().unwrap());
    let html = format!("<attachment id=\"{id}\"></attachment>");
    let entry = json!({"id": id, "contentType": "reference", "contentUrl": url, "name": "a b.txt"});
    let body: Value = with(content(0, &html), "/attachments", json!([entry]));
    twin.post(&format!("{channel}/messages"), body)
}

rules! {
    r39_a_file_is_one_of_this_tenant R39Known "O chkp-roniz/teams-migrate#1" 400 "BadRequest" "Bad Request",
        in knowing,
        breaks |twin| attach(twin, |id, url| (id.to_owned(), url.replace("a%20b", "b"))),
        keeps |twin| attach(twin, |id, url| (id.to_lowercase(), format!("{url}?web=1")));
    r39_a_file_has_the_guid_of_its_etag R39Known "O chkp-roniz/teams-migrate#1" 400 "BadRequest" "Bad Request",
        in knowing,
        breaks |twin| attach(twin, |_, url| (BEN.to_owned(), url.to_owned())),
        keeps |twin| attach(twin, |id, url| (id.to_owned(), url.to_owned()));
    r60_a_folder_takes_several_calls R60 "O C2T" 404 "NotFound" "Folder location for channel 19:*",
        in || Twin::new(Settings { files: Files { folder_calls: 2, ..Settings::instant().files }, ..Settings::instant() }),
        breaks |twin| {
            let channel = twin.open_channel();
            twin.get(&format!("{channel}/filesFolder"));
            twin.get(&format!("{channel}/filesFolder"))
        },
        keeps |twin| {
            let channel = twin.open_channel();
            twin.get(&format!("{channel}/filesFolder"));
            twin.get(&format!("{channel}/filesFolder"));
            twin.get(&format!("{channel}/filesFolder"))
        };
    r60_a_folder_takes_a_while R60 "O C2T" 404 "NotFound" "Folder location for channel 19:*",
        in || Twin::new(Settings { files: Files { folder_ms: 5_000, ..Settings::instant().files }, ..Settings::instant() }),
        breaks |twin| {
            let channel = twin.open_channel();
            twin.advance(4_999);
            twin.get(&format!("{channel}/filesFolder"))
        },
        keeps |twin| {
            let channel = twin.open_channel();
            twin.advance(5_000);
            twin.get(&format!("{channel}/filesFolder"))
        };
    r60_a_private_folder_needs_the_teams_site R60 "O LS Q&A 295014" 404 "NotFound" "Folder location*",
        breaks |twin| {
            let channel = secretive(twin, &twin.normal_team());
            twin.get(&format!("{channel}/filesFolder"))
        },
        keeps |twin| {
            let team = twin.normal_team();
            let channel = secretive(twin, &team);
            twin.folder(&format!("{team}/primaryChannel"));
            twin.get(&format!("{channel}/filesFolder"))
        };
    r60_a_migrating_channels_folder_is_for_apps R60Delegated "O mgd#18002" 403 "Forbidden" "Forbidden",
        breaks |twin| {
            let channel = twin.open_channel();
            twin.use_token(&twin.tenant.delegated_token(&AppId::from(APP), &["Files.ReadWrite.All"]));
            twin.get(&format!("{channel}/filesFolder"))
        },
        keeps |twin| {
            let channel = normal_channel(twin);
            twin.use_token(&twin.tenant.delegated_token(&AppId::from(APP), &["Files.ReadWrite.All"]));
            twin.get(&format!("{channel}/filesFolder"))
        };
    r61_a_chunk_is_a_multiple_of_320_kib R61 "D createuploadsession" 400 "invalidRange" "The uploaded*",
        breaks |twin| chunks(twin, &[(0, STEP + 1, 2 * STEP + 5)]),
        keeps |twin| chunks(twin, &[(0, 2 * STEP, 2 * STEP + 5), (2 * STEP, 2 * STEP + 5, 2 * STEP + 5)]);
    r61_the_total_is_constant R61 "D createuploadsession" 400 "invalidRange" "The uploaded*",
        breaks |twin| chunks(twin, &[(0, STEP, STEP + 5), (STEP, STEP + 6, STEP + 6)]),
        keeps |twin| chunks(twin, &[(0, STEP, STEP + 5), (STEP, STEP + 5, STEP + 5)]);
    r61_the_range_is_that_of_the_bytes R61 "I" 400 "invalidRange" "The uploaded*",
        breaks |twin| {
            let url = twin.upload(&folder(twin), "a.bin", "fail");
            twin.put_chunk(&url, "bytes 0-3/4", b"abc")
        },
        keeps |twin| {
            let url = twin.upload(&folder(twin), "a.bin", "fail");
            twin.put_chunk(&url, "bytes 0-2/3", b"abc")
        };
    r61_a_chunk_is_below_60_mib R61 "D createuploadsession" 400 "invalidRange" "The uploaded*",
        breaks |twin| chunks(twin, &[(0, 192 * STEP, 193 * STEP)]),
        keeps |twin| chunks(twin, &[(0, STEP, 193 * STEP)]);
    r61_a_chunk_comes_once R61Received "D createuploadsession" 416 "invalidRange" "The uploaded fragment has already*",
        breaks |twin| chunks(twin, &[(0, STEP, 2 * STEP), (0, STEP, 2 * STEP)]),
        keeps |twin| chunks(twin, &[(0, STEP, 2 * STEP), (STEP, 2 * STEP, 2 * STEP)]);
    r61_chunks_come_in_order R61Order "D createuploadsession" 416 "fragmentOutOfOrder" "The uploaded fragment is out*",
        breaks |twin| chunks(twin, &[(STEP, 2 * STEP, 2 * STEP)]),
        keeps |twin| chunks(twin, &[(0, STEP, 2 * STEP)]);
    r61_a_session_expires R61Gone "D createuploadsession" 404 "itemNotFound" "The upload session was not found",
        breaks |twin| {
            let url = twin.upload(&folder(twin), "a.bin", "fail");
            twin.advance(24 * 3_600_000);
            twin.put_chunk(&url, "bytes 0-2/3", b"abc")
        },
        keeps |twin| {
            let url = twin.upload(&folder(twin), "a.bin", "fail");
            twin.advance(24 * 3_600_000 - 1);
            twin.put_chunk(&url, "bytes 0-2/3", b"abc")
        };
    r62_no_token_at_the_upload_address R62 "D createuploadsession" 401 "unauthenticated" "The caller*",
        breaks |twin| {
            let url = twin.upload(&folder(twin), "a.bin", "fail");
            twin.put(&url, b"abc")
        },
        keeps |twin| {
            let url = twin.upload(&folder(twin), "a.bin", "fail");
            twin.put_chunk(&url, "bytes 0-2/3", b"abc")
        };
    r63_a_name_is_taken_once R63 "D createuploadsession" 409 "nameAlreadyExists" "An item with the same name*",
        breaks |twin| {
            let folder = folder(twin);
            twin.put(&format!("{folder}:/a.bin:/content"), b"first");
            let url = twin.upload(&folder, "A.bin", "fail");
            twin.put_chunk(&url, "bytes 0-2/3", b"abc")
        },
        keeps |twin| {
            let folder = folder(twin);
            twin.put(&format!("{folder}:/a.bin:/content"), b"first");
            let url = twin.upload(&folder, "a.bin", "rename");
            twin.put_chunk(&url, "bytes 0-2/3", b"abc")
        };
    r63_a_folder_is_not_replaced R63 "D createuploadsession" 409 "nameAlreadyExists" "An item with the same name*",
        breaks |twin| {
            let folder = folder(twin);
            twin.put(&format!("{folder}:/a/b.txt:/content"), b"first");
            twin.put(&format!("{folder}:/a:/content"), b"second")
        },
        keeps |twin| put_named(twin, "a");
    r64_names_are_legal R64 "D errors.md" 400 "invalidPath" "The provided name*",
        breaks |twin| put_named(twin, "what%3F.txt"),
        keeps |twin| put_named(twin, "what%23.txt");
    r64_names_in_sessions_too R64 "D errors.md" 400 "invalidPath" "The provided name*",
        breaks |twin| twin.post(&format!("{}:/~$a.docx:/createUploadSession", folder(twin)), json!({})),
        keeps |twin| twin.post(&format!("{}:/a.docx:/createUploadSession", folder(twin)), json!({}));
    r64_forms_belongs_to_the_library R64 "K" 400 "invalidPath" "The provided name*",
        breaks |twin| twin.put(&format!("/v1.0/users/{ANNA}/drive/root:/Forms:/content"), b"x"),
        keeps |twin| twin.put(&format!("/v1.0/users/{ANNA}/drive/root:/a/Forms:/content"), b"x");
    r64_paths_are_short R64Long "D errors.md" 400 "pathIsTooLong" "The path is too long.",
        // "personal/anna_contoso_com/Documents/" has 36 characters.
        breaks |twin| twin.put(&format!("/v1.0/users/{ANNA}/drive/root:/{}/b:/content", "é".repeat(363)), b"x"),
        keeps |twin| twin.put(&format!("/v1.0/users/{ANNA}/drive/root:/{}/b:/content", "é".repeat(362)), b"x");
    r42_a_small_upload_is_small R42 "D driveitem-put-content" 413 "RequestEntityTooLarge" "Request Entity Too Large",
        breaks |twin| twin.put(&format!("{}:/a:/content", folder(twin)), &vec![0; 4 * 1024 * 1024 + 1]),
        keeps |twin| twin.put(&format!("{}:/a:/content", folder(twin)), &vec![0; 4 * 1024 * 1024]);
    r46_drives_may_have_a_limit_of_their_own R46 "D throttling" 429 "TooManyRequests" "Too Many Requests",
        in || {
            let limits = Limits { drive_calls: Some(2), ..Limits::default() };
            Twin::new(Settings { limits, ..Settings::instant() })
        },
        breaks |twin| {
            for _ in 0..2 { twin.get(&format!("/v1.0/users/{ANNA}/drive")); }
            twin.get(&format!("/v1.0/users/{ANNA}/drive"))
        },
        keeps |twin| {
            for _ in 0..2 { twin.get(&format!("/v1.0/users/{ANNA}/drive")); }
            twin.get("/v1.0/users")
        };
    g5_a_link_is_of_a_known_type G5 "D CSDL" 400 "BadRequest" "Bad Request",
        breaks |twin| twin.post(&format!("{}/createLink", folder(twin)), json!({"type": "own"})),
        keeps |twin| twin.post(&format!("{}/createLink", folder(twin)), json!({"type": "view"}));
    g7_files_need_their_permission G7 "D channel-get-filesfolder" 403 "Forbidden" "Missing role permissions*",
        breaks |twin| {
            let channel = twin.open_channel();
            twin.sign_in_with(&["Teamwork.Migrate.All"]);
            twin.get(&format!("{channel}/filesFolder"))
        },
        keeps |twin| {
            let channel = twin.open_channel();
            twin.sign_in_with(&["Files.ReadWrite.All"]);
            twin.get(&format!("{channel}/filesFolder"))
        };
    g8_a_folder_takes_no_options G8 "D channel-get-filesfolder" 400 "BadRequest" "Query option '$select' is not allowed.",
        breaks |twin| twin.get(&format!("{}/filesFolder?$select=id", twin.open_channel())),
        keeps |twin| twin.get(&format!("{}/filesFolder", twin.open_channel()));
    g14_items_exist G14 "K" 404 "itemNotFound" "The resource could not be found.",
        breaks |twin| twin.get(&format!("{}X", folder(twin))),
        keeps |twin| twin.get(&folder(twin));
    g14_a_path_leads_to_an_item G14Path "K" 404 "itemNotFound" "The resource could not be found.",
        breaks |twin| twin.get(&format!("{}:/a.txt:", folder(twin))),
        keeps |twin| {
            let folder = folder(twin);
            twin.put(&format!("{folder}:/a.txt:/content"), b"abc");
            twin.get(&format!("{folder}:/A.TXT"))
        };
}
