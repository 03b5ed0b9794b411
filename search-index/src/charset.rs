//! A set of characters that is asked for every character of a text.

/// Characters, told apart by their lowest 16 bits: what is not in the set may now and then be taken
/// for a member, but never the other way round. One look-up is a few instructions.
#[derive(Debug, Clone)]
pub(crate) struct CharSet(Box<[u64]>);

impl CharSet {
    /// Whether a character may be in the set.
    pub fn may_contain(&self, character: char) -> bool {
        let (at, bit) = place(character);
        self.0[at] & bit != 0
    }
}

impl FromIterator<char> for CharSet {
    fn from_iter<T: IntoIterator<Item = char>>(characters: T) -> Self {
        let mut set = Self(vec![0; 1 << 10].into_boxed_slice());
        for character in characters {
            let (at, bit) = place(character);
            set.0[at] |= bit;
        }
        set
    }
}

fn place(character: char) -> (usize, u64) {
    let low = character as usize & 0xffff;
    (low >> 6, 1 << (low & 63))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_always_found_and_most_others_are_not() {
        let set: CharSet = "釉料a\u{2a700}".chars().collect();
        assert!("釉料a\u{2a700}".chars().all(|character| set.may_contain(character)));
        assert!("面色b\u{2a701}".chars().all(|character| !set.may_contain(character)));
    }
}
