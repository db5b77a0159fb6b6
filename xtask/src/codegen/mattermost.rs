//! The table of Mattermost's emoji: names of one emoji on one row, tones as templates.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context, Result, ensure};

use super::characters;

pub(super) const TABLE: &str = "crates/readers/src/mattermost/emoji/table.tsv";

const HEAD: &str = "\
# Mattermost's emoji: names and code points of server/public/model/emoji_data.go.
# Made by `cargo xtask codegen`. Names, characters, with one skin tone, with two; \u{1f3fb} and \u{1f3fc} stand
# for the tones.
";

const TONES: [(&str, &str); 5] = [
    ("light", "1f3fb"),
    ("medium_light", "1f3fc"),
    ("medium", "1f3fd"),
    ("medium_dark", "1f3fe"),
    ("dark", "1f3ff"),
];

/// Makes the table, and proves that every name can be made from it again.
pub(super) fn table(list: &str) -> Result<String> {
    let mut all: BTreeMap<&str, &str> = BTreeMap::new();
    for line in list.lines().filter(|line| !line.is_empty()) {
        let (name, codes) = line.split_once('\t').context("a line without a tab")?;
        all.insert(name, codes);
    }
    let mut rows: BTreeMap<[String; 3], Vec<&str>> = BTreeMap::new();
    let mut made = 0;
    for (name, codes) in &all {
        if toned(name, &all) {
            continue;
        }
        let template = |tones: &str| match all.get(format!("{name}_{tones}_skin_tone").as_str()) {
            Some(codes) => characters(codes),
            None => Ok(String::new()),
        };
        let one = template("light")?;
        let two = template("light_skin_tone_medium_light")?;
        made += 1;
        for (first, code) in TONES {
            made += check(
                &all,
                &format!("{name}_{first}_skin_tone"),
                &one,
                [code, code],
            )?;
            for (second, other) in TONES {
                let toned = format!("{name}_{first}_skin_tone_{second}_skin_tone");
                made += check(&all, &toned, &two, [code, other])?;
            }
        }
        let row = [characters(codes)?, one, two];
        rows.entry(row).or_default().push(name);
    }
    ensure!(
        made == all.len(),
        "{made} of {} names are in the table",
        all.len()
    );
    let mut rows: Vec<_> = rows.into_iter().collect();
    rows.sort_by(|(_, a), (_, b)| a.cmp(b));
    let mut table = HEAD.to_owned();
    for ([plain, one, two], names) in rows {
        let row = [names.join(" "), plain, one, two].join("\t");
        writeln!(table, "{}", row.trim_end())?;
    }
    Ok(table)
}

/// Returns true if a name is another one with a tone.
fn toned(name: &str, all: &BTreeMap<&str, &str>) -> bool {
    let Some(rest) = name.strip_suffix("_skin_tone") else {
        return false;
    };
    let bases = TONES
        .iter()
        .filter_map(|(tone, _)| rest.strip_suffix(tone)?.strip_suffix('_'));
    bases
        .into_iter()
        .any(|base| all.contains_key(base) || toned(base, all))
}

/// Counts a name that the list has, having made sure that the template makes it.
fn check(
    all: &BTreeMap<&str, &str>,
    name: &str,
    template: &str,
    tones: [&str; 2],
) -> Result<usize> {
    let Some(codes) = all.get(name) else {
        return Ok(0);
    };
    let [first, second] = [characters(tones[0])?, characters(tones[1])?];
    let filled: String = template
        .chars()
        .map(|c| match c {
            '\u{1f3fb}' => first.clone(),
            '\u{1f3fc}' => second.clone(),
            c => c.to_string(),
        })
        .collect();
    ensure!(
        filled == characters(codes)?,
        "{name} is no tone of its template"
    );
    Ok(1)
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn tones_become_templates_and_aliases_one_row() {
        let list = "+1\t1f44d\n+1_dark_skin_tone\t1f44d-1f3ff\n+1_light_skin_tone\t1f44d-1f3fb\n\
            +1_medium_dark_skin_tone\t1f44d-1f3fe\nthumbsup\t1f44d\ntada\t1f389\ntaddy\t1f389\n";
        let table = table(list).unwrap();
        let rows: Vec<_> = table
            .lines()
            .filter(|line| !line.starts_with('#'))
            .collect();
        assert_eq!(rows, ["+1\t👍\t👍🏻", "tada taddy\t🎉", "thumbsup\t👍"]);
    }

    #[test]
    fn a_tone_that_is_none_is_refused() {
        assert!(
            table("x\t1f44d\nx_light_skin_tone\t1f44d-1f3fb\nx_dark_skin_tone\t1f389\n").is_err()
        );
    }
}
