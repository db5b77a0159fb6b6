//! Every matching rule against the difficulties of real exports.

use super::super::*;
use super::{id, person, tenant, user};

#[test]
fn every_trap_ends_where_it_should() {
    use PersonKind::{Bot, External, System, Unknown};
    let kind = |kind, person: Person| Person { kind, ..person };
    let external_id = |id: &str, person: Person| Person {
        external_id: Some(id.into()),
        ..person
    };
    let guid = id(5).to_string();
    let traps: Vec<(&str, Person)> = vec![
        ("mail", person("Rosalind", "rosalind.okafor@acme.example")),
        (
            "mail in upper case",
            person("Rosalind", "ROSALIND.OKAFOR@ACME.EXAMPLE"),
        ),
        (
            "mail with blanks around it",
            person("Rosalind", " rosalind.okafor@acme.example\n"),
        ),
        (
            "upper case in the directory",
            person("Tomás", "tomas.lindqvist@acme.example"),
        ),
        (
            "UPN where mail is another",
            person("Tomás", "tlindqvist@acme.example"),
        ),
        (
            "UPN where there is no mailbox",
            person("Dmitri", "Dmitri.Volkov@acme.example"),
        ),
        ("alias", person("Rosalind", "rosalind@acme.example")),
        (
            "married name, old address kept as alias",
            person("Hannah Fitzgerald", "hannah.fitzgerald@acme.example"),
        ),
        (
            "decomposed accents",
            person("Zoë", "zoe\u{308}.mu\u{308}ller@acme.example"),
        ),
        (
            "without the accents it is another address",
            person("Zoë Müller-Brandt", "zoe.muller@acme.example"),
        ),
        (
            "an X.500 name is no address",
            person("Zoë", "zoe@acme.example"),
        ),
        (
            "a SIP address is no e-mail",
            person("Zoë", "zoe.sip@acme.example"),
        ),
        (
            "two users with one address",
            person("Support", "support@acme.example"),
        ),
        (
            "namesakes are told apart by address",
            person("Jun Watanabe", "jun.watanabe2@acme.example"),
        ),
        ("namesakes without address", person("Jun Watanabe", "")),
        (
            "first and last name swapped",
            person("Watanabe Jun", "jw@old.example"),
        ),
        ("name without accents", person("Zoe Muller Brandt", "")),
        ("middle name missing", person("Anna Rossi", "")),
        ("letters that do not decompose", person("Bjorn Lukasz", "")),
        (
            "same address at another domain",
            person("R. O.", "rosalind.okafor@old.example"),
        ),
        ("first name alone", person("Hannah", "")),
        (
            "disabled in the directory",
            person("Bruno", "bruno@acme.example"),
        ),
        (
            "deactivated in the source",
            Person {
                deactivated: true,
                ..person("Rosalind", "rosalind@acme.example")
            },
        ),
        (
            "guest in both",
            Person {
                role: Role::Guest,
                ..person("Lena", "lena@bright.example")
            },
        ),
        (
            "of another organisation",
            kind(External, person("Maren Holt", "maren@nord.example")),
        ),
        (
            "of another organisation, guest here",
            kind(External, person("Lena", "LENA@bright.example")),
        ),
        (
            "bot with a human address",
            kind(Bot, person("Lampwatch", "rosalind.okafor@acme.example")),
        ),
        ("the source itself", kind(System, person("Slackbot", ""))),
        ("unknown", kind(Unknown, person("W012A3CDE", ""))),
        ("object id", external_id(&guid, person("Dmitri", ""))),
        (
            "object id after an address nobody has",
            external_id(&guid, person("Dmitri", "dv@old.example")),
        ),
        (
            "object id where the address is ambiguous",
            external_id(&id(9).to_string(), person("Desk", "support@acme.example")),
        ),
        (
            "object id of nobody",
            external_id(&id(99).to_string(), person("Dmitri", "")),
        ),
        (
            "external id that is none",
            external_id("dmitri", person("Dmitri", "")),
        ),
        ("no address at all", person("Somebody", "not an address")),
        (
            "formula for a name",
            person("=HYPERLINK(\"http://evil.example\")", "evil@acme.example"),
        ),
        (
            "domain that has changed",
            person("Jun", "jun.watanabe@merged.example"),
        ),
        (
            "domain that has changed, in upper case",
            person("Jun", "JUN.WATANABE@MERGED.EXAMPLE"),
        ),
        (
            "a domain below one that has changed is another",
            person("Jun", "jun.watanabe@mail.merged.example"),
        ),
        (
            "nobody in the new domain either",
            person("Jun", "jw@merged.example"),
        ),
        (
            "two users in the new domain",
            person("Support", "support@merged.example"),
        ),
        (
            "the old address is still somebody's",
            person("Ida", "ida@merged.example"),
        ),
        (
            "external id is an address",
            external_id("zoë.müller@acme.example", person("Zoë", "")),
        ),
        (
            "external id is a UPN",
            external_id("TLindqvist@acme.example", person("Tomás", "")),
        ),
        (
            "external id is an address of nobody",
            external_id("z@acme.example", person("Zoë", "")),
        ),
        (
            "address and object id disagree",
            external_id(&guid, person("Rosalind", "rosalind@acme.example")),
        ),
        (
            "object id in upper case, with blanks",
            external_id(
                &format!(" {} ", guid.to_uppercase()),
                person("Dmitri", "dv@old.example"),
            ),
        ),
        (
            "guest known by the sign-in name only",
            person("Kai Holt", "Kai_Holt@nord.example"),
        ),
        (
            "a guest's sign-in name is spelt out in one way only",
            person("Kai Holt", "kai.holt@nord.example"),
        ),
        (
            "without a licence",
            person("Jörg", "joerg.weiss@acme.example"),
        ),
        (
            "tag in the address",
            person("Rosalind Okafor", "rosalind.okafor+slack@acme.example"),
        ),
        (
            "dot missing in the address",
            person("Okafor, Rosalind", "rosalindokafor@acme.example"),
        ),
        (
            "dot after the address",
            person("Rosalind", "rosalind@acme.example."),
        ),
        (
            "brackets around the address",
            person("Rosalind", "<rosalind@acme.example>"),
        ),
        (
            "a link for an address",
            person("Rosalind", "mailto:rosalind@acme.example"),
        ),
        (
            "a line feed in the address",
            person("Rosalind", "rosalind@acme\n.example"),
        ),
        (
            "two addresses in one",
            person("Rosalind", "rosalind@acme.example;ida@acme.example"),
        ),
        (
            "a Cyrillic letter that looks Latin",
            person("Rosalind", "r\u{43e}salind@acme.example"),
        ),
        (
            "wide letters",
            person("Rosalind", "\u{ff52}osalind@acme.example"),
        ),
        (
            "a dotless i",
            person("Rosalind", "rosal\u{131}nd@acme.example"),
        ),
        (
            "a formula for an address",
            person("Eve", "=1+1@acme.example"),
        ),
        ("blanks for an address", person("Rosalind Okafor", "   ")),
        ("name in another script", person("Розалинда Окафор", "")),
        ("one word of the name in common", person("Rosie Okafor", "")),
        ("sharp s written as two", person("Jorg Weiss", "")),
        (
            "the handle is the name of an address",
            Person {
                handle: Some("Dmitri.Volkov".into()),
                ..person("dv", "")
            },
        ),
        (
            "full name apart from the shown one",
            Person {
                real_name: Some("Tomas Lindqvist".into()),
                ..person("tom 🚀", "")
            },
        ),
        ("a name of signs", person("🎉🎉🎉", "")),
        (
            "deactivated guest",
            Person {
                role: Role::Guest,
                deactivated: true,
                ..person("Lena", "lena@bright.example")
            },
        ),
        (
            "unknown with an address",
            kind(Unknown, person("W1", "ida@acme.example")),
        ),
    ];
    assert!(traps.len() > 60, "{}", traps.len());
    let directory = large_tenant();
    let settings = PeopleSettings {
        domains: BTreeMap::from([("Merged.example".to_owned(), "acme.example".to_owned())]),
        ..PeopleSettings::default()
    };
    insta::assert_snapshot!(table(&traps, &directory, &settings));
}

/// Lists the outcome of each case, two lines each.
fn table(traps: &[(&str, Person)], directory: &Directory, settings: &PeopleSettings) -> String {
    let known = Known {
        directory,
        settings,
    };
    let suggester = Suggester::new(directory);
    let lines = traps.iter().map(|(trap, person)| {
        let found = propose(person, known);
        let speaker = Speaker::proposed(found.user, found.policy);
        let speaks = match speaker.says {
            Says::User(id) => directory.by_id(id).unwrap().user_principal_name.as_str(),
            Says::Placeholder => "placeholder",
            Says::Nobody => "nobody",
        };
        assert_eq!(
            speaker.user().is_some(),
            matches!(
                found.status,
                Status::Mapped | Status::Disabled | Status::Unlicensed
            )
        );
        let suggestion = match found.status {
            Status::Unmatched => suggester.suggest(person),
            _ => found.claimants.clone(),
        };
        let suggested = match suggestion.as_str() {
            "" => String::new(),
            users => format!(" | suggested: {users}"),
        };
        format!(
            "{trap}\n  {} -> {speaks} | {}{suggested}",
            found.status.as_str(),
            found.reason
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The tenant of the traps among five thousand others.
fn large_tenant() -> Directory {
    let small = tenant();
    let others = (1_000..5_986).map(|n| {
        user(
            n,
            &format!("First{n} Last{}", n % 700),
            &format!("u{n}@acme.example"),
            &format!("first{n}@acme.example"),
            &[],
        )
    });
    let directory = Directory::new(small.users().iter().cloned().chain(others));
    assert!(directory.users().len() >= 5_000);
    directory
}

#[test]
fn kinds_of_people_go_the_way_the_settings_say() {
    let settings = PeopleSettings {
        guests: Policy::Placeholder,
        deactivated: Policy::Skip,
        bots: Policy::Map,
        external: Policy::Skip,
        unknown: Policy::Placeholder,
        ..PeopleSettings::default()
    };
    let human = || person("Rosalind", "rosalind@acme.example");
    let kind = |kind| Person { kind, ..human() };
    let guest = || Person {
        role: Role::Guest,
        ..human()
    };
    let traps = [
        ("member", human()),
        ("guest", guest()),
        (
            "deactivated",
            Person {
                deactivated: true,
                ..human()
            },
        ),
        (
            "deactivated guest: what keeps more back",
            Person {
                deactivated: true,
                ..guest()
            },
        ),
        ("bot with an address", kind(PersonKind::Bot)),
        (
            "bot without",
            Person {
                email: None,
                ..kind(PersonKind::Bot)
            },
        ),
        (
            "the source itself",
            Person {
                email: None,
                ..kind(PersonKind::System)
            },
        ),
        ("external", kind(PersonKind::External)),
        (
            "unknown without an address",
            Person {
                email: None,
                ..kind(PersonKind::Unknown)
            },
        ),
    ];
    insta::assert_snapshot!(table(&traps, &tenant(), &settings));
    let skipped_bots = PeopleSettings {
        bots: Policy::Skip,
        ..PeopleSettings::default()
    };
    let skipped = table(&traps[4..7], &tenant(), &skipped_bots);
    insta::assert_snapshot!(skipped, @r"
    bot with an address
      skipped -> nobody | people.bots = skip; bots have no account
    bot without
      skipped -> nobody | people.bots = skip; bots have no account
    the source itself
      skipped -> nobody | people.bots = skip; the source's own voice
    ");
}

#[test]
fn a_thousand_people_against_five_thousand() {
    let directory = large_tenant();
    let settings = PeopleSettings::default();
    let known = Known {
        directory: &directory,
        settings: &settings,
    };
    let suggester = Suggester::new(&directory);
    let mut mapped = 0;
    for n in 1_000..2_000 {
        // Every third is known by an address, the others only by a name that must not map.
        let email = if n % 3 == 0 {
            format!("FIRST{n}@acme.example")
        } else {
            String::new()
        };
        let person = person(&format!("Last{} First{n}", n % 700), &email);
        let found = propose(&person, known);
        assert_eq!(found.user, (n % 3 == 0).then(|| id(n)));
        mapped += u32::from(found.user.is_some());
        assert!(
            suggester
                .suggest(&person)
                .starts_with(&format!("First{n} ")),
            "{n}"
        );
    }
    assert_eq!(mapped, 333);
}
