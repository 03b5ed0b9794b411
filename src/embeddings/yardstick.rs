//! What nearness means to a model: fixed texts about two dozen matters of all trades.
//!
//! Models differ in the cosine they give to texts that have nothing in common (0.87 is usual with
//! one, 0.4 with another), and one model differs by the language of the question. So nearness is
//! counted from the mean of the question to these texts, in units of how much they differ among
//! themselves. The first also tells whether a server still answers with the same model.

use super::model::cosine;

/// Texts that have nothing to do with each other.
pub const TEXTS: [&str; 24] = [
    "陶瓷釉料的高温烧成性能",
    "水产养殖池塘的水质调控",
    "公路桥梁裂缝的无损检测",
    "中药材种植与有效成分提取",
    "家具板材的封边与喷涂",
    "机器人焊接轨迹规划",
    "蔬菜大棚的节水灌溉",
    "印染废水的脱色处理",
    "锂离子电池隔膜涂布",
    "儿童玩具的安全检验",
    "服装面料的抗皱整理",
    "食品冷链运输的温度监控",
    "五金锁具的防锈电镀",
    "城市公交的调度软件",
    "心电信号的异常识别",
    "塑料薄膜的可降解改性",
    "红木雕刻的数控加工",
    "茶叶的杀青与发酵",
    "照明灯具的驱动电源",
    "建筑垃圾制备再生砖",
    "图书馆文献的检索系统",
    "压力容器的焊缝探伤",
    "珠宝首饰的三维打印",
    "地下水重金属污染修复",
];
/// Two runs of one model on other hardware differ by less than this.
const SAME_MODEL: f32 = 0.99;
/// How far above the mean, in standard deviations, texts are about the same matter. With
/// multilingual-e5-small the nearest of thousands of titles comes to about this.
const FULL: f32 = 6.0;
/// Least standard deviation: a model that hardly tells these texts apart tells nothing else apart.
const LEAST_DEVIATION: f32 = 0.002;

/// The vectors of the texts by one model.
#[derive(Debug, Clone, PartialEq)]
pub struct Yardstick {
    vectors: Vec<Vec<f32>>,
    deviation: f32,
}

impl Yardstick {
    /// Of the vectors of all texts, in their order; none where some are missing.
    pub fn of(vectors: Vec<Vec<f32>>) -> Option<Self> {
        if vectors.len() != TEXTS.len() {
            return None;
        }
        let others = |at: usize| vectors.iter().skip(at + 1);
        let pairs: Vec<f32> = (0..vectors.len())
            .flat_map(|at| others(at).map(|other| cosine(&vectors[at], other)).collect::<Vec<_>>())
            .collect();
        let mean = mean(&pairs);
        let squares: Vec<f32> = pairs.iter().map(|one| (one - mean).powi(2)).collect();
        let deviation = self::mean(&squares).sqrt().max(LEAST_DEVIATION);
        Some(Self { vectors, deviation })
    }

    /// As the database keeps it: one vector after the other.
    pub fn to_numbers(&self) -> Vec<f32> {
        self.vectors.concat()
    }

    /// As the database keeps it, read.
    pub fn from_numbers(numbers: &[f32]) -> Option<Self> {
        let dimensions = numbers.len() / TEXTS.len();
        if dimensions == 0 {
            return None;
        }
        Self::of(numbers.chunks_exact(dimensions).map(<[f32]>::to_vec).collect())
    }

    /// Numbers of a vector.
    pub fn dimensions(&self) -> usize {
        self.vectors.first().map_or(0, Vec::len)
    }

    /// Whether this vector of the first text is by the same model.
    pub fn is_of_same_model(&self, vector: &[f32]) -> bool {
        self.vectors.first().is_some_and(|first| cosine(first, vector) >= SAME_MODEL)
    }

    /// The cosine of a question to texts that have nothing to do with it, and to those about the
    /// same matter.
    pub fn range(&self, question: &[f32]) -> (f32, f32) {
        let cosines: Vec<f32> = self.vectors.iter().map(|one| cosine(one, question)).collect();
        let unlike = mean(&cosines);
        (unlike, unlike + FULL * self.deviation)
    }
}

fn mean(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / (values.len().max(1) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vectors that agree in one number and differ in another.
    fn vectors() -> Vec<Vec<f32>> {
        (0..TEXTS.len()).map(|at| vec![1.0, at as f32 / 40.0, 0.0]).collect()
    }

    #[test]
    fn the_range_begins_at_the_mean_and_grows_with_the_spread() {
        let yardstick = Yardstick::of(vectors()).unwrap();
        let (unlike, alike) = yardstick.range(&[1.0, 0.3, 0.0]);
        assert!(unlike > 0.9 && alike > unlike + 0.05, "{unlike} {alike}");
        let (far, _) = yardstick.range(&[0.5, 0.0, 1.0]);
        assert!(far < unlike - 0.3);
        let alike = vec![vec![1.0, 0.0]; TEXTS.len()];
        let (low, high) = Yardstick::of(alike).unwrap().range(&[1.0, 0.0]);
        assert!(high > low);
    }

    #[test]
    fn it_comes_back_as_it_was_stored_and_knows_its_model() {
        let yardstick = Yardstick::of(vectors()).unwrap();
        assert_eq!(Yardstick::from_numbers(&yardstick.to_numbers()), Some(yardstick.clone()));
        assert_eq!((yardstick.dimensions(), Yardstick::from_numbers(&[1.0])), (3, None));
        assert_eq!(Yardstick::of(vectors().split_off(1)), None);
        assert!(yardstick.is_of_same_model(&[2.0, 0.01, 0.0]));
        assert!(!yardstick.is_of_same_model(&[0.0, 1.0, 0.0]));
        assert!(!yardstick.is_of_same_model(&[1.0, 0.0]));
    }

    #[test]
    fn the_texts_are_of_their_own() {
        let distinct: std::collections::HashSet<&str> = TEXTS.into_iter().collect();
        assert_eq!(distinct.len(), TEXTS.len());
    }
}
