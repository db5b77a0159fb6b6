//! Deciding about the unmatched, one by one.

use chatferry_mapping::{MapError, Review, Sheets, Verdict};

use crate::support::{Migration, PEOPLE, id, person};

fn open(acme: &Migration) -> Review {
    Review::open(&acme.work().map(), &acme.work().read()).unwrap()
}

fn names(review: &Review) -> Vec<&str> {
    review
        .people()
        .iter()
        .map(|person| person.name.as_str())
        .collect()
}

#[test]
fn each_is_asked_about_once_and_the_table_says_what_was_decided() {
    for sheets in [Sheets::Csv, Sheets::Xlsx] {
        let mut acme = Migration::acme();
        acme.settings.sheets = sheets;
        acme.people.push(person("U9", "Nobody Known", "", 1));
        acme.people.push(person("U10", "Silent", "", 0));
        acme.map().unwrap();
        let mut review = open(&acme);
        assert_eq!(names(&review), ["Volkov Dmitri", "Support", "Nobody Known"]);
        let people = review.people().to_vec();
        assert_eq!(people[0].reason, "the export holds no e-mail address");
        assert_eq!(people[0].suggestions[0].display_name, "Dmitri Volkov");
        let claimants: Vec<_> = people[1].suggestions.iter().map(|user| user.id).collect();
        assert_eq!(claimants, [id(8), id(9)], "those who claim the address");
        let found: Vec<_> = review
            .search("ida acm")
            .iter()
            .map(|user| user.id)
            .collect();
        assert_eq!(found, [id(11)]);
        review
            .decide(&people[0], Verdict::User(people[0].suggestions[0].id))
            .unwrap();
        review.decide(&people[1], Verdict::Skip).unwrap();
        review.decide(&people[2], Verdict::Placeholder).unwrap();
        for _ in 0..2 {
            assert!(open(&acme).people().is_empty());
            let plan = acme.plan().unwrap();
            let voice = |id: &str| format!("{:?}", plan.people[id].voice);
            assert_eq!(plan.people["U7"].voice.user().unwrap().id, id(7));
            assert_eq!(
                (voice("U8").as_str(), voice("U9").as_str()),
                ("Nobody", "Placeholder")
            );
            assert_eq!(acme.edits().len(), 5, "{:?}", acme.edits());
            acme.map().unwrap();
        }
        if sheets == Sheets::Csv {
            assert_eq!(acme.cell(PEOPLE, "U9", "status"), "edited");
            assert_eq!(acme.cell(PEOPLE, "U9", "action"), "placeholder");
        }
    }
}

#[test]
fn there_is_nothing_to_review_before_mapping() {
    let acme = Migration::acme();
    let review = Review::open(&acme.work().map(), &acme.work().read());
    assert!(matches!(review, Err(MapError::NotMapped { .. })));
}
