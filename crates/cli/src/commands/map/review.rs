//! `chatferry map --review`: the unmatched, one by one, with a line of input for each.
//!
//! Plain lines, so that it works through a pipe, over any connection and with a screen reader. What
//! is decided is written into the table of people at once.

use std::io::BufRead;

use chatferry_mapping::{DirectoryUser, OpenPerson, Review, Verdict};
use chatferry_model::figures::count;

use crate::context::Context;
use crate::error::CliError;
use crate::printer::Printer;

/// An answer at the prompt.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Decided(Verdict),
    Later,
    Quit,
}

/// Asks about everybody about whom nobody decided yet, until the input ends.
pub(super) fn run(context: &Context, input: &mut dyn BufRead) -> Result<(), CliError> {
    let printer = context.printer;
    let mut review = Review::open(&context.work.map(), &context.work.read())?;
    let people = review.people().to_vec();
    let mut decided = 0;
    for (at, person) in people.iter().enumerate() {
        printer.plain(&format!(
            "\n({} of {}) {}",
            at + 1,
            people.len(),
            describe(person)
        ));
        match ask(printer, &review, person, input)? {
            Answer::Decided(verdict) => {
                review.decide(person, verdict)?;
                decided += 1;
            }
            Answer::Later => {}
            Answer::Quit => break,
        }
    }
    let left = people.len() as u64 - decided;
    printer.step(
        "Reviewed",
        &format!(
            "{} decided, {} left",
            count(decided, "person"),
            count(left, "person")
        ),
    );
    Ok(())
}

/// `Volkov Dmitri, 12 messages, the last on 2023-05-09: the export holds no e-mail address`
fn describe(person: &OpenPerson) -> String {
    let mut text = format!("{}, {}", person.name, count(person.messages, "message"));
    if let Some(last) = person.last_active {
        let last = last.to_string();
        let day = last.split('T').next().unwrap_or_default();
        text.push_str(&format!(", the last on {day}"));
    }
    format!("{text}: {}", person.reason)
}

fn ask(
    printer: Printer,
    review: &Review,
    person: &OpenPerson,
    input: &mut dyn BufRead,
) -> Result<Answer, CliError> {
    let mut choices: Vec<&DirectoryUser> = person.suggestions.iter().collect();
    loop {
        for (number, user) in choices.iter().enumerate() {
            printer.plain(&format!("  {} {}", number + 1, user.label()));
        }
        let numbers = if choices.is_empty() { "" } else { "number, " };
        printer.plain(&format!(
            "{numbers}p(laceholder), s(kip), l(ater), q(uit), or type a name to search:"
        ));
        let mut line = String::new();
        let read = input.read_line(&mut line);
        if read.map_err(|error| CliError::system("stdin", &error))? == 0 {
            return Ok(Answer::Quit);
        }
        let chosen = |number: usize| choices.get(number.checked_sub(1)?);
        match line.trim() {
            "" => {}
            "p" | "placeholder" => return Ok(Answer::Decided(Verdict::Placeholder)),
            "s" | "skip" => return Ok(Answer::Decided(Verdict::Skip)),
            "l" | "later" => return Ok(Answer::Later),
            "q" | "quit" => return Ok(Answer::Quit),
            text => match text.parse::<usize>() {
                Ok(number) => match chosen(number) {
                    Some(user) => return Ok(Answer::Decided(Verdict::User(user.id))),
                    None => printer.plain(&format!("there is no number {number}")),
                },
                Err(_) => {
                    choices = review.search(text);
                    if choices.is_empty() {
                        printer.plain("no user of the directory has all of these words");
                    }
                }
            },
        }
    }
}
