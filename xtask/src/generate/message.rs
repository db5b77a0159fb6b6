//! Messages of an export.

use super::blocks::{self, Block};
use super::people::Person;
use super::plan::{Channel, Timeline};
use super::random::Random;
use super::slack::{Attachment, Bot, Field, File, Message, Reaction, Root, Stamp, UserAt};
use super::words;

/// 1 September 2019, when Slack's clients began to send rich text; in µs.
const BLOCKS_SINCE: i64 = 1_567_296_000_000_000;

const BOTS_PERCENT: f64 = 5.0;
const SYSTEM_PERCENT: f64 = 1.5;
const BROADCASTS_PERCENT: f64 = 1.5;
const FILES_PERCENT: f64 = 4.0;
const EDITS_PERCENT: f64 = 6.0;
const REACTIONS_PERCENT: f64 = 12.0;

/// Message `index` of the channel's timeline.
pub(super) fn compose(
    random: &mut Random,
    channel: &Channel,
    people: &[Person],
    timeline: &Timeline,
    index: usize,
) -> Message {
    let author = people.get(timeline.author(index));
    let mut message = Message {
        kind: "message",
        ts: timeline.ts(index),
        ..Message::default()
    };
    if random.chance(BOTS_PERCENT) {
        write_as_bot(random, &mut message);
    } else if let Some(author) = author {
        message.user = Some(author.id.clone());
        let answered = timeline.replies(index).next().is_some();
        let alone = !answered && !timeline.is_reply(index);
        if alone && random.chance(SYSTEM_PERCENT) {
            message.subtype = Some("channel_join");
            message.text = format!("<@{}> has joined the channel", author.id);
            return message;
        }
        write_as_person(
            random,
            &mut message,
            channel,
            people,
            author,
            timeline.micros(index),
        );
    }
    thread(random, &mut message, people, timeline, index);
    if random.chance(REACTIONS_PERCENT) {
        message.reactions = reactions(random, channel, people);
    }
    message
}

fn write_as_person(
    random: &mut Random,
    message: &mut Message,
    channel: &Channel,
    people: &[Person],
    author: &Person,
    micros: i64,
) {
    let seconds = micros / 1_000_000;
    let parts = blocks::speech(random, channel, people);
    message.text = blocks::mrkdwn(&parts);
    message.client_msg_id = Some(random.uuid());
    if micros >= BLOCKS_SINCE {
        message.person = Some(Stamp::of(author));
        let block_id = format!("{:05x}", random.below(1 << 20));
        message.blocks = vec![Block::RichText {
            block_id,
            elements: parts,
        }];
    }
    if random.chance(EDITS_PERCENT) {
        let ts = format!("{}.000000", seconds + random.within(5, 3_600) as i64);
        message.edited = Some(UserAt {
            user: author.id.clone(),
            ts,
        });
    }
    if random.chance(FILES_PERCENT) {
        message.files = vec![file(random, author, seconds)];
    }
}

fn write_as_bot(random: &mut Random, message: &mut Message) {
    let (bot_id, username) = random.pick(&[("B0BUILDS001", "builds"), ("B0TICKETS01", "tickets")]);
    message.subtype = Some("bot_message");
    message.bot = Some(Bot { bot_id, username });
    if random.chance(50.0) {
        message.text = blocks::run_of_words(random, 3, 10);
        message.blocks = blocks::report(random);
        return;
    }
    let title = blocks::run_of_words(random, 2, 6);
    message.attachments = vec![Attachment {
        fallback: title.clone(),
        color: random.pick(&["36a64f", "danger", "439FE0"]),
        title_link: format!("{}{}", random.pick(words::PAGES), random.below(9_000)),
        title,
        text: format!("_{}_", blocks::run_of_words(random, 5, 25)),
        fields: ["State", "Owner"]
            .map(|title| Field {
                title,
                value: blocks::run_of_words(random, 1, 4),
                short: true,
            })
            .into(),
        mrkdwn_in: ["text"],
        id: 1,
    }];
}

fn thread(
    random: &mut Random,
    message: &mut Message,
    people: &[Person],
    timeline: &Timeline,
    index: usize,
) {
    let user_of = |index: usize| -> String {
        people
            .get(timeline.author(index))
            .map(|person| person.id.clone())
            .unwrap_or_default()
    };
    if let Some(root) = timeline.root(index) {
        message.thread_ts = Some(timeline.ts(root));
        message.parent_user_id = Some(user_of(root));
        if message.subtype.is_none() && random.chance(BROADCASTS_PERCENT) {
            message.subtype = Some("thread_broadcast");
        }
        return;
    }
    let replies: Vec<UserAt> = timeline
        .replies(index)
        .map(|reply| UserAt {
            user: user_of(reply),
            ts: timeline.ts(reply),
        })
        .collect();
    let Some(last) = replies.last() else { return };
    let mut reply_users: Vec<String> = replies.iter().map(|reply| reply.user.clone()).collect();
    reply_users.sort_unstable();
    reply_users.dedup();
    message.thread_ts = Some(message.ts.clone());
    message.root = Some(Root {
        reply_count: replies.len(),
        reply_users_count: reply_users.len(),
        latest_reply: last.ts.clone(),
        reply_users,
        replies,
        is_locked: false,
        subscribed: false,
    });
}

fn reactions(random: &mut Random, channel: &Channel, people: &[Person]) -> Vec<Reaction> {
    (0..1 + random.below(3))
        .map(|_| {
            let (name, _) = random.pick_early(words::EMOJI);
            let mut members: Vec<usize> = (0..1 + random.below(4))
                .map(|_| random.pick(&channel.members))
                .collect();
            members.sort_unstable();
            members.dedup();
            let ids = members.iter().filter_map(|member| people.get(*member));
            let users: Vec<String> = ids.map(|person| person.id.clone()).collect();
            Reaction {
                name,
                count: users.len(),
                users,
            }
        })
        .collect()
}

fn file(random: &mut Random, author: &Person, seconds: i64) -> File {
    let kind = random.pick(&[
        ("image/png", "png", "PNG"),
        ("image/png", "png", "PNG"),
        ("image/jpeg", "jpg", "JPEG"),
        ("application/pdf", "pdf", "PDF"),
        ("text/csv", "csv", "CSV"),
    ]);
    let name = format!(
        "{}-{}.{}",
        random.pick(words::TOPICS),
        random.below(1_000),
        kind.1
    );
    let size = random.within(2_000, 4_000_000);
    File::hosted(random.id('F'), kind, name, size, &author.id, seconds)
}
