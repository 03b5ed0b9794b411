//! The columns of tables that are imported and exported: one list a kind of record, read by the
//! importer, the exporter and the templates, so that they cannot drift apart.

mod capability;
mod need;
mod organization;
mod user;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// 技术需求
    Needs,
    /// 科技成果 / 技术能力
    Capabilities,
    /// 机构
    Organizations,
    /// 账户
    Users,
}

/// How the text of a cell is to be read and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Free text.
    Text,
    /// Short words separated by `；`, `，`, `、` or line breaks.
    Words,
    /// Texts separated by `；` or line breaks; commas belong to them.
    Texts,
    /// One entry of a code table, by code or name.
    Code(&'static str),
    /// Entries of a code table.
    Codes(&'static str),
    /// Whole number.
    Integer,
    /// Decimal number.
    Decimal,
    /// Amount in 万元.
    Money,
    /// Date.
    Date,
    /// 是 or 否.
    Flag,
    /// Region at any level, by code or name.
    Region,
    /// Regions.
    Regions,
    /// Industry of GB/T 4754-2017, by code.
    Industry,
    /// Industries.
    Industries,
    /// 技术指标: `*吸水率 ≤ 0.5 %（GB/T 3810.3）`, separated by `；`; `*` marks a must.
    Requirements,
    /// 性能指标: `整机效率：93.5 %（220 V 满载）`, separated by `；`.
    Performance,
    /// Cases: `2024：…`, separated by `；`.
    Cases,
    /// Objects with these fields in this order, separated by `|` within and `；` between.
    Parts(&'static [&'static str]),
    /// Shown on export, passed over on import.
    Shown,
    /// A code shown by its name on export, passed over on import.
    ShownCode(&'static str),
}

impl Shape {
    /// Whether such a column is passed over on import.
    pub fn is_shown_only(self) -> bool {
        matches!(self, Self::Shown | Self::ShownCode(_))
    }
}

/// When a field must be filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Always.
    Draft,
    /// To be put forward for review.
    Submit,
    /// To be published.
    Publish,
    /// Never.
    Optional,
}

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Path of the field, e.g. `contact.name`.
    pub field: &'static str,
    /// Chinese header.
    pub header: &'static str,
    /// How its text is read.
    pub shape: Shape,
    /// When it must be filled in.
    pub due: Due,
    /// What to fill in, for the template; empty when the header says it.
    pub note: &'static str,
    /// What the example row of the template holds.
    pub example: &'static str,
}

impl Column {
    const fn new(field: &'static str, header: &'static str, shape: Shape, due: Due) -> Self {
        Self { field, header, shape, due, note: "", example: "" }
    }

    const fn note(mut self, note: &'static str) -> Self {
        self.note = note;
        self
    }

    const fn example(mut self, example: &'static str) -> Self {
        self.example = example;
        self
    }

    /// Whether the field tells one record from another, so that no two rows can share it.
    pub fn tells_records_apart(&self) -> bool {
        ["title", "name", "uscc", "login_mail", "source_ref"].contains(&self.field)
    }

    /// Whether a header of a file means this column: the field's path or the Chinese header. A
    /// star or brackets at the end, which people add as remarks, do not matter.
    pub fn is_named(&self, header: &str) -> bool {
        let header = header.trim().trim_start_matches('*').trim_end_matches('*').trim();
        let bare = header.split(['（', '(']).next().unwrap_or(header).trim();
        [header, bare].iter().any(|name| *name == self.header || *name == self.field)
            || header.eq_ignore_ascii_case(self.field)
    }
}

/// Field under which reasons stand in a file of rejected rows.
pub const REASONS: &str = "import_errors";

/// Column in which the reasons stand in a file of rejected rows; passed over on import.
pub const REASONS_COLUMN: Column = Column::new(REASONS, "导入错误", Shape::Shown, Due::Optional);

/// Column that marks a row as an example (示例), which is passed over.
pub const REMARK_COLUMN: Column = Column::new("#", "说明", Shape::Shown, Due::Optional);

impl FileKind {
    /// The columns in the order of the template.
    pub fn columns(self) -> &'static [Column] {
        match self {
            Self::Needs => need::COLUMNS,
            Self::Capabilities => capability::COLUMNS,
            Self::Organizations => organization::COLUMNS,
            Self::Users => user::COLUMNS,
        }
    }

    /// The columns that are filled in by hand: those of the template.
    pub fn entered(self) -> impl Iterator<Item = &'static Column> {
        self.columns().iter().filter(|column| !column.shape.is_shown_only())
    }

    /// The column that a header of a file means.
    pub fn column(self, header: &str) -> Option<&'static Column> {
        const MARKS: &[Column] = &[REASONS_COLUMN, REMARK_COLUMN];
        self.columns().iter().chain(MARKS).find(|column| column.is_named(header))
    }

    /// The Chinese header of a field, for messages; the field itself when it has no column.
    pub fn header_of(self, field: &str) -> &str {
        let found = self.columns().iter().find(|column| {
            column.field == field
                || column.field.split_once('.').is_some_and(|(outer, _)| outer == field)
        });
        found.map_or(field, |column| column.header)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [FileKind; 4] =
        [FileKind::Needs, FileKind::Capabilities, FileKind::Organizations, FileKind::Users];

    #[test]
    fn no_two_columns_share_a_header_or_a_field() {
        for kind in ALL {
            for column in kind.columns() {
                for name in [column.field, column.header] {
                    assert_eq!(kind.column(name), Some(column), "{kind:?} {name}");
                }
            }
        }
    }

    #[test]
    fn remarks_beside_a_header_do_not_matter() {
        for header in ["需求名称", " *需求名称 ", "需求名称（60 字以内）", "title", "Title"]
        {
            assert_eq!(FileKind::Needs.column(header).map(|column| column.field), Some("title"));
        }
        assert_eq!(FileKind::Needs.column("需求"), None);
    }

    #[test]
    fn code_tables_of_the_columns_exist() {
        let reference = crate::reference::load(std::path::Path::new("/nonexistent")).unwrap();
        for kind in ALL {
            for column in kind.columns() {
                if let Shape::Code(table) | Shape::Codes(table) = column.shape {
                    assert!(!reference.code_table(table).is_empty(), "{}", column.field);
                }
            }
        }
    }
}
