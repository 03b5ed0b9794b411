//! The word vectors in `model/words.bin`; `scripts/build-word-vectors` tells how they are made.

use std::sync::LazyLock;

/// Keeps the bytes at an even address, so that rows can be read as they are.
#[repr(C, align(16))]
struct Aligned<T: ?Sized>(T);

static FILE: &Aligned<[u8]> = &Aligned(*include_bytes!("../../model/words.bin"));

/// Numbers in a vector.
pub(crate) const DIMENSIONS: usize = 240;

/// Bytes before the steps.
const HEAD: usize = 16;

/// Longest run of Han characters looked up as a piece of a word that is not in the list.
const LONGEST_PIECE: usize = 4;

/// The list of words with their vectors.
pub(crate) struct Words {
    count: usize,
    steps: &'static [u8],
    ends: &'static [u8],
    names: &'static [u8],
    rows: &'static [u8],
}

/// The list that ships with the crate. Opening it reads the head of the file and no more.
pub(crate) static WORDS: LazyLock<Words> = LazyLock::new(|| Words::open(&FILE.0));

/// A word of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Word(u32);

/// Changes whenever texts get other vectors.
pub(crate) fn fingerprint() -> u64 {
    // FNV-1a over the head, the steps and the words: rows cannot change without the steps.
    let names_end = FILE.0.len() - WORDS.rows.len();
    FILE.0[..names_end].iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn number(bytes: &[u8], at: usize) -> u32 {
    let bytes = bytes[at * 4..at * 4 + 4].try_into().expect("four bytes were taken");
    u32::from_le_bytes(bytes)
}

impl Words {
    /// The file is a part of the program: that it is whole is checked by a test.
    fn open(file: &'static [u8]) -> Words {
        assert_eq!((&file[..4], number(file, 1)), (b"TBWV".as_slice(), 1), "model/words.bin");
        assert_eq!(number(file, 3) as usize, DIMENSIONS, "dimensions of model/words.bin");
        let count = number(file, 2) as usize;
        let (steps, rest) = file[HEAD..].split_at(count * 4);
        let (ends, rest) = rest.split_at((count + 1) * 4);
        let names = &rest[..number(ends, count) as usize];
        let rows = &file[file.len() - count * DIMENSIONS..];
        Words { count, steps, ends, names, rows }
    }

    fn name(&self, at: usize) -> &'static [u8] {
        &self.names[number(self.ends, at) as usize..number(self.ends, at + 1) as usize]
    }

    /// The word spelled like this.
    pub fn find(&self, name: &str) -> Option<Word> {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low.midpoint(high);
            match self.name(middle).cmp(name.as_bytes()) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(Word(middle as u32)),
            }
        }
        None
    }

    /// The word, or the words it is spelled with: the longest pieces of a Chinese word, the stem of
    /// an English one.
    pub fn spell(&self, name: &str) -> Vec<Word> {
        if let Some(word) = self.find(name) {
            return vec![word];
        }
        if name.is_ascii() {
            let stem = ["ing", "ed", "es", "s"].iter().find_map(|ending| {
                let stem = name.strip_suffix(ending).filter(|stem| stem.len() > 2)?;
                self.find(stem)
            });
            return stem.into_iter().collect();
        }
        self.pieces(name)
    }

    fn pieces(&self, name: &str) -> Vec<Word> {
        let starts: Vec<usize> =
            name.char_indices().map(|(at, _)| at).chain([name.len()]).collect();
        let (mut found, mut at) = (Vec::new(), 0);
        while at + 1 < starts.len() {
            let longest = LONGEST_PIECE.min(starts.len() - 1 - at);
            let piece = (1..=longest)
                .rev()
                .find_map(|n| Some((self.find(&name[starts[at]..starts[at + n]])?, n)));
            found.extend(piece.map(|(word, _)| word));
            at += piece.map_or(1, |(_, length)| length);
        }
        found
    }

    /// How the word is spelled.
    pub fn spelling(&self, word: Word) -> &'static str {
        std::str::from_utf8(self.name(word.0 as usize)).unwrap_or_default()
    }

    /// Adds the vector of the word, `weight` times.
    pub fn add(&self, word: Word, weight: f32, sum: &mut [f32; DIMENSIONS]) {
        let at = word.0 as usize;
        let step = f32::from_bits(number(self.steps, at)) * weight;
        let row = &self.rows[at * DIMENSIONS..(at + 1) * DIMENSIONS];
        for (sum, byte) in sum.iter_mut().zip(row) {
            *sum += step * f32::from(byte.cast_signed());
        }
    }

    /// Number of words.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.count
    }
}
