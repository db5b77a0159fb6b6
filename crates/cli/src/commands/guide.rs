//! `chatferry guide`: the pages of the guide, which come with the binary.

use chatferry_readers::READERS;

use crate::args::{GlobalArgs, GuideArgs};
use crate::context;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::suggest::advice;

/// A page: its name, what it is about, and its text.
#[derive(Clone, Copy)]
struct Page {
    name: &'static str,
    about: &'static str,
    text: &'static str,
}

/// The pages that no source has of its own.
const PAGES: &[Page] = &[
    Page {
        name: "mapping",
        about: "people and places: who is who, what goes where, and how to edit it",
        text: include_str!("../../guide/mapping.md"),
    },
    Page {
        name: "rendering",
        about: "what becomes of a message, element by element, and the settings for it",
        text: include_str!("../../guide/rendering.md"),
    },
    Page {
        name: "twin",
        about: "the simulated tenant: its rules, its clock, its faults, for any program",
        text: include_str!("../../guide/twin.md"),
    },
    Page {
        name: "uploading",
        about: "the ways into Teams, how long it takes, what happens when something breaks",
        text: include_str!("../../guide/uploading.md"),
    },
    Page {
        name: "write-a-reader",
        about: "teach chatferry another source, in Rust or in any language",
        text: include_str!("../../guide/write-a-reader.md"),
    },
];

/// Returns all pages by name: those of sources too.
fn pages() -> Vec<Page> {
    let sources = READERS.iter().map(|reader| Page {
        name: reader.name(),
        about: reader.guide().about,
        text: reader.guide().text,
    });
    let mut pages: Vec<_> = sources.chain(PAGES.iter().copied()).collect();
    pages.sort_by_key(|page| page.name);
    pages
}

/// Runs the command.
pub(crate) fn run(global: &GlobalArgs, args: &GuideArgs) -> Result<ExitStatus, CliError> {
    let printer = context::printer(global);
    let pages = pages();
    let Some(name) = &args.page else {
        let names: Vec<&str> = pages.iter().map(|page| page.name).collect();
        if global.json {
            printer.result(&names)?;
            return Ok(ExitStatus::Done);
        }
        for page in &pages {
            printer.data(&format!("{:16} {}", page.name, page.about))?;
        }
        return Ok(ExitStatus::Done);
    };
    let page = pages.iter().find(|page| page.name == name).ok_or_else(|| {
        CliError::usage(format!("there is no page {name:?}")).hint(advice(
            name,
            pages.iter().map(|page| page.name),
            "`chatferry guide` lists them all",
        ))
    })?;
    if global.json {
        printer.result(&serde_json::json!({ "page": page.name, "text": page.text }))?;
        return Ok(ExitStatus::Done);
    }
    printer.data(page.text.trim_end())?;
    Ok(ExitStatus::Done)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_page_is_listed() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("guide");
        let files: BTreeSet<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| {
                entry
                    .unwrap()
                    .file_name()
                    .to_string_lossy()
                    .replace(".md", "")
            })
            .collect();
        let listed: BTreeSet<String> = PAGES.iter().map(|page| page.name.to_owned()).collect();
        assert_eq!(files, listed);
    }

    /// `page` with `made` between the marks of a section.
    fn with_section(page: &str, section: &str, made: &str) -> String {
        let begin = format!("<!-- begin {section} -->\n");
        let end = format!("<!-- end {section} -->");
        let (before, rest) = page.split_once(&begin).unwrap();
        let (_, after) = rest.split_once(&end).unwrap();
        format!("{before}{begin}{made}{end}{after}")
    }

    /// With `CHATFERRY_UPDATE=1` the page is written anew.
    #[test]
    fn the_page_about_the_twin_says_what_the_twin_does() {
        let mut rules = String::from("| rule | says | answer | basis |\n|---|---|---|---|\n");
        for entry in chatferry_twin::BOOK {
            let answer = entry.verdict.map_or_else(String::new, |verdict| {
                let shown = format!("{} {}: {}", verdict.status, verdict.code, verdict.text);
                shown.replace('|', "\\|")
            });
            let (name, sentence, basis) = (entry.name, entry.sentence, entry.basis);
            rules += &format!("| {name} | {sentence} | {answer} | {basis} |\n");
        }
        let settings = chatferry_twin::Settings::default();
        let settings = serde_json::to_string_pretty(&settings).unwrap();
        let settings = format!("```json\n{settings}\n```\n");

        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("guide/twin.md");
        let page = fs::read_to_string(&path).unwrap();
        let current = with_section(&page, "settings", &settings);
        let current = with_section(&current, "rules", &rules);
        if std::env::var_os("CHATFERRY_UPDATE").is_some() {
            fs::write(&path, &current).unwrap();
        } else {
            assert!(page == current, "{} is out of date", path.display());
        }
    }
}
