//! Hierarchical codes: administrative divisions and industries, each as all its levels.
//!
//! The index stores every level of a code, so that a filter by any level is one term. The same
//! functions decide in memory whether a code lies within another, so the two cannot disagree.

/// Levels of a region code by length: province, city, county, town, village.
const REGION_LEVELS: [usize; 5] = [2, 4, 6, 9, 12];

/// A region code without the zeros that pad it: `440000` is `44`, `442000103000` is `442000103`.
pub(crate) fn region(code: &str) -> &str {
    let mut code = code.trim();
    for levels in REGION_LEVELS.windows(2).rev() {
        if code.len() == levels[1] && code.is_char_boundary(levels[0]) {
            let (head, tail) = code.split_at(levels[0]);
            if tail.bytes().all(|byte| byte == b'0') {
                code = head;
            }
        }
    }
    code
}

/// Every level of a region code from the province down, the code itself last.
pub(crate) fn region_levels(code: &str) -> impl Iterator<Item = &str> {
    let code = region(code);
    let above = REGION_LEVELS.iter().filter(move |&&length| length < code.len());
    let above = above.filter_map(move |&length| code.get(..length));
    above.chain(Some(code).filter(|code| !code.is_empty()))
}

/// Whether the region `code` lies within `area` or is it.
pub(crate) fn region_within(code: &str, area: &str) -> bool {
    let area = region(area);
    region_levels(code).any(|level| level == area)
}

/// First and last 大类 of each 门类 in GB/T 4754-2017.
const SECTIONS: [(u8, u8, char); 20] = [
    (1, 5, 'A'),
    (6, 12, 'B'),
    (13, 43, 'C'),
    (44, 46, 'D'),
    (47, 50, 'E'),
    (51, 52, 'F'),
    (53, 60, 'G'),
    (61, 62, 'H'),
    (63, 65, 'I'),
    (66, 69, 'J'),
    (70, 70, 'K'),
    (71, 72, 'L'),
    (73, 75, 'M'),
    (76, 79, 'N'),
    (80, 82, 'O'),
    (83, 83, 'P'),
    (84, 85, 'Q'),
    (86, 90, 'R'),
    (91, 96, 'S'),
    (97, 97, 'T'),
];

/// An industry code with its letter: `3854` and `c3854` are `C3854`. Other text is left as it is.
pub(crate) fn industry(code: &str) -> String {
    let code = code.trim().to_ascii_uppercase();
    if code.starts_with(|first: char| first.is_ascii_digit()) {
        let division = code.get(..2).and_then(|digits| digits.parse::<u8>().ok());
        let section = division.and_then(|division| {
            SECTIONS.iter().find(|(from, to, _)| (*from..=*to).contains(&division))
        });
        if let Some((_, _, letter)) = section {
            return format!("{letter}{code}");
        }
    }
    code
}

/// Every level of an industry code, 门类 first: `C`, `C38`, `C385`, `C3854`.
pub(crate) fn industry_levels(code: &str) -> Vec<String> {
    let code = industry(code);
    let standard = code.is_ascii() && code.starts_with(|first: char| first.is_ascii_uppercase());
    let mut levels = Vec::new();
    if standard && code[1..].bytes().all(|byte| byte.is_ascii_digit()) {
        let above = [1, 3, 4].into_iter().filter(|&length| length < code.len());
        levels.extend(above.map(|length| code[..length].to_owned()));
    }
    if !code.is_empty() {
        levels.push(code);
    }
    levels
}

/// The level at which two industries are compared: the 大类, or the 门类 of a code that says no
/// more.
pub(crate) fn industry_class(code: &str) -> Option<String> {
    let levels = industry_levels(code);
    levels.get(1).or(levels.first()).cloned()
}

/// A value that only those may know who are cleared for a tier, as it is indexed; none for an empty
/// one.
pub(crate) fn tiered(tier: usize, value: &str) -> Option<String> {
    (!value.is_empty()).then(|| format!("{tier}{value}"))
}

/// The tier and the value that [`tiered`] made.
pub(crate) fn untiered(indexed: &str) -> Option<(usize, &str)> {
    let (tier, value) = indexed.split_at_checked(1)?;
    Some((tier.parse().ok()?, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padded_region_is_the_region_itself() {
        assert_eq!(region("440000"), "44");
        assert_eq!(region("442000"), "4420");
        assert_eq!(region("442000103000"), "442000103");
        assert_eq!(region("440606"), "440606");
        assert_eq!(region(""), "");
    }

    #[test]
    fn region_lists_every_level() {
        let levels: Vec<_> = region_levels("440606103").collect();
        assert_eq!(levels, ["44", "4406", "440606", "440606103"]);
        assert!(region_within("440606103", "440600"));
        assert!(!region_within("440606103", "4407"));
        assert!(!region_within("44", "4406"));
        assert!(!region_within("", ""));
    }

    #[test]
    fn industry_gets_its_letter_and_levels() {
        assert_eq!(industry("3854"), "C3854");
        assert_eq!(industry_levels("3854"), ["C", "C38", "C385", "C3854"]);
        assert_eq!(industry_levels("c"), ["C"]);
        assert_eq!(industry_levels("M73"), ["M", "M73"]);
        assert_eq!(industry_levels("家电"), ["家电"]);
        assert!(industry_levels(" ").is_empty());
        assert_eq!(industry_class("3854").as_deref(), Some("C38"));
        assert_eq!(industry_class("C").as_deref(), Some("C"));
    }
}
