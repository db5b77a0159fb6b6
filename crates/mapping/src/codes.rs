//! The kinds of findings that mapping makes.

use chatferry_model::finding::{Code, Severity};

macro_rules! codes {
    ($($name:ident $id:literal $severity:ident $summary:literal $remedy:literal;)+) => {
        $(
            #[doc = $summary]
            pub const $name: &Code = &Code {
                id: $id,
                severity: Severity::$severity,
                summary: $summary,
                remedy: $remedy,
            };
        )+

        /// Every finding code of mapping, in the order of the ids.
        pub const CODES: &[&Code] = &[$($name),+];
    };
}

codes! {
    ADDRESS_AMBIGUOUS "map-address-ambiguous" Warning
        "Two users of the directory claim the same address, so it matches nobody."
        "Write the right user into entra_user in people.csv and run map again.";
    CHANNEL_RENAMED "map-channel-renamed" Info
        "A channel gets another name because Teams refuses its own or another channel has it."
        "The old name stands in the channel's description; choose a better one in conversations.csv.";
    CHANNELS_MERGED "map-channels-merged" Warning
        "Several conversations go into one channel, because their rows name the same team and channel."
        "Write different names into the column channel of the conversations to keep them apart.";
    CHAT_EMPTY "map-chat-empty" Info
        "A direct or group message in which nobody wrote anything becomes no chat."
        "It was skipped; nothing is lost.";
    CHAT_TOO_LARGE "map-chat-too-large" Error
        "A conversation has more people than a group chat holds, which is 250."
        "It was skipped; make it a private channel: action channel in the table of conversations.";
    CHAT_WITHOUT_PEOPLE "map-chat-without-people" Error
        "A direct or group message has too few people with an account to become a chat."
        "It was skipped; map its people in people.csv, or make it a private channel in conversations.csv.";
    CHATS_SKIPPED "map-chats-skipped" Info
        "Direct and group messages stay behind, as the settings say."
        "Set chats = \"migrate\", or --chats migrate, to bring them as chats.";
    CONVERSATION_SKIPPED "map-conversation-skipped" Info
        "A conversation stays behind because conversations.csv or the selection says so."
        "Set its action to channel or chat to bring it.";
    DIRECTORY_MISSING "map-directory-missing" Warning
        "No list of the tenant's people was given, so nobody can be matched."
        "Give one with --directory FILE: the Entra portal's user download, PowerShell's Export-Csv, or Graph's JSON.";
    DIRECTORY_PARTIAL "map-directory-partial" Warning
        "The directory file is only the first page of the tenant's people."
        "Follow @odata.nextLink to the end and give all pages as one list.";
    GUEST_LEFT_OUT "map-guest-left-out" Warning
        "A guest of the source is not made a member of the team, where every member reads every standard channel."
        "The guest still speaks in the history; add the guest in Teams where you want that.";
    MEMBERS_LEFT_OUT "map-members-left-out" Error
        "A team or private channel has more members than Teams lets in, so some stay outside."
        "Share it out to several, or raise limits.private_members if your tenant holds more.";
    PERSON_UNMATCHED "map-person-unmatched" Warning
        "Somebody who wrote messages matches no user of the directory."
        "The placeholder speaks, with the name in the text; to change that, write the user into entra_user in people.csv.";
    PLACEHOLDER_MISSING "map-placeholder-missing" Warning
        "People without an account have written messages, and no account is named that speaks for them."
        "You can convert and rehearse without; before the upload name one with --placeholder UPN, or in the row * of people.csv.";
    PRIVATE_IN_STANDARD "map-private-in-standard" Warning
        "A private conversation goes into a standard channel, because its row in conversations.csv allows it."
        "Everybody in the team will read it; set allow_private_in_standard to false to keep it private.";
    PRIVATE_MERGED "map-private-merged" Warning
        "A private conversation goes into a channel with others, whose members come to read it."
        "Give it a channel of its own in the table of conversations if that is not wanted.";
    PRIVATE_OWNED_BY_PLACEHOLDER "map-private-owned-by-placeholder" Warning
        "A private channel has no mapped member and its team no owner, so the placeholder's account comes to own it."
        "Name an owner with --owner UPN, or map one of its members in the table of people.";
    PRIVATE_OWNER_ADDED "map-private-owner-added" Warning
        "A private channel has no mapped member, so an owner of the team comes to own it and can read it."
        "Map one of its members in people.csv, or skip it in conversations.csv, if that is not wanted.";
    PRIVATE_WITHOUT_OWNER "map-private-without-owner" Error
        "A private channel has no mapped member and its team no owner, so Teams will refuse to make it."
        "Name an owner with --owner UPN, or map one of its members in people.csv.";
    ROW_GONE "map-row-gone" Info
        "A row of the CSV files stands for somebody or something the export no longer holds."
        "It is kept with the status gone and has no effect.";
    SELF_DM_SKIPPED "map-self-dm-skipped" Info
        "Notes that somebody wrote to themselves have no counterpart in Teams."
        "They were skipped; make them a private channel in conversations.csv to bring them.";
    TEAM_SPLIT "map-team-split" Info
        "A workspace has more channels than a team can hold, so it becomes several teams."
        "Move conversations between the teams as you like; a team holds limits.private_channels private channels, 1,000 by default.";
    TEAM_WITHOUT_OWNER "map-team-without-owner" Warning
        "A team has no owner, so nobody will see it."
        "Name one with --owner UPN, or in the column owners of teams.csv.";
    USER_DISABLED "map-user-disabled" Warning
        "Somebody is matched to a user whose account is disabled."
        "The messages keep that author; if Teams refuses it, set the action to placeholder in people.csv.";
    USER_SHARED "map-user-shared" Info
        "Several source accounts are mapped to the same user."
        "That is right where somebody had several accounts; otherwise correct people.csv.";
    USER_UNLICENSED "map-user-unlicensed" Warning
        "Somebody is matched to a user without a licence."
        "The messages keep that author; if Teams refuses it, set the action to placeholder in people.csv.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_unique_and_explained() {
        assert!(CODES.is_sorted_by(|a, b| a.id < b.id));
        for code in CODES {
            assert!(code.id.starts_with("map-"), "{}", code.id);
            for text in [code.summary, code.remedy] {
                assert!(
                    text.ends_with('.') && text.len() > 20,
                    "{}: {text}",
                    code.id
                );
            }
        }
    }
}
