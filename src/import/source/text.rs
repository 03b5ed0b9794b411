//! From bytes to text: UTF-8 with or without mark, UTF-16 with mark, or GB18030, which Chinese
//! spreadsheets write.

use encoding_rs::{Encoding, GB18030, UTF_8};

/// What stands in the text for bytes that mean nothing.
pub const UNDECODABLE: char = char::REPLACEMENT_CHARACTER;

/// A decoded file.
#[derive(Debug, PartialEq, Eq)]
pub struct Decoded {
    /// Its text.
    pub text: String,
    /// Whether some bytes mean nothing in its encoding; [`UNDECODABLE`] stands for them.
    pub faulty: bool,
}

/// Decodes a file. A damaged place costs no more than itself.
pub fn decode(bytes: Vec<u8>) -> Decoded {
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let bytes = error.as_bytes();
            let (text, _, faulty) = encoding_of(bytes).decode(bytes);
            return Decoded { text: text.into_owned(), faulty };
        }
    };
    let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
    Decoded { text, faulty: false }
}

/// The encoding by the mark, or by most lines: Chinese in GB18030 is hardly ever sound UTF-8, so a
/// few damaged lines mislead nobody.
fn encoding_of(bytes: &[u8]) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return encoding;
    }
    let lines = bytes.split(|byte| matches!(byte, b'\n' | b'\r')).filter(|line| !line.is_ascii());
    let (sound, other): (Vec<_>, Vec<_>) =
        lines.partition(|line| std::str::from_utf8(line).is_ok());
    if sound.len() >= other.len() { UTF_8 } else { GB18030 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "需求名称,关键词\n陶瓷节能,釉料";

    #[test]
    fn every_encoding_that_spreadsheets_write_is_read() {
        let gb18030 = GB18030.encode(TEXT).0.into_owned();
        let marked = [b"\xEF\xBB\xBF", TEXT.as_bytes()].concat();
        let utf16: Vec<u8> = "\u{feff}"
            .encode_utf16()
            .chain(TEXT.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        for bytes in [TEXT.as_bytes().to_vec(), marked, gb18030, utf16] {
            assert_eq!(decode(bytes), Decoded { text: TEXT.to_owned(), faulty: false });
        }
    }

    #[test]
    fn a_damaged_place_costs_no_more_than_itself() {
        for encoding in [UTF_8, GB18030] {
            let mut bytes = encoding.encode(TEXT).0.into_owned();
            bytes.extend_from_slice(b"\n\xff,a");
            let expected = format!("{TEXT}\n{UNDECODABLE},a");
            assert_eq!(decode(bytes), Decoded { text: expected, faulty: true });
        }
    }
}
