//! Smileys made of signs, which Mattermost shows as emoji: `:-)`
//! (crates/readers/src/mattermost/FORMAT.md 4; which ones, and what may stand around them, is the
//! web client's list of emoticons).

/// The smiley that begins at `at`: the name of its emoji, and its length.
pub(super) fn find(text: &str, at: usize) -> Option<(&'static str, usize)> {
    let bytes = text.as_bytes();
    let rest = bytes.get(at..)?;
    let (name, length) = read(rest)?;
    let is_word =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let before = at.checked_sub(1).and_then(|before| bytes.get(before));
    let stands_alone = !is_word(before) && !is_word(rest.get(length));
    stands_alone.then_some((name, length))
}

fn read(text: &[u8]) -> Option<(&'static str, usize)> {
    let (first, rest) = text.split_first()?;
    let (nose, after) = match rest.strip_prefix(b"-") {
        Some(after) => (1, after),
        None => (0, rest),
    };
    let mouth = after.first()?.to_ascii_lowercase();
    let name = match (first, mouth) {
        (b':', b')') => "slightly_smiling_face",
        (b';', b')') => "wink",
        (b':', b'o') if nose == 0 => "open_mouth",
        (b':', b'o') => "scream",
        (b':', b']') => "smirk",
        (b':', b'd') => "smile",
        (b'x' | b'X', b'd') if nose == 1 => "stuck_out_tongue_closed_eyes",
        (b':', b'p') => "stuck_out_tongue",
        (b':', b'[' | b'@') => "rage",
        (b':', b'(') => "slightly_frowning_face",
        (b':', b'/') => "confused",
        (b':', b's') => "confounded",
        (b':', b'|') => "neutral_face",
        (b':', b'$') => "flushed",
        (b':', b'x') if nose == 1 => "mask",
        (b'<', b'3') if nose == 0 => "heart",
        (b'<', b'/') if after.starts_with(b"/3") && nose == 0 => return Some(("broken_heart", 3)),
        (b':', _) => return tear(rest),
        _ => return None,
    };
    Some((name, 2 + nose))
}

/// `:'(`, with any of three signs for the tear.
fn tear(after_eyes: &[u8]) -> Option<(&'static str, usize)> {
    let signs: [&[u8]; 3] = [b"'", b"`", "’".as_bytes()];
    let (sign, rest) = signs
        .iter()
        .find_map(|sign| Some((sign.len(), after_eyes.strip_prefix(*sign)?)))?;
    let nose = usize::from(rest.starts_with(b"-"));
    (rest.get(nose) == Some(&b'(')).then_some(("cry", 1 + sign + nose + 1))
}

#[cfg(test)]
mod tests {
    use super::super::emoji;
    use super::*;

    #[test]
    fn smileys_stand_alone() {
        for (text, at, expected) in [
            (":)", 0, Some(("slightly_smiling_face", 2))),
            ("so :-) .", 3, Some(("slightly_smiling_face", 3))),
            (";-)", 0, Some(("wink", 3))),
            (":D", 0, Some(("smile", 2))),
            (":o", 0, Some(("open_mouth", 2))),
            (":-O", 0, Some(("scream", 3))),
            (":-x", 0, Some(("mask", 3))),
            (":x", 0, None),
            ("X-D", 0, Some(("stuck_out_tongue_closed_eyes", 3))),
            ("xd", 0, None),
            (":'(", 0, Some(("cry", 3))),
            (":’-(", 0, Some(("cry", 6))),
            ("<3", 0, Some(("heart", 2))),
            ("</3", 0, Some(("broken_heart", 3))),
            ("<33", 0, None),
            ("a:)", 1, None),
            (":)b", 0, None),
            ("C:/x", 1, None),
            (":smile", 0, None),
            (":", 0, None),
            ("", 0, None),
        ] {
            assert_eq!(find(text, at), expected, "{text}");
        }
    }

    #[test]
    fn each_has_an_emoji() {
        let eyes = [":", ";", "x", "<"];
        let mouths = ")o]dp[@(/s|$x3'`";
        let mut names = std::collections::BTreeSet::new();
        for eyes in eyes {
            for nose in ["", "-"] {
                for mouth in mouths.chars() {
                    for more in ["", "(", "3"] {
                        let text = format!("{eyes}{nose}{mouth}{more}");
                        names.extend(read(text.as_bytes()).map(|(name, _)| name));
                    }
                }
            }
        }
        assert_eq!(names.len(), 18);
        for name in names {
            assert!(emoji::characters(name).is_some(), "{name}");
        }
    }
}
