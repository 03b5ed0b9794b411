//! From bytes to text: UTF-8 with or without mark, UTF-16 with mark, or GB18030, which Chinese
//! spreadsheets write.

use encoding_rs::{Encoding, GB18030};

/// Decodes a file.
///
/// # Errors
/// When it is none of the known encodings.
pub fn decode(bytes: Vec<u8>) -> Result<String, &'static str> {
    if let Some((encoding, _)) = Encoding::for_bom(&bytes) {
        return whole(encoding, &bytes);
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(error) => whole(GB18030, error.as_bytes()),
    }
}

fn whole(encoding: &'static Encoding, bytes: &[u8]) -> Result<String, &'static str> {
    let (text, _, faulty) = encoding.decode(bytes);
    if faulty { Err("neither UTF-8 nor GB18030") } else { Ok(text.into_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_that_spreadsheets_write_is_read() {
        let text = "需求名称,关键词\n陶瓷节能,釉料";
        let gb18030 = GB18030.encode(text).0.into_owned();
        let marked = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
        let utf16: Vec<u8> = "\u{feff}"
            .encode_utf16()
            .chain(text.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        for bytes in [text.as_bytes().to_vec(), marked, gb18030, utf16] {
            assert_eq!(decode(bytes).unwrap(), text);
        }
    }

    #[test]
    fn other_bytes_are_refused_rather_than_guessed() {
        assert!(decode(vec![0x89, b'P', b'N', b'G', 0xff, 0xff]).is_err());
    }
}
