//! Suggestions for names that do not exist.

/// From here on two names are alike: what clap takes too.
const ALIKE: f64 = 0.7;

/// Advice for `wanted`, which is none of `names`: the one it is most like, or `otherwise`.
pub(crate) fn advice<'a>(
    wanted: &str,
    names: impl IntoIterator<Item = &'a str>,
    otherwise: &str,
) -> String {
    let likeness = |name: &'a str| (strsim::jaro_winkler(wanted, name), name);
    let alike = names.into_iter().map(likeness);
    let nearest = alike
        .filter(|(likeness, _)| *likeness > ALIKE)
        .max_by(|(one, _), (other, _)| one.total_cmp(other));
    match nearest {
        Some((_, name)) => format!("did you mean {name}? {otherwise}"),
        None => otherwise.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::advice;

    #[test]
    fn the_nearest_name_is_offered() {
        let names = ["mapping", "rendering", "twin", "uploading"];
        let of = |wanted| advice(wanted, names, "`guide` lists them all");
        assert_eq!(
            of("uplaoding"),
            "did you mean uploading? `guide` lists them all"
        );
        assert_eq!(
            of("render"),
            "did you mean rendering? `guide` lists them all"
        );
        assert_eq!(of("xyz"), "`guide` lists them all");
    }
}
