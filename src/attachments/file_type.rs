//! What a file is, told from its bytes. Neither its name nor what the sender says of it counts.

use std::io::Cursor;

/// Kinds of files that are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileType {
    /// PDF.
    Pdf,
    /// JPEG picture.
    Jpeg,
    /// PNG picture.
    Png,
    /// WebP picture.
    Webp,
    /// Text document of Office Open XML, without macros.
    Docx,
    /// Spreadsheet of Office Open XML, without macros.
    Xlsx,
    /// Slides of Office Open XML, without macros.
    Pptx,
    /// Plain text in UTF-8.
    Text,
}

impl FileType {
    /// The type of a content; none when it is not one that is taken.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::Webp),
            [b'%', b'P', b'D', b'F', b'-', ..] => Some(Self::Pdf),
            [b'P', b'K', 3, 4, ..] => office(bytes),
            _ => is_text(bytes).then_some(Self::Text),
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Pptx => {
                "application/vnd.openxmlformats-officedocument.presentationml.presentation"
            }
            Self::Text => "text/plain; charset=utf-8",
        }
    }

    /// Endings that its names may have; the first is usual.
    pub fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["pdf"],
            Self::Jpeg => &["jpg", "jpeg"],
            Self::Png => &["png"],
            Self::Webp => &["webp"],
            Self::Docx => &["docx"],
            Self::Xlsx => &["xlsx"],
            Self::Pptx => &["pptx"],
            Self::Text => &["txt", "csv", "md"],
        }
    }
}

/// A package of Office Open XML, by the part that makes it one. Packages with macros are not taken.
fn office(bytes: &[u8]) -> Option<FileType> {
    let archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let has = |name: &str| archive.index_for_name(name).is_some();
    let is_macro = |name: &str| name.to_ascii_lowercase().ends_with("vbaproject.bin");
    // A name that cannot be read counts as one that must not be there.
    let macros = archive.file_names().any(|name| name.map_or(true, |name| is_macro(&name)));
    if macros || !has("[Content_Types].xml") {
        return None;
    }
    [
        ("word/document.xml", FileType::Docx),
        ("xl/workbook.xml", FileType::Xlsx),
        ("ppt/presentation.xml", FileType::Pptx),
    ]
    .into_iter()
    .find_map(|(part, kind)| has(part).then_some(kind))
}

/// Text holds something and no control characters but those of lines, pages and columns.
fn is_text(bytes: &[u8]) -> bool {
    let plain = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t' | '\u{c}');
    std::str::from_utf8(bytes).is_ok_and(|text| !text.is_empty() && text.chars().all(plain))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// A package with these parts, each empty.
    fn package(parts: &[&str]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for part in parts {
            let options = zip::write::SimpleFileOptions::default()
                .compression_method(zip::CompressionMethod::Stored);
            writer.start_file(*part, options).unwrap();
            writer.write_all(b"<x/>").unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn a_type_is_told_by_the_bytes_alone() {
        let kind = |bytes: &[u8]| FileType::of(bytes);
        assert_eq!(kind(b"%PDF-1.7\n"), Some(FileType::Pdf));
        assert_eq!(kind(&[0xff, 0xd8, 0xff, 0xe0, 0]), Some(FileType::Jpeg));
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n\0\0"), Some(FileType::Png));
        assert_eq!(kind(b"RIFF\x10\0\0\0WEBPVP8 "), Some(FileType::Webp));
        assert_eq!(kind("第一行\r\n\t第二行".as_bytes()), Some(FileType::Text));
        for (part, expected) in [
            ("word/document.xml", FileType::Docx),
            ("xl/workbook.xml", FileType::Xlsx),
            ("ppt/presentation.xml", FileType::Pptx),
        ] {
            assert_eq!(kind(&package(&["[Content_Types].xml", part])), Some(expected));
        }
    }

    #[test]
    fn what_is_not_taken_has_no_type() {
        let macros = ["[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"];
        let cases = [
            Vec::new(),
            b"MZ\x90\0\x03".to_vec(),
            b"\x7fELF\x02".to_vec(),
            b"RIFF\x10\0\0\0WAVEfmt ".to_vec(),
            b"text with \0 in it".to_vec(),
            vec![0xc4, 0xe3, 0xba],
            b"PK\x03\x04 cut off".to_vec(),
            package(&["evil.exe"]),
            package(&["word/document.xml"]),
            package(&macros),
        ];
        for bytes in cases {
            assert_eq!(FileType::of(&bytes), None, "{:?}", String::from_utf8_lossy(&bytes));
        }
    }
}
