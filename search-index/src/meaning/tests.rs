//! The list of words is whole, texts about one matter are near, and nearness is a sum of pairs.

use super::stored::{Small, WORDS_PER_VECTOR, write};
use super::text::{Affinity, Vocabulary, passage, source};
use super::words::{DIMENSIONS, WORDS};
use crate::document::{Document, Kind};

fn affinities(source: &str, target: &str, limit: usize) -> Vec<Affinity> {
    Vocabulary::of(source).affinities(target, limit)
}

fn near(a: &str, b: &str) -> f32 {
    passage(a, "").0.iter().zip(&passage(b, "").0).map(|(x, y)| x * y).sum()
}

#[test]
fn the_list_is_whole_and_sorted() {
    assert_eq!(WORDS.len(), 62_000);
    for name in ["陶瓷", "釉", "模具", "coating", "ceramic"] {
        let word = WORDS.find(name).unwrap_or_else(|| panic!("{name} is missing"));
        assert_eq!(WORDS.spelling(word), name);
    }
    assert!(WORDS.find("").is_none() && WORDS.find("zzzzzz").is_none());
}

#[test]
fn words_not_in_the_list_are_spelled_with_those_that_are() {
    let spelled = |name: &str| -> Vec<&str> {
        WORDS.spell(name).into_iter().map(|word| WORDS.spelling(word)).collect()
    };
    assert_eq!(spelled("陶瓷"), ["陶瓷"]);
    assert_eq!(spelled("陶瓷釉料喷涂").concat(), "陶瓷釉料喷涂");
    assert_eq!(spelled("coatings"), ["coating"]);
    assert!(spelled("qzxv").is_empty());
}

#[test]
fn texts_about_one_matter_are_nearer_than_others() {
    assert!(
        near("铝合金压铸件气孔", "铸造铝件的孔隙缺陷") > near("铝合金压铸件气孔", "荔枝保鲜贮运")
    );
    assert!(near("陶瓷釉料", "ceramic glaze") > near("陶瓷釉料", "court decision"));
    assert!((near("LED 散热", "LED 散热") - 1.0).abs() < 1e-3);
}

#[test]
fn a_question_weighs_its_passages() {
    let document = passage("荔枝保鲜", "");
    let product = |question: &super::text::Meaning| -> f32 {
        question.0.iter().zip(&document.0).map(|(x, y)| x * y).sum()
    };
    let both = source([("荔枝保鲜", 1.0), ("陶瓷釉料", 1.0)].into_iter());
    let expected = (1.0 + near("陶瓷釉料", "荔枝保鲜")) / 2.0;
    assert!((product(&both) - expected).abs() < 1e-3);
    assert!(source([("", 1.0)].into_iter()).is_empty());
}

#[test]
fn pairs_of_words_are_summands_of_the_nearness() {
    let pairs = affinities("工业污水净化", "印染废水处理", 5);
    assert!(!pairs.is_empty());
    assert!(pairs.iter().all(|pair| pair.source != pair.target && pair.share > 0.0));
    let all: f32 = affinities("污水", "废水", 5).iter().map(|pair| pair.share).sum();
    assert!((all - 1.0).abs() < 0.05, "the only pair of words is nearly the whole of it: {all}");
    assert!(affinities("", "铸造", 5).is_empty());
}

#[test]
fn a_vector_is_stored_for_each_tier_that_says_more() {
    let mut document = Document::new("d", Kind::Capability, "陶瓷釉料");
    assert!(write(&document).is_empty(), "a draft is nobody's counterpart");
    document.open = true;
    assert_eq!(write(&document).len(), WORDS_PER_VECTOR);
    document.texts[2] = "只给经纪人看的工艺参数".to_owned();
    let numbers = write(&document);
    assert_eq!(numbers.len(), 2 * WORDS_PER_VECTOR);
    let tier = |at: usize| numbers[at * WORDS_PER_VECTOR] >> 32;
    assert_eq!((tier(0), tier(1)), (0, 2));
    document.open_from = 1;
    assert_eq!(write(&document)[0] >> 32, 1);
}

#[test]
fn eight_bits_are_enough() {
    let meaning = passage("高温合金叶片精密铸造", "");
    let small = Small::of(&meaning);
    for at in 0..DIMENSIONS {
        assert!((f32::from(small.bytes[at]) * small.step - meaning.0[at]).abs() <= small.step);
    }
}
