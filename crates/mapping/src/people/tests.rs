//! Every rule against the traps that real exports set.

use chatferry_model::PersonId;

use super::*;

/// A user: name, UPN, mail, further addresses. Its id is made of its number.
fn user(number: u32, name: &str, upn: &str, mail: &str, proxies: &[&str]) -> DirectoryUser {
    DirectoryUser {
        id: id(number),
        display_name: name.into(),
        user_principal_name: upn.into(),
        mail: Some(mail.to_owned()).filter(|mail| !mail.is_empty()),
        proxy_addresses: proxies.iter().map(|proxy| (*proxy).to_owned()).collect(),
        enabled: true,
        guest: false,
    }
}

fn id(number: u32) -> EntraId {
    format!("00000000-0000-4000-8000-{number:012}")
        .parse()
        .unwrap()
}

fn tenant() -> Directory {
    Directory::new([
        user(
            1,
            "Rosalind Okafor",
            "rosalind.okafor@acme.example",
            "rosalind.okafor@acme.example",
            &[
                "SMTP:rosalind.okafor@acme.example",
                "smtp:rosalind@acme.example",
            ],
        ),
        user(
            2,
            "Tomás Lindqvist",
            "tlindqvist@acme.example",
            "Tomas.Lindqvist@ACME.example",
            &[],
        ),
        user(
            3,
            "Jun Watanabe",
            "jun.watanabe@acme.example",
            "jun.watanabe@acme.example",
            &[],
        ),
        user(
            4,
            "Jun Watanabe",
            "jun.watanabe2@acme.example",
            "jun.watanabe2@acme.example",
            &[],
        ),
        user(5, "Dmitri Volkov", "dmitri.volkov@acme.example", "", &[]),
        user(
            6,
            "Zoë Müller-Brandt",
            "zoe.mueller-brandt@acme.example",
            "zoë.müller@acme.example",
            &[
                "X500:/o=Acme/ou=x/cn=zoe@acme.example",
                "sip:zoe.sip@acme.example",
            ],
        ),
        DirectoryUser {
            enabled: false,
            ..user(
                7,
                "Bruno Carvalho",
                "bruno@acme.example",
                "bruno@acme.example",
                &[],
            )
        },
        DirectoryUser {
            guest: true,
            ..user(
                8,
                "Lena Sørensen",
                "lena_bright.example#EXT#@acme.example",
                "lena@bright.example",
                &[],
            )
        },
        user(
            9,
            "Support Desk",
            "desk@acme.example",
            "support@acme.example",
            &[],
        ),
        user(
            10,
            "Ana Support",
            "ana@acme.example",
            "ana@acme.example",
            &["smtp:Support@acme.example"],
        ),
        user(
            11,
            "Fitzgerald-Ode, Hannah",
            "hannah.ode@acme.example",
            "hannah.ode@acme.example",
            &["smtp:hannah.fitzgerald@acme.example"],
        ),
        user(
            12,
            "=cmd|' /C calc'!A0",
            "evil@acme.example",
            "evil@acme.example",
            &[],
        ),
        user(
            13,
            "Anna Maria Rossi",
            "am.rossi@acme.example",
            "am.rossi@acme.example",
            &[],
        ),
        user(14, "Björn Łukasz", "b.lukasz@acme.example", "", &[]),
    ])
}

fn person(name: &str, email: &str) -> Person {
    Person {
        id: PersonId::new("U1"),
        kind: PersonKind::User,
        role: Role::Member,
        name: name.into(),
        handle: None,
        real_name: None,
        email: Some(email.to_owned()).filter(|email| !email.is_empty()),
        external_id: None,
        title: None,
        deactivated: false,
        workspace: None,
        messages: 1,
        last_active: None,
    }
}

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
    ];
    let directory = tenant();
    let suggester = Suggester::new(&directory);
    let table: Vec<String> = traps
        .into_iter()
        .map(|(trap, person)| {
            let found = propose(&person, &directory);
            let user = found
                .user
                .map(|id| directory.by_id(id).unwrap().user_principal_name.as_str());
            assert_eq!(
                user.is_some(),
                matches!(found.status, Status::Mapped | Status::Disabled)
            );
            let suggestion = match found.status {
                Status::Unmatched => suggester.suggest(&person),
                _ => found.claimants.clone(),
            };
            format!(
                "{trap}\n  {} -> {} | {} | suggested: {suggestion}",
                found.status.as_str(),
                user.unwrap_or("-"),
                found.reason
            )
        })
        .collect();
    insta::assert_snapshot!(table.join("\n"));
}

#[test]
fn without_a_directory_nobody_is_mapped() {
    let found = propose(
        &person("Rosalind", "rosalind.okafor@acme.example"),
        &Directory::default(),
    );
    assert_eq!((found.user, found.status), (None, Status::Unmatched));
}

#[test]
fn several_accounts_of_one_human_are_seen() {
    let people = [
        person("Hannah", "a@x.example"),
        person("Hannah F", "a@x.example"),
        person("Zoë", ""),
    ];
    let speaker = Speaker::proposed;
    let speakers = [speaker(Some(id(1))), speaker(Some(id(1))), speaker(None)];
    assert_eq!(
        shared(&people, &speakers),
        BTreeMap::from([(id(1), vec![0, 1])])
    );
}

#[test]
fn a_thousand_people_against_five_thousand() {
    let users = (0..5_000).map(|n| {
        user(
            n,
            &format!("First{n} Last{}", n % 700),
            &format!("u{n}@acme.example"),
            &format!("first{n}@acme.example"),
            &[],
        )
    });
    let directory = Directory::new(users);
    let suggester = Suggester::new(&directory);
    let mut mapped = 0;
    for n in 0..1_000 {
        // Every third is known by an address, the others only by a name that must not map.
        let email = if n % 3 == 0 {
            format!("FIRST{n}@acme.example")
        } else {
            String::new()
        };
        let person = person(&format!("Last{} First{n}", n % 700), &email);
        let found = propose(&person, &directory);
        assert_eq!(found.user, (n % 3 == 0).then(|| id(n)));
        mapped += u32::from(found.user.is_some());
        assert!(
            suggester
                .suggest(&person)
                .starts_with(&format!("First{n} ")),
            "{n}"
        );
    }
    assert_eq!(mapped, 334);
}
