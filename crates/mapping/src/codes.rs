//! The kinds of findings that mapping makes.

chatferry_model::finding_codes! {
    ADDRESS_AMBIGUOUS = Warning, "map-address-ambiguous",
        "Two users of the directory claim the same address, so it matches nobody.",
        "Write the right user into entra_user in people.csv and run map again.";
    CHANNEL_RENAMED = Info, "map-channel-renamed",
        "A channel gets another name because Teams refuses its own or another channel has it.",
        "The old name stands in the channel's description; choose a better one in conversations.csv.";
    CHANNELS_MERGED = Warning, "map-channels-merged",
        "Several conversations go into one channel, because their rows name the same team and channel.",
        "Write different names into the column channel of the conversations to keep them apart.";
    CHAT_EMPTY = Info, "map-chat-empty",
        "A direct or group message in which nobody wrote anything becomes no chat.",
        "It was skipped; nothing is lost.";
    CHAT_TOO_LARGE = Error, "map-chat-too-large",
        "A conversation has more people than a group chat holds, which is 250.",
        "It was skipped; make it a private channel: action channel in the table of conversations.";
    CHAT_WITHOUT_PEOPLE = Error, "map-chat-without-people",
        "A direct or group message has too few people with an account to become a chat.",
        "It was skipped; map its people in people.csv, or make it a private channel in conversations.csv.";
    CHATS_SKIPPED = Info, "map-chats-skipped",
        "Direct and group messages stay behind, as the settings say.",
        "Set chats = \"migrate\", or --chats migrate, to bring them as chats.";
    CONVERSATION_SKIPPED = Info, "map-conversation-skipped",
        "A conversation stays behind because conversations.csv or the selection says so.",
        "Set its action to channel or chat to bring it.";
    DIRECTORY_MISSING = Warning, "map-directory-missing",
        "No list of the tenant's people was given, so nobody can be matched.",
        "Give one with --directory FILE: the Entra portal's user download, PowerShell's Export-Csv, or Graph's JSON.";
    DIRECTORY_PARTIAL = Warning, "map-directory-partial",
        "The directory file is only the first page of the tenant's people.",
        "Follow @odata.nextLink to the end and give all pages as one list.";
    GUEST_LEFT_OUT = Warning, "map-guest-left-out",
        "A guest of the source is not made a member of the team, where every member reads every standard channel.",
        "The guest still speaks in the history; add the guest in Teams where you want that.";
    MEMBERS_LEFT_OUT = Error, "map-members-left-out",
        "A team or private channel has more members than Teams lets in, so some stay outside.",
        "Share it out to several, or raise limits.private_members if your tenant holds more.";
    PERSON_UNMATCHED = Warning, "map-person-unmatched",
        "Somebody who wrote messages matches no user of the directory.",
        "The placeholder speaks, with the name in the text; to change that, write the user into entra_user in people.csv.";
    PLACEHOLDER_MISSING = Warning, "map-placeholder-missing",
        "People without an account have written messages, and no account is named that speaks for them.",
        "You can convert and rehearse without; before the upload name one with --placeholder UPN, or in the row * of people.csv.";
    PRIVATE_IN_STANDARD = Warning, "map-private-in-standard",
        "A private conversation goes into a standard channel, because its row in conversations.csv allows it.",
        "Everybody in the team will read it; set allow_private_in_standard to false to keep it private.";
    PRIVATE_MERGED = Warning, "map-private-merged",
        "A private conversation goes into a channel with others, whose members come to read it.",
        "Give it a channel of its own in the table of conversations if that is not wanted.";
    PRIVATE_OWNED_BY_PLACEHOLDER = Warning, "map-private-owned-by-placeholder",
        "A private channel has no mapped member and its team no owner, so the placeholder's account comes to own it.",
        "Name an owner with --owner UPN, or map one of its members in the table of people.";
    PRIVATE_OWNER_ADDED = Warning, "map-private-owner-added",
        "A private channel has no mapped member, so an owner of the team comes to own it and can read it.",
        "Map one of its members in people.csv, or skip it in conversations.csv, if that is not wanted.";
    PRIVATE_WITHOUT_OWNER = Error, "map-private-without-owner",
        "A private channel has no mapped member and its team no owner, so Teams will refuse to make it.",
        "Name an owner with --owner UPN, or map one of its members in people.csv.";
    ROW_GONE = Info, "map-row-gone",
        "A row of the CSV files stands for somebody or something the export no longer holds.",
        "It is kept with the status gone and has no effect.";
    SELF_DM_SKIPPED = Info, "map-self-dm-skipped",
        "Notes that somebody wrote to themselves have no counterpart in Teams.",
        "They were skipped; make them a private channel in conversations.csv to bring them.";
    TEAM_SPLIT = Info, "map-team-split",
        "A workspace has more channels than a team can hold, so it becomes several teams.",
        "Move conversations between the teams as you like; a team holds limits.private_channels private channels, 1,000 by default.";
    TEAM_WITHOUT_OWNER = Warning, "map-team-without-owner",
        "A team has no owner, so nobody will see it.",
        "Name one with --owner UPN, or in the column owners of teams.csv.";
    USER_DISABLED = Warning, "map-user-disabled",
        "Somebody is matched to a user whose account is disabled.",
        "The messages keep that author; if Teams refuses it, set the action to placeholder in people.csv.";
    USER_SHARED = Info, "map-user-shared",
        "Several source accounts are mapped to the same user.",
        "That is right where somebody had several accounts; otherwise correct people.csv.";
    USER_UNLICENSED = Warning, "map-user-unlicensed",
        "Somebody is matched to a user without a licence.",
        "The messages keep that author; if Teams refuses it, set the action to placeholder in people.csv.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_explained() {
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
