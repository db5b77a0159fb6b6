//! The rule book: every rule the tenant enforces, once, with its source and its exact answer.
//!
//! Numbers `R1`–`R68` are those of crates/graph/RULES.md section 6, whose letters say what a rule
//! rests on: D documented, O observed, I inferred, K common knowledge. `A` rules are Entra's, at
//! the token endpoint; `G` rules are Graph's own, outside the import API; `F` rules are troubles of
//! the service that a setting turns on, with the section of crates/graph/RULES.md that tells of
//! them. Where the sources give a status but no text, the text is `Bad Request`, as Graph's own
//! bare answers have it. A rule without an answer describes behaviour; where breaking it is only
//! noticed, the log says so.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The response to a caller: status, code, text. `{}` in the text is filled in per call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The HTTP status.
    pub status: u16,
    /// The code of the error envelope.
    pub code: &'static str,
    /// The message of the error envelope.
    pub text: &'static str,
}

/// A line of the rule book.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Entry {
    /// The rule.
    #[serde(skip)]
    pub rule: Rule,
    /// The rule's name in the twin: its number, with a word where one number has several responses.
    pub name: &'static str,
    /// The number or section in crates/graph/RULES.md section 6, or Entra's number.
    pub number: &'static str,
    /// The demand of the rule.
    pub sentence: &'static str,
    /// The evidence for the rule.
    pub basis: &'static str,
    /// The answer on violation; `None` for a rule that only says how the tenant behaves.
    pub verdict: Option<Verdict>,
}

macro_rules! rule_book {
    ($(
        #[doc = $sentence:literal]
        $name:ident $number:literal $basis:literal $(=> $status:literal $code:literal $text:literal)?;
    )+) => {
        /// A rule of the tenant; the table is [`BOOK`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $(#[doc = $sentence] $name,)+
        }

        /// The rule book, in order of the rules.
        pub const BOOK: &[Entry] = &[$(*Rule::$name.entry()),+];

        impl Rule {
            /// The rule's line in the book.
            pub const fn entry(self) -> &'static Entry {
                match self {
                    $(Rule::$name => &const { Entry {
                        rule: Rule::$name,
                        name: stringify!($name),
                        number: $number,
                        sentence: $sentence.trim_ascii(),
                        basis: $basis,
                        verdict: rule_book!(@verdict $($status $code $text)?),
                    } },)+
                }
            }
        }
    };
    (@verdict) => { None };
    (@verdict $status:literal $code:literal $text:literal) => {
        Some(Verdict { status: $status, code: $code, text: $text })
    };
}

rule_book! {
    /// Migration actions and import need a token with the role Teamwork.Migrate.All.
    R1 "R1" "D permission tables; O string in third-party code"
        => 403 "Forbidden" "Missing role permissions on the request. API requires one of '{}'. Roles on the request '{}'.";
    /// Migration actions and import need an app-only token: delegated authentication is refused.
    R1Delegated "R1" "D MTD-2026, permission tables of E6-E10"
        => 403 "Forbidden" "Delegated authentication is not supported for migration.";
    /// Every call needs a bearer token that was issued here and has not expired.
    R2 "R2" "K"
        => 401 "InvalidAuthenticationToken" "{}";
    /// A team or channel is not created in the future.
    R3 "R3" "D team-post ex.8; MTD error list"
        => 400 "BadRequest" "Bad Request";
    /// createdDateTime of a team or channel goes only with the creation mode `migration`, the only one there is.
    R4 "R4" "D team-post ex.8"
        => 400 "BadRequest" "Bad Request";
    /// A team in migration mode is made from the template `standard`.
    R5 "R5" "D rule, team-post ex.8; I status"
        => 400 "BadRequest" "Bad Request";
    /// Creating a team answers 202 with an empty body, Location and Content-Location.
    R6 "R6" "D team-post ex.8";
    /// A team is not readable until its operation has succeeded.
    R7 "R7" "O C2T"
        => 404 "NotFound" "No team found with Group Id {}";
    /// A channel is not found until it has been provisioned.
    R7Channel "R7" "O C2T; K text"
        => 404 "NotFound" "Channel '{}' does not exist.";
    /// An operation goes from notStarted through inProgress to succeeded, or to failed where that is set; polls less than 30 s apart are noted.
    R8 "R8" "D teamsasyncoperation";
    /// A channel is created in migration mode only in a team that is under migration.
    R9 "R9" "O ISS#11973"
        => 400 "BadRequest" "Migration channels can only be created in a team under migration.";
    /// A channel created in migration mode is standard, whatever membershipType was asked for; noted, not refused.
    R10 "R10" "O ISS#14011, mgdc#8685";
    /// A channel is not older than its team.
    R11 "R11" "O C2T"
        => 400 "BadRequest" "Bad Request";
    /// A channel name has 1 to 50 characters, none forbidden, no reserved word, no forbidden edge.
    R12 "R12" "D limits doc, channel names; I status"
        => 400 "BadRequest" "Bad Request";
    /// A channel name is unique in its team, channels deleted within 30 days included.
    R12Taken "R12" "D rule; K text"
        => 400 "BadRequest" "Channel name already existed, please use other name.";
    /// A shared channel is created with exactly one owner, asynchronously.
    R13 "R13" "D channel-post"
        => 400 "BadRequest" "Bad Request";
    /// A private channel is created with an owner and at most 200 members.
    R14 "R14" "D rule, channel-post; I status"
        => 400 "BadRequest" "Bad Request";
    /// A team has at most 1,000 channels, those deleted within 30 days included, and few private ones.
    R15 "R15" "D limits doc; I status"
        => 400 "BadRequest" "Bad Request";
    /// A conversation that is in migration mode cannot be put into it again.
    R16 "R16" "D channel-startmigration ex.2"
        => 400 "BadRequest" "Bad Request";
    /// conversationCreationDateTime lies strictly before the present createdDateTime and after 0001-01-01.
    R17 "R17" "D channel-startmigration; O C2T"
        => 400 "BadRequest" "'ConversationCreationDateTime' must be older than the existing 'CreatedDateTime'";
    /// startMigration sets createdDateTime, keeps the first one as originalCreatedDateTime, answers 204.
    R18 "R18" "D channel-startmigration";
    /// startMigration without a date leaves createdDateTime where it is.
    R19 "R19" "D ambiguous; I";
    /// Meeting chats cannot be migrated.
    R20 "R20" "D rule, supported-chats; I status"
        => 400 "BadRequest" "Bad Request";
    /// The parameters of startMigration are spelt as in the metadata.
    R21 "R21" "I OData; CSDL l.25239"
        => 400 "BadRequest" "The parameter '{}' in the request payload is not a valid parameter for the operation 'startMigration'.";
    /// Only the application that opened an import session may post in it.
    R22 "R22" "D rule, E6-E10; O string ISS#14151; I status"
        => 400 "BadRequest" "InvalidRequestProperties-Only 1 application is allowed to operate within an import session. Please check the import operation initiator/ImportMetadata.ImportedBy.";
    /// Only the application that opened an import session may complete it.
    R23 "R23" "D rule, E6-E10; O string ISS#14151; I status"
        => 400 "BadRequest" "Request Initiator does not match the import session intiator.";
    /// A message is posted only into a channel in migration mode.
    R24 "R24" "O ISS#14026"
        => 401 "Unauthorized" "Message POST is allowed in application-only context only for import purposes. Refer to https://docs.microsoft.com/microsoftteams/platform/graph-api/import-messages/import-external-messages-to-teams for more details.";
    /// A message is posted only into a chat in migration mode.
    R24Chat "R24" "O ISS#13680"
        => 502 "BadGateway" "Failed to execute backend request.";
    /// With the lag of modes, a message is posted only once the place is known to be in migration mode.
    R24Blocked "R24" "O crates/graph/RULES.md G2"
        => 403 "Forbidden" "InsufficientPrivileges";
    /// An imported message has an author.
    R25 "R25" "O ISS#14026; D teams-import-messages"
        => 401 "Unauthorized" "Message POST is allowed in application-only context only for import purposes. Refer to https://docs.microsoft.com/microsoftteams/platform/graph-api/import-messages/import-external-messages-to-teams for more details.";
    /// The author is the object id of a user of this tenant.
    R26 "R26" "D teams-import-messages; O ISS#2230; I for an unknown GUID"
        => 400 "BadRequest" "Bad Request";
    /// The author is an aadUser: no application, device, guest by phone or federated user.
    R27 "R27" "D federated; I others"
        => 400 "BadRequest" "Bad Request";
    /// A message is strictly later than its channel or chat.
    R28 "R28" "D teams-import-messages; I status"
        => 400 "BadRequest" "Bad Request";
    /// With the lag of dates, a message is strictly later than the date that its channel or chat is known by.
    R28Blocked "R28" "O crates/graph/RULES.md G3, G4"
        => 403 "Forbidden" "InsufficientPrivileges";
    /// A message does not lie in the future.
    R29 "R29" "D teams-import-messages"
        => 400 "BadRequest" "Bad Request";
    /// Digits below the millisecond are cut off, not rounded.
    R30 "R30" "D MTD-2025";
    /// No two messages of a conversation, replies included, have the same millisecond.
    R31 "R31" "D MTD-2025; O ISS#7654"
        => 409 "Conflict" "Exception of type 'Microsoft.Skype.Messaging.ThreadService.Common.Store.Exceptions.StoreException' was thrown.";
    /// A message's id and etag are the milliseconds of its createdDateTime.
    R32 "R32" "I from D samples";
    /// A message without createdDateTime is stamped with the present.
    R33 "R33" "D optional; I value";
    /// A message has a body with content; contentType is text or html.
    R34 "R34" "D chatMessage"
        => 400 "BadRequest" "Bad Request";
    /// A reply's parent exists and is a root message of the same channel.
    R35 "R35" "I"
        => 404 "NotFound" "Message {} was not found in the channel.";
    /// Chats have no replies.
    R36 "R36" "D chatMessage"
        => 404 "NotFound" "Resource not found for the segment 'replies'.";
    /// Every mention has a whole-number id of its own and exactly one non-empty `<at id>` in an html body, and the reverse.
    R37 "R37" "O C2T"
        => 400 "BadRequest" "Bad Request";
    /// Every `<attachment id>` of an html body has its entry in attachments, and the reverse.
    R38 "R38" "D chatmessage-post ex.3/4; I status"
        => 400 "BadRequest" "Bad Request";
    /// The last segment of a reference attachment's contentUrl carries a file extension.
    R39 "R39" "O C2T"
        => 403 "Forbidden" "File attachment without extension is not supported in application context";
    /// With `known_attachments`, a reference attachment is a file of this tenant and has the GUID of its eTag as its id.
    R39Known "R39" "O chkp-roniz/teams-migrate#1: taken, but does not open; I answer"
        => 400 "BadRequest" "Bad Request";
    /// Every hosted content is an image that the body refers to, and the reverse; the source is rewritten.
    R40 "R40" "D chatmessage-post ex.5; I for a dangling one"
        => 400 "BadRequest" "Bad Request";
    /// Unless the setting is off, a hosted content is a JPEG or a PNG.
    R40Type "R40" "O mgdc#9134; crates/graph/RULES.md G1"
        => 400 "BadRequest" "Unsupported content type in hostedContent '{}'. Supported types are image/jpg, image/jpeg, image/png.";
    /// With inline images switched off, every import of hostedContents fails.
    R41 "R41" "O ISS#13994, ISS#14138"
        => 403 "Forbidden" "UnknownError";
    /// A request body holds at most 4 MB, the content of a file that comes without a session too.
    R42 "R42" "O MS engineer, mgd#15594"
        => 413 "RequestEntityTooLarge" "Request Entity Too Large";
    /// A message weighs at most about 28 KB.
    R43 "R43" "D limits doc, approximate"
        => 413 "RequestEntityTooLarge" "Request Entity Too Large";
    /// A message has at most 250 reactions.
    R44 "R44" "D MTD-2025 number; I status"
        => 400 "BadRequest" "Bad Request";
    /// Properties of a message that only the server sets are ignored; its locale is en-us.
    R45 "R45" "D read-only; I ignored";
    /// Calls keep to 5 posts a second per channel, 50 and 20 per app into channels and chats, 20 message reads, 30 others.
    R46 "R46" "D MTD; throttling limits"
        => 429 "TooManyRequests" "Too Many Requests";
    /// Members of one team or chat are changed by at most four calls a minute.
    R47 "R47" "D throttling limits"
        => 429 "TooManyRequests" "Too Many Requests";
    /// Only a conversation in migration mode can be completed.
    R48 "R48" "D channel-completemigration; O ISS#2628"
        => 400 "BadRequest" "Channel has already been finalized.";
    /// completeMigration sets migrationMode to completed; it may be started again with an older date.
    R49 "R49" "D channel-completemigration";
    /// A team is completed when all its channels are, General included, and a moment has passed.
    R50 "R50" "D team-completemigration; O ISS#11973, ISS#13310, ISS#13314, ISS#13317"
        => 400 "BadRequest" "All channels must be finalized before team.";
    /// General completed while other channels are open ends the team's migration: R9 and R50 fail from then on; noted.
    R51 "R51" "O ISS#11973; D mgdc#9422";
    /// A team under migration takes no members before it is completed.
    R52 "R52" "D MTD; O mgd#18002"
        => 403 "Forbidden" "Members cannot be added to a team under migration.";
    /// A bulk call adds at most 200 members; what fails is told one by one in a 207.
    R53 "R53" "D conversationmembers-add; I over 200"
        => 400 "BadRequest" "Bad Request";
    /// A one-on-one chat of the same two people is created once: its id is answered again.
    R54 "R54" "D chat-post";
    /// A one-on-one chat has two different members.
    R55 "R55" "O third-party code"
        => 400 "BadRequest" "Cannot create one-on-one chat with duplicate members";
    /// A group chat names each member once.
    R55Group "R55" "O third-party code"
        => 400 "BadRequest" "Duplicate chat members is specified";
    /// visibleHistoryStartDateTime is set when a member is added to a chat, not when the chat is created.
    R56 "R56" "O C2T; D chat-post-members"
        => 400 "BadRequest" "VisibleHistoryStartDateTime cannot be set";
    /// The members of a one-on-one chat do not change.
    R57 "R57" "O C2T"
        => 403 "InsufficientPrivileges" "RosterAddMemberBlocked-Roster is blocked from {}";
    /// A member sees of a chat what is not older than the member's visibleHistoryStartDateTime.
    R58 "R58" "D chat-post-members ex.1-3";
    /// Messages are not deleted and reactions not set by an application.
    R59 "R59" "D application not supported; O C2T"
        => 405 "MethodNotAllowed" "Requested API is not supported in application-only context";
    /// A channel's folder is there only after it has been asked for, and some time has passed; a private channel's after its team's.
    R60 "R60" "O C2T, LS Q&A 295014; K text"
        => 404 "NotFound" "Folder location for channel {} is not ready yet, please try again later.";
    /// While a channel is in migration mode, its folder is for applications only.
    R60Delegated "R60" "O mgd#18002"
        => 403 "Forbidden" "Forbidden";
    /// A chunk is a multiple of 320 KiB unless it is the last, smaller than 60 MiB, as long as it says, of a file of constant size.
    R61 "R61" "D driveitem-createuploadsession; I status and code"
        => 400 "invalidRange" "The uploaded fragment is not a valid range of the file.";
    /// A chunk that has come does not come again.
    R61Received "R61" "D driveitem-createuploadsession; K text"
        => 416 "invalidRange" "The uploaded fragment has already been received.";
    /// Chunks come in order.
    R61Order "R61" "D driveitem-createuploadsession; I status"
        => 416 "fragmentOutOfOrder" "The uploaded fragment is out of order.";
    /// An upload session is there until it is finished, cancelled or expired.
    R61Gone "R61" "D driveitem-createuploadsession; K code"
        => 404 "itemNotFound" "The upload session was not found";
    /// The upload address is called without an Authorization header.
    R62 "R62" "D driveitem-createuploadsession; K code"
        => 401 "unauthenticated" "The caller must not be authenticated to use an upload session.";
    /// A name is taken once in its folder, unless what is there is to be replaced or the newcomer renamed.
    R63 "R63" "D driveitem-createuploadsession"
        => 409 "nameAlreadyExists" "An item with the same name already exists under the parent";
    /// A file's name has no forbidden character, blank edge or reserved word.
    R64 "R64" "D errors.md codes; third-party copy of the name rules"
        => 400 "invalidPath" "The provided name cannot contain any of these characters or be a reserved name.";
    /// A file's decoded path has at most 400 characters.
    R64Long "R64" "D errors.md codes; third-party copy of the name rules"
        => 400 "pathIsTooLong" "The path is too long.";
    /// A page of users, groups or teams has 1 to 999 of them.
    R65 "R65" "O LS Q&A 1129204"
        => 400 "Request_BadRequest" "Invalid page size specified: '{}'. Must be between 1 and 999 inclusive.";
    /// A batch has at most 20 requests.
    R66 "R66" "D json-batching; K code and text"
        => 400 "MaximumValueExceeded" "Number of batch request steps exceeds the maximum value of 20.";
    /// The requests of a batch have ids of their own.
    R66Ids "R66" "D json-batching; K text"
        => 400 "BadRequest" "Request Id has to be unique in a batch.";
    /// The requests of a batch depend on others in it, in no circle, and are no batches.
    R66Odd "R66" "D json-batching; I status"
        => 400 "BadRequest" "Bad Request";
    /// A request of a batch that depends on one that failed is not carried out.
    R66Failed "R66" "D json-batching"
        => 424 "FailedDependency" "Failed Dependency";
    /// Enum members newer than the sentinel are shown only with `Prefer: include-unknown-enum-members`.
    R67 "R67" "D CSDL enums";
    /// National clouds have no startMigration.
    R68 "R68" "D CSDL; I string"
        => 404 "NotFound" "Resource not found for the segment 'startMigration'.";

    /// With the defect of one-on-one chats, they cannot be put into migration mode.
    F1 "1.15" "O ISS#14265"
        => 412 "PreconditionFailed" "PreconditionFailed-Version mismatch for thread resource.";
    /// With the defect of stuck sessions, a thread that is started too soon after its completion cannot be started again, and its completion changes nothing; its first start is noted.
    F2 "1.15" "O ISS#14576, of a chat; I for channels, and that the first start is answered"
        => 400 "BadRequest" "Bad Request";
    /// With the defect of code blocks, a message is read back with the text of its first inline code in each code block behind it.
    F3 "8.2" "O msgraph-sdk-javascript#1995, crates/graph/RULES.md G20";

    /// The token address names this tenant.
    A1 "AADSTS90002" "K"
        => 400 "invalid_request" "AADSTS90002: Tenant '{}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.";
    /// The client is registered in this tenant.
    A2 "AADSTS700016" "K"
        => 400 "unauthorized_client" "AADSTS700016: Application with identifier '{}' was not found in the directory '{}'.";
    /// The client proves itself with the value of its secret.
    A3 "AADSTS7000215" "O C2T runbook; K text"
        => 401 "invalid_client" "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{}'.";
    /// The client proves itself at all.
    A4 "AADSTS7000218" "K"
        => 401 "invalid_client" "AADSTS7000218: The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
    /// The grant is client_credentials.
    A5 "AADSTS70003" "D client-creds; K text"
        => 400 "unsupported_grant_type" "AADSTS70003: The app requested an unsupported grant type '{}'.";
    /// The scope is one resource followed by /.default.
    A6 "AADSTS1002012" "D client-creds; K text"
        => 400 "invalid_scope" "AADSTS1002012: The provided value for scope {} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).";
    /// The request is a form with client_id, scope and grant_type.
    A7 "AADSTS900144" "D client-creds; K text"
        => 400 "invalid_request" "AADSTS900144: The request body must contain the following parameter: '{}'.";
    /// An assertion is a JWT that one of the app's certificates signed, by PS256 or RS256, and that names its thumbprint.
    A8 "AADSTS700027" "D client-creds; K text"
        => 401 "invalid_client" "AADSTS700027: The certificate with identifier used to sign the client assertion is not registered on application '{}'.";
    /// An assertion is good at this time, and not for longer than a day.
    A9 "AADSTS700024" "K"
        => 401 "invalid_client" "AADSTS700024: Client assertion is not within its valid time range.";
    /// An assertion is the app's own, to the token address, with an id.
    A10 "AADSTS50012" "D client-creds; K code and text"
        => 401 "invalid_client" "AADSTS50012: Assertion audience or issuer does not match the application.";

    /// The address is one that Graph has.
    G1 "G1" "R68's string"
        => 404 "NotFound" "Resource not found for the segment '{}'.";
    /// The address takes this method.
    G2 "G2" "K"
        => 405 "MethodNotAllowed" "The HTTP method '{}' is not supported for this resource.";
    /// The body is JSON of the right types.
    G3 "G3" "O mgdc#4454"
        => 400 "BadRequest" "Invalid request body was sent.";
    /// The type has the properties that are sent.
    G4 "G4" "I OData, after R21"
        => 400 "BadRequest" "The property '{}' does not exist on type '{}'. Make sure to only use property names that are defined by the type.";
    /// Required properties are present and have legal values.
    G5 "G5" "D reference pages, required properties"
        => 400 "BadRequest" "Bad Request";
    /// The resource that the address names exists.
    G6 "G6" "K"
        => 404 "NotFound" "{} '{}' does not exist.";
    /// The token has one of the permissions that the call needs.
    G7 "G7" "D permission tables, crates/graph/RULES.md section 1.0"
        => 403 "Forbidden" "Missing role permissions on the request. API requires one of '{}'. Roles on the request '{}'.";
    /// The query has only options that this collection takes.
    G8 "G8" "K"
        => 400 "BadRequest" "Query option '{}' is not allowed.";
    /// A page of messages has at most 50 of them.
    G9 "G9" "D; limit of list messages"
        => 400 "BadRequest" "The limit of '50' for Top query has been exceeded. The value from the incoming request is '{}'.";
    /// A body is sent as application/json.
    G10 "G10" "K"
        => 415 "UnsupportedMediaType" "The content type '{}' is not supported.";
    /// Members are added to private and shared channels only.
    G11 "G11" "D channel-post notes, E17"
        => 400 "BadRequest" "Bad Request";
    /// A member of a private channel is a member of its team.
    G12 "G12" "K"
        => 403 "Forbidden" "User is not found in the team.";
    /// General is not deleted.
    G13 "G13" "K"
        => 400 "BadRequest" "Bad Request";
    /// A drive, file or folder that an address names exists.
    G14 "G14" "K"
        => 404 "itemNotFound" "The resource could not be found.";
    /// A path leads to an item: the answer to a look whether a name is taken.
    G14Path "G14" "K"
        => 404 "itemNotFound" "The resource could not be found.";
    /// A guest of the tenant is `guest` in a chat, everybody else `owner`.
    G15 "G15" "D chat-post, crates/graph/RULES.md section 1.15; I status"
        => 400 "BadRequest" "Bad Request";
}

impl Rule {
    /// The rule's name: its number, with a word where one number has several answers.
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// Returns true if the rule is Entra's, whose errors have a shape of their own.
    pub(crate) fn is_entra(self) -> bool {
        self.entry().number.starts_with("AADSTS")
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Rule, D::Error> {
        let name = String::deserialize(deserializer)?;
        BOOK.iter()
            .find(|entry| entry.name == name)
            .map(|entry| entry.rule)
            .ok_or_else(|| serde::de::Error::custom(format_args!("no rule {name}")))
    }
}

#[cfg(test)]
mod tests {
    use super::BOOK;

    #[test]
    fn every_rule_stands_on_its_own_line() {
        for (line, entry) in BOOK.iter().enumerate() {
            assert_eq!(entry.rule as usize, line);
            assert_eq!(entry.rule.entry().name, entry.name);
            assert!(entry.sentence.ends_with('.'), "{}", entry.name);
            assert!(!entry.sentence.starts_with(' '), "{}", entry.name);
            assert!(!entry.basis.is_empty(), "{}", entry.name);
        }
    }
}
