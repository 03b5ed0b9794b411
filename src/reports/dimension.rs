//! What a report is broken down by.

use super::fact::Fact;
use super::period;
use crate::code_enum;

code_enum!(
    /// A heading of a report.
    Dimension {
        /// 合作计划
        Programme = "programme",
        /// 渠道
        Channel = "channel",
        /// 活动类别
        ActivityKind = "activity_kind",
        /// 专业镇
        Town = "town",
        /// 县区
        County = "county",
        /// 市
        City = "city",
        /// 月
        Month = "month",
        /// 季
        Quarter = "quarter",
        /// 年
        Year = "year",
    }
);

/// What stands for a heading that nobody has filled in.
pub const UNASSIGNED: &str = "none";

/// Digits of the code of a town, a county and a city.
const TOWN: usize = 9;
const COUNTY: usize = 6;
const CITY: usize = 4;

impl Dimension {
    /// Where a fact stands under this heading.
    pub fn value(self, fact: &Fact) -> String {
        let filled =
            |code: &str| if code.is_empty() { UNASSIGNED.to_owned() } else { code.to_owned() };
        let cut =
            |digits: usize| filled(fact.region_code.get(..digits).unwrap_or(&fact.region_code));
        match self {
            Self::Programme => filled(&fact.programme),
            Self::Channel => filled(&fact.channel),
            Self::ActivityKind => filled(&fact.activity_kind),
            Self::Town => cut(TOWN),
            Self::County => cut(COUNTY),
            Self::City => cut(CITY),
            Self::Month => period::month(fact.on),
            Self::Quarter => period::quarter(fact.on),
            Self::Year => period::year(fact.on),
        }
    }

    /// The code table that names its values; none for places and times.
    pub fn table(self) -> Option<&'static str> {
        match self {
            Self::Programme | Self::Channel | Self::ActivityKind => Some(self.as_str()),
            _ => None,
        }
    }

    /// Whether its values are regions.
    pub fn is_place(self) -> bool {
        matches!(self, Self::Town | Self::County | Self::City)
    }
}
