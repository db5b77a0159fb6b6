//! Protection against cells that a spreadsheet would change when it opens CSV.

/// The characters that make a spreadsheet take a cell for a formula.
const DANGEROUS: &[char] = &['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠', '\''];

/// The months in the languages in which spreadsheets look for dates; their beginnings count too.
const MONTHS: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december", // English
    "januar",
    "februar",
    "märz",
    "mrz",
    "mai",
    "juni",
    "juli",
    "oktober",
    "dezember", // German
    "janvier",
    "février",
    "mars",
    "avril",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre", // French
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre", // Spanish
    "gennaio",
    "febbraio",
    "aprile",
    "maggio",
    "giugno",
    "luglio",
    "settembre",
    "ottobre",
    "dicembre", // Italian
    "janeiro",
    "fevereiro",
    "março",
    "maio",
    "junho",
    "julho",
    "setembro",
    "outubro",
    "novembro",
    "dezembro", // Portuguese
    "maart",
    "mei",
    "maj", // Dutch, Danish, Polish, Swedish
];

/// `2019-03-04 12:30:00.0`; what is longer, like an object id in figures, is no number to anybody.
const LONGEST_FIGURE: usize = 21;

/// Returns true if a cell needs a leading apostrophe to come back unchanged.
pub(super) fn is_changed_by_spreadsheets(cell: &str) -> bool {
    let words = ["true", "false"];
    cell.starts_with(DANGEROUS)
        || words.iter().any(|word| cell.eq_ignore_ascii_case(word))
        || becomes_number(cell)
        || becomes_date(cell)
}

/// Numbers that a spreadsheet writes back in another way: long ones, those with zeros in front,
/// fractions, powers of ten, dates and times in figures.
fn becomes_number(cell: &str) -> bool {
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    let figures = |c: char| c.is_ascii_digit() || " .,:/-%".contains(c);
    if digits == 0 {
        return false;
    }
    if digits == cell.len() {
        return digits > 15 || (digits > 1 && cell.starts_with('0'));
    }
    let power = cell
        .split_once(['e', 'E'])
        .is_some_and(|(number, exponent)| {
            let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            let whole = |text: &str, more: &str| {
                !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || more.contains(c))
            };
            whole(number, ".,") && whole(exponent, "")
        });
    power || (cell.len() <= LONGEST_FIGURE && cell.chars().all(figures))
}

/// `mar-20`, `1 Dec`, `May 2020`: a month and one or two numbers.
fn becomes_date(cell: &str) -> bool {
    let mut tokens: Vec<&str> = Vec::new();
    for token in cell.split([' ', '-', '/', '.', ',']) {
        if !token.is_empty() {
            tokens.push(token);
        }
    }
    let number = |token: &&str| token.len() <= 4 && token.bytes().all(|c| c.is_ascii_digit());
    let month = |token: &&str| {
        let token = token.to_lowercase();
        token.chars().count() >= 3 && MONTHS.iter().any(|month| month.starts_with(&token))
    };
    matches!(tokens.len(), 2 | 3)
        && tokens.iter().filter(|token| number(token)).count() + 1 == tokens.len()
        && tokens.iter().any(|token| !number(token) && month(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_changes_is_known() {
        for cell in [
            "=1+1",
            "-1",
            "'quoted",
            "007",
            "12345678901234567890",
            "1e5",
            "1.5E10",
            "2019-03",
            "3/4",
            "12:30",
            "1,5",
            "50%",
            "mar-20",
            "1 Dec",
            "Sept 2020",
            "1-mai-2020",
            "True",
        ] {
            assert!(is_changed_by_spreadsheets(cell), "{cell}");
        }
        for cell in [
            "",
            "2019",
            "0",
            "general",
            "general 2019",
            "2019-roadmap",
            "C04AR31GN",
            "1e5x",
            "may",
            "marketing",
            "q3-2020",
            "a@b.c",
            "march-madness",
            "1-2-general",
            "00000000-0000-4000-8000-000000000001",
        ] {
            assert!(!is_changed_by_spreadsheets(cell), "{cell}");
        }
    }
}
