//! Files from the folder of a channel to the attachment of a message.

use axum::body::Body;
use chatferry_twin::{Fault, Files, Kind, Outcome, Settings, What, When};
use http::{Method, Request};
use serde_json::{Value, json};

use crate::support::*;

const STEP: usize = 327_680;

#[test]
fn a_file_becomes_an_attachment() {
    let twin = Twin::instant();
    let team = twin.team();
    let channel = twin.channel(&team, "ops");
    let folder = twin.get(&format!("{channel}/filesFolder")).body;
    assert_eq!(folder["name"], "ops");
    assert_eq!(folder["folder"], json!({"childCount": 0}));
    let again = twin.get(&format!("{channel}/filesFolder")).body;
    assert_eq!(again, folder, "stable once it is there");
    let general = twin.get(&format!("{team}/primaryChannel/filesFolder")).body;
    assert_eq!(general["parentReference"], folder["parentReference"]);

    let address = twin.folder(&channel);
    let reply = twin.put(&format!("{address}:/old%20notes.docx:/content"), b"hello");
    assert_eq!(reply.status, 201);
    let file = reply.body;
    assert_eq!(
        (&file["name"], &file["size"]),
        (&json!("old notes.docx"), &json!(5))
    );
    let hashes = json!({"quickXorHash": "aCgDG9jwBgAAAAAABQAAAAAAAAA="});
    assert_eq!(file["file"]["hashes"], hashes);
    let drive = file["parentReference"]["driveId"].as_str().unwrap();
    let path = format!("/drives/{drive}/root:/ops");
    assert_eq!(file["parentReference"]["path"], path);
    let page = file["webUrl"].as_str().unwrap();
    assert!(
        page.contains("/_layouts/15/Doc.aspx?sourcedoc=%7B"),
        "{page}"
    );

    let by_id = format!(
        "/v1.0/drives/{drive}/items/{}",
        file["id"].as_str().unwrap()
    );
    assert_eq!(twin.get(&by_id).body, file);
    let by_path = format!("/v1.0/drives/{drive}/root:/ops/old%20notes.docx");
    assert_eq!(twin.get(&by_path).body, file);
    let text = twin.put(&format!("{address}:/a.txt:/content"), b"").body;
    let folder_url = folder["webUrl"].as_str().unwrap();
    assert_eq!(text["webUrl"], format!("{folder_url}/a.txt"));
    assert_eq!(twin.get(&address).body["folder"], json!({"childCount": 2}));

    let replaced = twin.put(&format!("{by_id}/content"), b"hello world");
    assert_eq!(
        (replaced.status, replaced.id()),
        (200, file["id"].as_str().unwrap().to_owned())
    );
    let tags = |item: &Value| item["eTag"].as_str().unwrap().to_owned();
    let (before, after) = (tags(&file), tags(&replaced.body));
    assert_eq!(before.replace(",1\"", ",2\""), after);
    assert!(twin.tenant.counts(Outcome::Refused).is_empty());
}

#[test]
fn a_large_file_comes_in_chunks() {
    let twin = Twin::new(Settings {
        files: Files {
            keep_content: true,
            ..Settings::instant().files
        },
        ..Settings::instant()
    });
    let folder = twin.folder(&twin.open_channel());
    let content: Vec<u8> = (0..2 * STEP + 5).map(|n| (n % 251) as u8).collect();
    let total = content.len();
    let url = twin.upload(&folder, "a.bin", "fail");
    assert!(
        url.starts_with("https://graph.microsoft.com/_api/"),
        "{url}"
    );

    let part = twin.put_chunk(
        &url,
        &format!("bytes 0-{}/{total}", STEP - 1),
        &content[..STEP],
    );
    assert_eq!(part.status, 202);
    assert_eq!(part.body["nextExpectedRanges"], json!([format!("{STEP}-")]));
    let status = |method| {
        let request = Request::builder().method(method).uri(&url);
        twin.send(request.body(Body::empty()).unwrap()).unwrap()
    };
    assert_eq!(status(Method::GET).body, part.body);
    let range = format!("bytes {STEP}-{}/{total}", total - 1);
    let odd = twin.put_chunk(&url, &range.replace(&total.to_string(), "9"), b"x");
    assert_eq!(odd.status, 400);
    let done = twin.put_chunk(&url, &range, &content[STEP..]);
    assert_eq!(done.status, 201);
    assert_eq!(done.body["size"], total);
    assert_eq!(status(Method::GET).status, 404, "finished");

    let [file] = &twin.tenant.files()[..] else {
        panic!("one file");
    };
    assert_eq!(file.path, "ops/a.bin");
    assert_eq!(file.content.as_deref(), Some(&content[..]));
    let whole = twin.put(&format!("{folder}:/b.bin:/content"), &content);
    assert_eq!(whole.body["file"]["hashes"], done.body["file"]["hashes"]);
    let state = twin.get("/_twin/state").body;
    assert_eq!(state["drives"][0]["files"], 2);
    assert_eq!(state["drives"][0]["bytes"], 2 * total);

    let url = twin.upload(&folder, "c.bin", "fail");
    let cancel = Request::delete(&url).body(Body::empty()).unwrap();
    assert_eq!(twin.send(cancel).unwrap().status, 204);
    assert_eq!(twin.put_chunk(&url, "bytes 0-2/3", b"abc").status, 404);
}

#[test]
fn a_taken_name_is_refused_replaced_or_changed() {
    let twin = Twin::instant();
    let folder = twin.folder(&twin.open_channel());
    twin.put(&format!("{folder}:/a.txt:/content"), b"first");
    let send = |conflict: &str| {
        let url = twin.upload(&folder, "a.txt", conflict);
        let reply = twin.put_chunk(&url, "bytes 0-2/3", b"abc");
        (reply.status, reply.body["name"].as_str().map(str::to_owned))
    };
    assert_eq!(send("fail"), (409, None));
    assert_eq!(send("replace"), (200, Some("a.txt".to_owned())));
    assert_eq!(send("rename"), (201, Some("a 1.txt".to_owned())));
    assert_eq!(send("rename"), (201, Some("a 2.txt".to_owned())));
    let query = "@microsoft.graph.conflictBehavior=fail";
    let small = twin.put(&format!("{folder}:/a.txt:/content?{query}"), b"x");
    assert_eq!(small.status, 409);
    let sizes: Vec<u64> = twin.tenant.files().iter().map(|file| file.size).collect();
    assert_eq!(sizes, [3, 3, 3]);
    assert!(
        twin.tenant
            .files()
            .iter()
            .all(|file| file.content.is_none())
    );
}

#[test]
fn a_persons_drive_is_there_when_asked_for() {
    let twin = Twin::instant();
    let drive = twin.get("/v1.0/users/anna@contoso.com/drive").body;
    assert_eq!(drive["driveType"], "business");
    let address = format!("/v1.0/users/{ANNA}/drive/root:/Chats/a.png:/content");
    let file = twin.put(&address, b"png");
    assert_eq!(file.status, 201);
    assert_eq!(file.body["parentReference"]["driveId"], drive["id"]);
    assert_eq!(
        file.body["webUrl"],
        "https://contoso-my.sharepoint.com/personal/anna_contoso_com/Documents/Chats/a.png"
    );
    let item = format!("/v1.0/users/{ANNA}/drive/items/{}", file.id());
    let link = |kind| {
        let body = json!({"type": kind, "scope": "organization"});
        twin.post(&format!("{item}/createLink"), body)
    };
    let first = link("view");
    assert_eq!(
        (first.status, &first.body["roles"]),
        (201, &json!(["read"]))
    );
    let again = link("view");
    assert_eq!((again.status, again.id()), (200, first.id()));
    assert_ne!(link("edit").id(), first.id());
    assert_eq!(twin.get(&format!("/v1.0/users/{NOBODY}/drive")).status, 404);
}

#[test]
fn private_channels_have_drives_of_their_own() {
    let twin = Twin::instant();
    let team = twin.normal_team();
    let body = json!({
        "displayName": "General 2",
        "membershipType": "private",
        "members": [member(ANNA, &["owner"])],
    });
    let id = twin.post(&format!("{team}/channels"), body).id();
    twin.folder(&format!("{team}/primaryChannel"));
    let folder = twin.folder(&format!("{team}/channels/{id}"));
    twin.put(&format!("{folder}:/a.txt:/content"), b"secret");
    let drives = twin.tenant.drives();
    assert_eq!(drives.iter().map(|drive| drive.files).sum::<usize>(), 1);
    assert_eq!(drives.len(), 2);
    let group = team.replace("teams", "groups");
    assert_eq!(twin.delete(&group).status, 204);
    assert_eq!(twin.tenant.drives(), [], "gone with their team");
}

#[test]
fn an_upload_outlives_faults_and_dumps() {
    let twin = Twin::instant();
    let folder = twin.folder(&twin.open_channel());
    let url = twin.upload(&folder, "a.bin", "fail");
    twin.tenant.inject(Fault {
        when: When::nth(Kind::UploadChunk, 1),
        what: What::Lose,
    });
    let first = Request::put(&url)
        .header(
            "content-range",
            format!("bytes 0-{}/{}", STEP - 1, STEP + 1),
        )
        .body(Body::from(vec![1; STEP]))
        .unwrap();
    assert!(twin.send(first).is_none());
    let twin = twin.restored(&twin.tenant.dump().unwrap());
    let status = Request::get(&url).body(Body::empty()).unwrap();
    let status = twin.send(status).unwrap();
    assert_eq!(
        status.body["nextExpectedRanges"],
        json!([format!("{STEP}-")])
    );
    let range = format!("bytes {STEP}-{STEP}/{}", STEP + 1);
    let done = twin.put_chunk(&url, &range, &[2]);
    assert_eq!((done.status, &done.body["size"]), (201, &json!(STEP + 1)));
}
