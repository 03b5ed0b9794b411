//! Which counties share an outline on the map.

use std::collections::BTreeMap;

use crate::reports::dashboard::PlaceLine;

/// Districts made since the outlines were drawn (`scripts/renew-county-outlines`), and the one that each
/// was part of: 龙华, 坪山 and 光明 of Shenzhen.
const MADE_SINCE: [(&str, &str); 3] =
    [("440309", "440306"), ("440310", "440307"), ("440311", "440306")];

/// The outline that a county lies in.
fn outline(county: &str) -> &str {
    let made = MADE_SINCE.iter().find(|(code, _)| *code == county);
    made.map_or(county, |(_, of)| of)
}

/// Places by the outline that they lie in.
pub(super) fn drawn(places: &[PlaceLine]) -> Vec<(String, Vec<PlaceLine>)> {
    let mut by_outline: BTreeMap<&str, Vec<PlaceLine>> = BTreeMap::new();
    for line in places {
        by_outline.entry(outline(&line.code)).or_default().push(line.clone());
    }
    by_outline.into_iter().map(|(code, lines)| (code.to_owned(), lines)).collect()
}

/// The figures of places in one.
pub(super) fn together(places: &[PlaceLine]) -> PlaceLine {
    let mut all = PlaceLine::default();
    for line in places {
        all.figures.add_sums(&line.figures);
        all.steps.iter_mut().zip(line.steps).for_each(|(sum, step)| *sum += step);
    }
    all
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::reference::load;

    fn line(code: &str, needs: i64) -> PlaceLine {
        PlaceLine { code: code.to_owned(), steps: [needs, 1, 0, 0], ..PlaceLine::default() }
    }

    #[test]
    fn districts_made_since_are_drawn_with_the_one_they_were_part_of() {
        let drawn = drawn(&[line("440305", 1), line("440306", 2), line("440311", 4)]);
        let codes: Vec<(&str, usize)> =
            drawn.iter().map(|(code, lines)| (code.as_str(), lines.len())).collect();
        assert_eq!(codes, [("440305", 1), ("440306", 2)]);
        assert_eq!(together(&drawn[1].1).steps, [6, 2, 0, 0]);
    }

    #[test]
    fn every_county_of_guangdong_has_an_outline() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/static/guangdong-counties.json");
        let text = std::fs::read_to_string(file).unwrap();
        let shapes: serde_json::Value = serde_json::from_str(&text).unwrap();
        let there: BTreeSet<&str> = shapes["features"]
            .as_array()
            .unwrap()
            .iter()
            .map(|shape| shape["id"].as_str().unwrap())
            .collect();
        let reference = load(Path::new("/nonexistent")).unwrap();
        let counties = reference.regions().iter().map(|region| region.code.as_str());
        let without: Vec<&str> = counties
            .filter(|code| code.len() == 6 && code.starts_with("44"))
            .filter(|code| !there.contains(outline(code)))
            .collect();
        assert_eq!(without, Vec::<&str>::new());
        assert!(there.len() > 100);
    }
}
