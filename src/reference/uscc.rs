//! Unified social credit codes (统一社会信用代码), GB 32100-2015.

const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const LENGTH: usize = 18;

/// Whether the text is an 18-character code with the right check character: weights 3^i mod 31,
/// check = (31 − Σ mod 31) mod 31 (GB 32100-2015, annex A).
pub fn is_valid(text: &str) -> bool {
    let values: Vec<u32> = text
        .bytes()
        .filter_map(|byte| ALPHABET.iter().position(|&known| known == byte))
        .filter_map(|at| u32::try_from(at).ok())
        .collect();
    if values.len() != LENGTH || text.len() != LENGTH {
        return false;
    }
    let mut weight = 1;
    let mut sum = 0;
    for value in &values[..LENGTH - 1] {
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    (31 - sum % 31) % 31 == values[LENGTH - 1]
}

#[cfg(test)]
mod tests {
    use super::is_valid;

    #[test]
    fn accepts_a_known_code_and_refuses_a_changed_one() {
        assert!(is_valid("91350100M000100Y43"));
        assert!(!is_valid("91350100M000100Y44"));
        assert!(!is_valid("91350100M000100Y4"));
        assert!(!is_valid("91350100M000100I43"));
        assert!(!is_valid("９1350100M000100Y43"));
    }
}
