//! The tenant of a rehearsal: with everybody who is in the posts, and with the teams, channels and
//! chats that the plan says are there.

use std::collections::BTreeMap;
use std::path::Path;

use chatferry_mapping::Directory;
use chatferry_model::folder::RenderFolder;
use chatferry_model::jsonl::{Format, JsonlReader};
use chatferry_model::plan::{Existing, Membership, RenderDetails, TargetPlace, User as PlanUser};
use chatferry_model::post::{ChatMessage, Mentioned, Post};
use chatferry_model::{EntraId, Millis, TargetKey};
use chatferry_twin::{ChannelKind, Tenant, User, UserId};
use rayon::prelude::*;

use crate::commands::twin;
use crate::error::CliError;

/// Gives the tenant its people: those of `directory`, else all of the posts.
pub(super) fn populate(
    tenant: &Tenant,
    directory: Option<&Path>,
    posts: &Survey,
    details: &RenderDetails,
) -> Result<(), CliError> {
    let user = |id: EntraId, name: &str, account: &str| {
        let address = format!("{account}@rehearsal.example");
        tenant.add_user(User::new(&id.to_string(), name, &address));
    };
    match directory {
        Some(path) => twin::populate(tenant, Directory::load(path)?.users()),
        None => {
            for (id, name) in &posts.people {
                user(*id, name, &id.to_string());
            }
        }
    }
    if details.rehearsal_account {
        let PlanUser { id, display_name } = PlanUser::rehearsal_account();
        user(id, &display_name, "placeholder");
    }
    Ok(())
}

/// Puts the teams, channels and chats there that the plan says the tenant has.
pub(super) fn seed(tenant: &Tenant, details: &RenderDetails) -> Result<(), CliError> {
    let users = |ids: &[EntraId]| -> Vec<UserId> {
        ids.iter().map(|id| UserId::from(id.to_string())).collect()
    };
    let id_or_name = |existing: &Existing, name: &str| match existing {
        Existing::Id(id) => (Some(id.clone()), name.to_owned()),
        Existing::Name(name) => (None, name.clone()),
    };
    let (mut teams, mut made) = (BTreeMap::new(), BTreeMap::new());
    for team in &details.teams {
        if let Some(existing) = &team.existing {
            let (id, name) = id_or_name(existing, &team.name);
            let members = [users(&team.owners), users(&team.members)].concat();
            let made = made.entry(existing);
            let id = made.or_insert_with(|| tenant.add_team(id.as_deref(), &name, &members));
            teams.insert(&team.key, id.clone());
        }
    }
    for summary in &details.targets {
        match &summary.target.place {
            TargetPlace::Channel(channel) => {
                let (Some(existing), Some(team)) = (&channel.existing, teams.get(&channel.team))
                else {
                    continue;
                };
                let (id, name) = id_or_name(existing, &channel.name);
                let kind = match channel.membership {
                    Membership::Standard => ChannelKind::Standard,
                    Membership::Private => ChannelKind::Private,
                    Membership::Shared => ChannelKind::Shared,
                };
                let members = users(&channel.members);
                tenant
                    .add_channel(team, id.as_deref(), &name, kind, &members)
                    .map_err(|error| CliError::usage(error.to_string()))?;
            }
            TargetPlace::Chat(chat) => {
                if let Some(existing) = &chat.existing {
                    let topic = chat.topic.clone().unwrap_or_default();
                    let (id, name) = id_or_name(existing, &topic);
                    let name = (!name.is_empty()).then_some(name);
                    tenant.add_chat(id.as_deref(), name.as_deref(), &users(&chat.members));
                }
            }
        }
    }
    Ok(())
}

/// A survey of the posts: their users, and the time of the last one.
pub(super) struct Survey {
    people: BTreeMap<EntraId, String>,
    pub(super) last: Millis,
}

/// Looks through the posts for everybody who writes, is mentioned, or will be a member.
pub(super) fn survey(folder: &RenderFolder, details: &RenderDetails) -> Result<Survey, CliError> {
    let mut people = BTreeMap::new();
    for team in &details.teams {
        for id in team.owners.iter().chain(&team.members) {
            people.entry(*id).or_insert_with(|| id.to_string());
        }
    }
    for summary in &details.targets {
        let members = match &summary.target.place {
            TargetPlace::Channel(channel) => &channel.members,
            TargetPlace::Chat(chat) => &chat.members,
        };
        for id in members {
            people.entry(*id).or_insert_with(|| id.to_string());
        }
    }
    let found: Vec<BTreeMap<EntraId, String>> = details
        .targets
        .par_iter()
        .map(|summary| people_of(folder, &summary.target.key))
        .collect::<Result<_, CliError>>()?;
    people.extend(found.into_iter().flatten());
    let last = details
        .targets
        .iter()
        .filter_map(|summary| summary.last)
        .max();
    Ok(Survey {
        people,
        last: last.unwrap_or(Millis::EPOCH),
    })
}

fn people_of(
    folder: &RenderFolder,
    target: &TargetKey<'_>,
) -> Result<BTreeMap<EntraId, String>, CliError> {
    let mut people = BTreeMap::new();
    let mut reader = JsonlReader::open(&folder.posts(target), Format::POSTS)?;
    while let Some(chunk) = reader.next_chunk()? {
        for (number, line) in chunk.lines() {
            let post: Post<'_, ChatMessage<'_>> = chunk.parse(number, line)?;
            let mentions = post.body.mentions.iter();
            let mentioned = mentions.filter_map(|mention| match &mention.mentioned {
                Mentioned::User(user) => Some(user),
                Mentioned::Conversation(_) => None,
            });
            for user in std::iter::once(&post.body.from.user).chain(mentioned) {
                people
                    .entry(user.id)
                    .or_insert_with(|| user.display_name.to_string());
            }
        }
    }
    Ok(people)
}
