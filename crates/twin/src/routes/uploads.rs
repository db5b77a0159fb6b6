//! Upload sessions (E20, R61, R62).

use super::files::{WRITE, drive_of};
use super::require;
use crate::answer::Answer;
use crate::call::Call;
use crate::quick_xor::QuickXor;
use crate::refusal::Refused;
use crate::route::{ItemRef, UPLOADS};
use crate::rules::Rule;
use crate::state::drive::Conflict;
use crate::state::{Caller, ContentRange, State, UploadSession};
use crate::wire::files::UploadBody;
use crate::wire::{self, Text, files};

/// `POST .../createUploadSession`
pub(crate) fn create(
    state: &mut State,
    call: &Call<'_>,
    caller: &Caller,
    at: &ItemRef<'_>,
) -> Result<Answer, Refused> {
    require(state, caller, &WRITE)?;
    let mut body = UploadBody::default();
    if !call.body.is_empty() {
        body = wire::read(call, &state.settings)?;
    }
    if body.defer_commit == Some(true) {
        return Err(Rule::G5.refuse("deferCommit is not simulated"));
    }
    // Without a path, it is the file itself that gets new content.
    let default = match at.names().next() {
        None => Conflict::Replace,
        Some(_) => Conflict::Fail,
    };
    let wanted = body.item.as_ref();
    let conflict = wanted.and_then(|item| item.conflict.as_ref());
    let conflict = Conflict::parse(conflict.map(Text::as_str), default)?;
    let id = drive_of(state, call, at.drive)?;
    let drive = state.library.drive_mut(id.as_str())?;
    let spot = drive.spot(at.id, at.names(), &mut state.guids, call.now)?;
    if let Some(name) = wanted.and_then(|item| item.name.as_ref())
        && name.as_str() != spot.name
    {
        return Err(Rule::G5.refuse(format!("'{}' is not the name in the path", name.as_str())));
    }
    let session = UploadSession {
        drive: id,
        spot,
        conflict,
        expires: call.now.plus_millis(state.settings.files.session_ms),
        total: wanted.and_then(|item| item.file_size),
        hash: QuickXor::default(),
        kept: state.settings.files.keep_content.then(Vec::new),
    };
    let name = state.guids.hex();
    let url = format!("{}/{}/{name}", call.origin, UPLOADS.join("/"));
    let answer = Answer::json(200, &files::upload(&session, Some(&url)));
    let uploads = &mut state.library.uploads;
    uploads.retain(|_, session| session.expires > call.now);
    uploads.insert(name, session);
    Ok(answer)
}

/// R62, and R61 for a session that is gone.
fn session<'s>(
    state: &'s mut State,
    call: &Call<'_>,
    name: &str,
) -> Result<&'s mut UploadSession, Refused> {
    if call.authorization().is_some() {
        return Err(Rule::R62.refuse("the address is enough"));
    }
    let session = state.library.uploads.get_mut(name);
    session
        .filter(|session| session.expires > call.now)
        .ok_or_else(|| Rule::R61Gone.refuse("unknown, finished, cancelled or expired"))
}

/// `PUT {uploadUrl}`
pub(crate) fn chunk(
    state: &mut State,
    call: &Call<'_>,
    name: &str,
    oversized: bool,
) -> Result<Answer, Refused> {
    let upload = session(state, call, name)?;
    if oversized {
        return Err(Rule::R61.refuse("more than 60 MiB"));
    }
    let text = call.content_range().unwrap_or_default();
    let range = ContentRange::parse(text)
        .ok_or_else(|| Rule::R61.refuse(format!("Content-Range '{text}'")))?;
    upload.check(&range, call.body.len())?;
    if !range.is_last() {
        upload.take(&range, call.body);
        return Ok(Answer::json(202, &files::upload(upload, None)));
    }
    let (id, spot, conflict) = (upload.drive.clone(), upload.spot.clone(), upload.conflict);
    // A name that is taken leaves the session waiting for its last chunk.
    state.library.drive(id.as_str())?.taken(&spot, conflict)?;
    let upload = state.library.uploads.remove(name);
    let mut upload = upload.ok_or_else(|| Rule::R61Gone.refuse("gone"))?;
    upload.take(&range, call.body);
    let drive = state.library.drive_mut(id.as_str())?;
    let guids = &mut state.guids;
    let (item, is_new) = drive.put(&spot, upload.content(), conflict, guids, call.now)?;
    let resource = files::item(
        drive,
        drive.item(Some(item.as_str()))?,
        state.settings.files.hashes,
    );
    Ok(Answer::json(if is_new { 201 } else { 200 }, &resource))
}

/// `GET {uploadUrl}`
pub(crate) fn status(state: &mut State, call: &Call<'_>, name: &str) -> Result<Answer, Refused> {
    let session = session(state, call, name)?;
    Ok(Answer::json(200, &files::upload(session, None)))
}

/// `DELETE {uploadUrl}`
pub(crate) fn cancel(state: &mut State, call: &Call<'_>, name: &str) -> Result<Answer, Refused> {
    session(state, call, name)?;
    state.library.uploads.remove(name);
    Ok(Answer::empty(204))
}
