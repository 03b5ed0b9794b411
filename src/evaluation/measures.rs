//! The measures of one query's ranking.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::files::Grades;

/// Grade from which an achievement counts as found.
const RELEVANT: u8 = 2;

/// What one query's ranking is worth. A measure is absent where it is not defined for the query.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct QueryMeasures {
    /// nDCG at 10 over the judged achievements alone, gain 2^grade − 1 (Järvelin and Kekäläinen
    /// 2002); defined where some grade is at least 1.
    pub ndcg10: Option<f64>,
    /// Probability that a relevant judged achievement ranks above another judged one; defined
    /// where both kinds exist.
    pub auc: Option<f64>,
    /// Share of the relevant achievements among the first 50 of the whole corpus.
    pub recall50: Option<f64>,
    /// Whether a relevant achievement is among the first 10 of the whole corpus.
    pub hit10: Option<f64>,
    /// Reciprocal rank of the first relevant achievement in the whole corpus.
    pub mrr: Option<f64>,
}

/// Measures a ranking (ids with scores, best first; what is missing scores nothing).
pub fn measure(ranking: &[(String, f32)], grades: &Grades) -> QueryMeasures {
    let score: HashMap<&str, f32> = ranking.iter().map(|(id, s)| (id.as_str(), *s)).collect();
    let mut judged: Vec<(&str, u8, f32)> = grades
        .iter()
        .map(|(id, grade)| (id.as_str(), *grade, score.get(id.as_str()).copied().unwrap_or(0.0)))
        .collect();
    judged.sort_by(|a, b| b.2.total_cmp(&a.2).then_with(|| a.0.cmp(b.0)));
    let relevant = grades.values().filter(|grade| **grade >= RELEVANT).count();
    let place = |limit: usize| {
        ranking.iter().take(limit).filter(|(id, _)| grades.get(id).is_some_and(|g| *g >= RELEVANT))
    };
    let found = (relevant > 0).then_some(());
    let first =
        ranking.iter().position(|(id, _)| grades.get(id).is_some_and(|grade| *grade >= RELEVANT));
    QueryMeasures {
        ndcg10: ndcg(&judged, 10),
        auc: auc(&judged),
        recall50: found.map(|()| place(50).count() as f64 / relevant as f64),
        hit10: found.map(|()| if place(10).next().is_some() { 1.0 } else { 0.0 }),
        mrr: found.map(|()| first.map_or(0.0, |at| 1.0 / (at as f64 + 1.0))),
    }
}

fn gain(grade: u8, at: usize) -> f64 {
    (f64::from(2_u32.pow(u32::from(grade))) - 1.0) / (at as f64 + 2.0).log2()
}

fn ndcg(judged: &[(&str, u8, f32)], depth: usize) -> Option<f64> {
    let mut ideal: Vec<u8> = judged.iter().map(|(_, grade, _)| *grade).collect();
    ideal.sort_unstable_by(|a, b| b.cmp(a));
    let best: f64 = ideal.iter().take(depth).enumerate().map(|(at, g)| gain(*g, at)).sum();
    let real: f64 = judged.iter().take(depth).enumerate().map(|(at, j)| gain(j.1, at)).sum();
    (best > 0.0).then(|| real / best)
}

/// Mann–Whitney statistic; ties count half.
fn auc(judged: &[(&str, u8, f32)]) -> Option<f64> {
    let (good, rest): (Vec<_>, Vec<_>) =
        judged.iter().partition(|(_, grade, _)| *grade >= RELEVANT);
    if good.is_empty() || rest.is_empty() {
        return None;
    }
    let mut won = 0.0;
    for (_, _, mine) in &good {
        for (_, _, other) in &rest {
            won += match mine.total_cmp(other) {
                std::cmp::Ordering::Greater => 1.0,
                std::cmp::Ordering::Equal => 0.5,
                std::cmp::Ordering::Less => 0.0,
            };
        }
    }
    Some(won / (good.len() * rest.len()) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grades(pairs: &[(&str, u8)]) -> Grades {
        pairs.iter().map(|(id, grade)| ((*id).to_owned(), *grade)).collect()
    }

    fn ranking(ids: &[&str]) -> Vec<(String, f32)> {
        ids.iter().enumerate().map(|(at, id)| ((*id).to_owned(), 10.0 - at as f32)).collect()
    }

    #[test]
    fn a_perfect_ranking_scores_one_everywhere() {
        let grades = grades(&[("a", 3), ("b", 2), ("c", 1), ("d", 0)]);
        let got = measure(&ranking(&["a", "b", "c", "d"]), &grades);
        let one = Some(1.0);
        let expected = QueryMeasures { ndcg10: one, auc: one, recall50: one, hit10: one, mrr: one };
        assert_eq!(got, expected);
    }

    #[test]
    fn ndcg_follows_the_formula() {
        // Gains 1 and 7 in the wrong order: (1 + 7/log2 3) / (7 + 1/log2 3).
        let got = measure(&ranking(&["b", "a"]), &grades(&[("a", 3), ("b", 1)])).ndcg10.unwrap();
        let expected = (1.0 + 7.0 / 3_f64.log2()) / (7.0 + 1.0 / 3_f64.log2());
        assert!((got - expected).abs() < 1e-12);
    }

    #[test]
    fn measures_without_relevant_achievements_are_absent() {
        let got = measure(&ranking(&["a"]), &grades(&[("a", 0)]));
        assert_eq!(got, QueryMeasures::default());
    }

    #[test]
    fn unranked_achievements_tie_at_the_bottom() {
        let got = measure(&ranking(&[]), &grades(&[("a", 2), ("b", 0)]));
        assert_eq!(got.auc, Some(0.5));
        assert_eq!(got.recall50, Some(0.0));
    }
}
