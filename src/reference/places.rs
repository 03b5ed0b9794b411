//! Regions by the names that people write, and names by which people tell them apart.

use super::{Reference, Region};
use crate::accounts::principal::Language;

impl Reference {
    /// The regions that a name may mean: the official one alone (`古镇镇`), after its city
    /// (`中山市古镇镇`), its county, or both.
    pub fn regions_named(&self, text: &str) -> Vec<&Region> {
        let name: String = text.split_whitespace().collect();
        if name.is_empty() {
            return Vec::new();
        }
        let alone: Vec<&Region> =
            self.regions().iter().filter(|region| region.name == name).collect();
        if !alone.is_empty() {
            return alone;
        }
        let ends = |region: &&Region| name.ends_with(&region.name);
        self.regions().iter().filter(ends).filter(|region| self.is_named(region, &name)).collect()
    }

    /// Whether a name that ends in a region's begins with those above it, some left out.
    fn is_named(&self, region: &Region, name: &str) -> bool {
        let mut rest = name;
        for above in self.region_path(&region.code) {
            // The county that stands for a whole city is called like it.
            rest = rest.strip_prefix(above.name.as_str()).unwrap_or(rest);
        }
        rest.is_empty()
    }

    /// The towns that a text means: one that holds a code means that, whatever stands beside it.
    pub fn towns_meant(&self, text: &str) -> Vec<&Region> {
        let is_town = |region: &&Region| region.level == "town";
        let codes = text.split(|c: char| !c.is_ascii_digit()).filter(|code| code.len() == 9);
        let coded: Vec<&Region> =
            codes.filter_map(|code| self.region(code)).filter(is_town).collect();
        match coded.is_empty() {
            false => coded,
            true => self.regions_named(text).into_iter().filter(is_town).collect(),
        }
    }

    /// The regions of any level that a text means; of a city and the county that stands for all of
    /// it, the city.
    pub fn regions_meant(&self, text: &str) -> Vec<&Region> {
        let codes = text.split(|c: char| !c.is_ascii_digit());
        let coded: Vec<&Region> = codes.filter_map(|code| self.region(code)).collect();
        if !coded.is_empty() {
            return coded;
        }
        let mut named = self.regions_named(text);
        let whole = named.iter().min_by_key(|region| region.code.len()).map(|region| &region.code);
        if let Some(whole) = whole.filter(|whole| named.iter().all(|r| r.code.starts_with(*whole)))
        {
            named.retain(|region| region.code == *whole);
        }
        named
    }

    /// Name of a region without those above it; the code itself when the table lacks it.
    pub fn short_name(&self, code: &str, language: Language) -> String {
        let Some(region) = self.region(code) else { return code.to_owned() };
        match language {
            Language::English if !region.name_en.is_empty() => region.name_en.clone(),
            _ => region.name.clone(),
        }
    }

    /// A region as it is told from others of its name: `古镇镇（中山市）– 442000105`.
    pub fn region_label(&self, code: &str, language: Language) -> String {
        let Some(region) = self.region(code) else { return code.to_owned() };
        let above = self.region_name(&region.parent_code, language);
        match language {
            _ if above.is_empty() || above == region.name => format!("{} – {code}", region.name),
            Language::Chinese => format!("{}（{above}）– {code}", region.name),
            Language::English => format!("{} ({above}) – {code}", region.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(reference: &Reference, text: &str) -> Vec<String> {
        reference.towns_meant(text).into_iter().map(|town| town.code.clone()).collect()
    }

    #[test]
    fn a_town_is_meant_by_its_name_alone_or_after_those_above_it() {
        let reference = crate::reference::load(std::path::Path::new("/nonexistent")).unwrap();
        for text in [
            "442000105",
            "古镇镇",
            " 中山市 古镇镇 ",
            "广东省中山市古镇镇",
            "古镇镇（中山市）– 442000105",
            "442000105 中山市古镇镇",
        ] {
            assert_eq!(meant(&reference, text), ["442000105"], "{text}");
        }
        for text in ["南庄镇街", "中山市", "440604", "古镇", "佛山市古镇镇", "999999999", ""]
        {
            assert!(meant(&reference, text).is_empty(), "{text}");
        }
        // Seven towns have this name, two of them in one city.
        assert_eq!(meant(&reference, "太平镇").len(), 7);
        let in_city = meant(&reference, "清远市太平镇");
        assert_eq!(in_city.len(), 2);
        for code in in_city {
            for language in [Language::Chinese, Language::English] {
                assert_eq!(meant(&reference, &reference.region_label(&code, language)), [&*code]);
            }
            let full = reference.region_name(&code, Language::Chinese);
            assert_eq!(meant(&reference, &full), [&*code], "{full}");
            let path = reference.region_path(&code);
            let county = format!("{}{}", path[2].name, path[3].name);
            assert_eq!(meant(&reference, &county), [&*code], "{county}");
        }
    }

    #[test]
    fn regions_of_all_levels_are_meant_by_code_or_name() {
        let reference = crate::reference::load(std::path::Path::new("/nonexistent")).unwrap();
        let meant = |text| -> Vec<&str> {
            reference.regions_meant(text).iter().map(|region| region.code.as_str()).collect()
        };
        for (text, code) in [
            ("中山市", "4420"),
            ("442000", "442000"),
            ("古镇镇（中山市）– 442000105", "442000105"),
            ("佛山市南海区", "440605"),
            ("广东省", "44"),
        ] {
            assert_eq!(meant(text), [code], "{text}");
            let label = reference.region_label(code, Language::English);
            assert_eq!(reference.regions_meant(&label)[0].code, code, "{label}");
        }
        assert_eq!(meant("太平镇").len(), 7);
        assert!(meant("无此地").is_empty());
    }

    #[test]
    fn labels_name_the_city_in_the_language() {
        let reference = crate::reference::load(std::path::Path::new("/nonexistent")).unwrap();
        let label = |language| reference.region_label("442000105", language);
        assert_eq!(label(Language::Chinese), "古镇镇（中山市）– 442000105");
        assert_eq!(label(Language::English), "古镇镇 (Zhongshan) – 442000105");
    }
}
