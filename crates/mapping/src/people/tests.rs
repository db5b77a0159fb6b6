//! A tenant with difficult people, and the matching rules' common behaviour.

mod real_exports;

use chatferry_model::PersonId;

use super::*;

/// A user: name, UPN, mail, further addresses. Its id is made of its number.
pub(super) fn user(
    number: u32,
    name: &str,
    upn: &str,
    mail: &str,
    proxies: &[&str],
) -> DirectoryUser {
    DirectoryUser {
        id: id(number),
        display_name: name.into(),
        user_principal_name: upn.into(),
        mail: Some(mail.to_owned()).filter(|mail| !mail.is_empty()),
        proxy_addresses: proxies.iter().map(|proxy| (*proxy).to_owned()).collect(),
        enabled: true,
        licensed: None,
        guest: false,
    }
}

pub(super) fn id(number: u32) -> EntraId {
    format!("00000000-0000-4000-8000-{number:012}")
        .parse()
        .unwrap()
}

pub(super) fn tenant() -> Directory {
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
        user(
            15,
            "Ida Holm",
            "holm@acme.example",
            "",
            &["smtp:ida@merged.example"],
        ),
        user(16, "Ida Berg", "ida@acme.example", "", &[]),
        DirectoryUser {
            guest: true,
            licensed: Some(false),
            ..user(
                17,
                "Kai Holt",
                "kai_holt_nord.example#EXT#@acme.example",
                "",
                &[],
            )
        },
        DirectoryUser {
            licensed: Some(false),
            ..user(18, "Jörg Weiß", "joerg.weiss@acme.example", "", &[])
        },
    ])
}

pub(super) fn person(name: &str, email: &str) -> Person {
    Person {
        email: Some(email.to_owned()).filter(|email| !email.is_empty()),
        messages: 1,
        ..Person::new(PersonId::new("U1"), PersonKind::User, name)
    }
}

#[test]
fn without_a_directory_nobody_is_mapped() {
    let known = Known {
        directory: &Directory::default(),
        settings: &PeopleSettings::default(),
    };
    let found = propose(&person("Rosalind", "rosalind.okafor@acme.example"), known);
    assert_eq!((found.user, found.status), (None, Status::Unmatched));
}

#[test]
fn several_accounts_of_one_human_are_seen() {
    let people = [
        person("Hannah", "a@x.example"),
        person("Hannah F", "a@x.example"),
        person("Zoë", ""),
    ];
    let speaker = |user| Speaker::proposed(user, Policy::Map);
    let speakers = [speaker(Some(id(1))), speaker(Some(id(1))), speaker(None)];
    assert_eq!(
        shared(&people, &speakers),
        BTreeMap::from([(id(1), vec![0, 1])])
    );
}
