//! The plan as a table, and the duration of the upload.

use chatferry_mapping::{Bound, MapPlan};
use chatferry_model::figures::{bytes, count, duration, thousands};
use chatferry_model::schedule::BoundKind;

use crate::printer::Printer;

/// The number of teams that are shown one by one.
const TEAMS: usize = 20;

/// Shows the plan.
pub(super) fn show(printer: Printer, plan: &MapPlan) {
    let rows = plan.teams.iter().take(TEAMS).map(|team| {
        let new = if team.existing { "existing" } else { "new" };
        let mut row = vec![team.name.clone(), new.to_owned()];
        row.extend(
            [
                team.owners,
                team.members,
                team.standard,
                team.private,
                team.shared,
                team.posts,
            ]
            .map(thousands),
        );
        row
    });
    printer.table(
        &[
            "team", "", "owners", "members", "standard", "private", "shared", "posts",
        ],
        &rows.collect::<Vec<_>>(),
    );
    if plan.teams.len() > TEAMS {
        let more = plan.teams.len() - TEAMS;
        printer.plain(&format!("  … and {}", count(more as u64, "more team")));
    }
    let total = &plan.total;
    let mut parts = vec![
        count(total.channels, "channel"),
        count(total.chats, "chat"),
        format!("{} members", thousands(total.members)),
        count(total.posts, "post"),
    ];
    if total.files > 0 {
        parts.push(format!(
            "{} of at most {}",
            count(total.files, "file"),
            bytes(total.file_bytes)
        ));
    }
    printer.plain(&format!("\n{} in all", parts.join(", ")));
    let upload = &plan.upload;
    let Some(bound) = upload.bounds.first() else {
        return;
    };
    let limited = if upload.seconds_per_team_limited > upload.seconds {
        let longer = duration(upload.seconds_per_team_limited);
        format!(" ({longer} if Graph limits posts per team)")
    } else {
        String::new()
    };
    printer.plain(&format!(
        "Upload: about {}{limited}; limited by {}",
        duration(upload.seconds),
        words(bound)
    ));
    for advice in &upload.shorten {
        printer.plain(&format!("  To shorten it: {advice}"));
    }
}

fn words(bound: &Bound) -> String {
    let posts = count(bound.posts, "post");
    match bound.what {
        BoundKind::LongestChannel => format!("the longest channel, {} ({posts})", bound.name),
        BoundKind::LongestChat => format!("the longest chat, {} ({posts})", bound.name),
        BoundKind::AllChannels => format!("Graph's rate for one app into channels ({posts})"),
        BoundKind::AllChats => format!("Graph's rate for one app into chats ({posts})"),
    }
}
