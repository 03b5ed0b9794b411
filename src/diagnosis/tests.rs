//! What the doctor promises, tried on invented needs.

use super::diagnose::diagnose;
use super::model::{Diagnosis, DiagnosisInput};
use crate::accounts::principal::Language;
use crate::money::Money;
use crate::needs::model::{NeedFields, Requirement};
use crate::records::parts::Elements;

fn of(fields: &NeedFields) -> Diagnosis {
    diagnose(&DiagnosisInput { fields, town_trades: &[], language: Language::Chinese })
}

fn problem(text: &str) -> NeedFields {
    NeedFields { problem: Some(text.to_owned()), ..NeedFields::default() }
}

fn codes(diagnosis: &Diagnosis) -> Vec<&'static str> {
    diagnosis.gaps.iter().map(|gap| gap.code).collect()
}

const GOOD: &str = "我公司生产户外投光灯的压铸铝灯体，用于沿海道路照明，材料为铝合金ADC12。目前采用冷室压铸工艺，\
    铸件中心气孔率约6%，抛光后露孔，返工多，试过提高模温和更换涂料，效果不明显。希望改进模具排气和压铸参数，\
    把气孔率降到2%以内，盐雾试验不低于720小时，不更换现有压铸机。预算30万元，2027年年底前完成。";

#[test]
fn a_need_of_twenty_characters_scores_below_forty_and_has_three_gaps() {
    let short = [
        "压铸铝灯体气孔多，希望降低气孔率并提高良率",
        "铝合金灯体气孔率降到2%以内预算30万年底前",
        "釉料",
        "想找大学合作开发新产品提升公司整体竞争能力",
        "reduce scrap of LEDs",
    ];
    for text in short {
        let found = of(&problem(text));
        assert!(found.score < 40, "{text}: {}", found.score);
        assert!(found.gaps.len() >= 3, "{text}: {:?}", codes(&found));
    }
}

#[test]
fn a_need_that_says_everything_has_no_gap() {
    let found = of(&problem(GOOD));
    assert_eq!(codes(&found), [""; 0]);
    assert_eq!((found.score, found.split.len()), (100, 0));
    let quoted = |code: &str| {
        let part = found.parts.iter().find(|part| part.code == code).unwrap();
        part.found.iter().map(|finding| finding.text.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(quoted("target"), ["把气孔率降到2%以内", "盐雾试验不低于720小时"]);
    assert_eq!(quoted("budget"), ["预算30万元"]);
    assert!(quoted("material").contains(&"铝合金"));
    for part in &found.parts {
        assert!(part.found.iter().all(|finding| GOOD.contains(&finding.text)), "{}", part.code);
    }
}

#[test]
fn an_empty_need_has_no_points() {
    let found = of(&NeedFields::default());
    assert_eq!(found.score, 0);
    assert_eq!(found.gaps.iter().map(|gap| u32::from(gap.points)).sum::<u32>(), 100);
}

#[test]
fn weights_add_up_and_gaps_explain_the_score() {
    for text in ["灯", GOOD, "1、解决冲压件开裂问题\n2、开发电镀防锈工艺", "解决釉面针孔，预算30万"]
    {
        let found = of(&problem(text));
        assert_eq!(found.parts.iter().map(|part| u32::from(part.weight)).sum::<u32>(), 100);
        let missing: u32 = found.gaps.iter().map(|gap| u32::from(gap.points)).sum();
        assert_eq!(u32::from(found.score) + missing, 100, "{text}");
        assert!(found.gaps.windows(2).all(|pair| pair[0].points >= pair[1].points), "{text}");
    }
}

#[test]
fn several_needs_cost_points_and_are_proposed_apart() {
    let found = of(&problem("1、解决冲压件批量开裂问题\n2、开发电镀件防锈工艺"));
    assert!(codes(&found).contains(&"several_needs"));
    let titles: Vec<&str> = found.split.iter().map(|part| part.title.as_str()).collect();
    assert_eq!(titles, ["解决冲压件批量开裂问题", "开发电镀件防锈工艺"]);
    let gap = found.gaps.iter().find(|gap| gap.code == "several_needs").unwrap();
    assert!(gap.message.contains('2'), "{}", gap.message);
}

#[test]
fn readiness_to_negotiate_is_half_a_budget() {
    let mut fields = problem("解决釉面针孔");
    let none = of(&fields).score;
    fields.budget_negotiable = Some(true);
    let open = of(&fields);
    assert_eq!(open.score, none + 5);
    assert!(codes(&open).contains(&"open_budget"));
    fields.budget_max = Some(Money(1));
    assert_eq!(of(&fields).score, none + 10);
}

#[test]
fn examples_fit_the_trade() {
    let example = |text: &str, language| {
        let fields = problem(text);
        let found = diagnose(&DiagnosisInput { fields: &fields, town_trades: &[], language });
        found.gaps.into_iter().find(|gap| gap.code == "no_target").unwrap().example
    };
    let lamp = example("路灯坏得快", Language::Chinese);
    assert!(lamp.contains("光"), "{lamp}");
    assert_ne!(lamp, example("釉面有针孔", Language::Chinese));
    assert_ne!(lamp, example("路灯坏得快", Language::English));
}

/// A small deterministic generator (xorshift): the same needs in every run.
struct Generator(u64);

impl Generator {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below as u64) as usize
    }

    fn text(&mut self) -> String {
        const PIECES: [&str; 24] = [
            "1、",
            "2、",
            "（1）",
            "（2）",
            "一是",
            "；",
            "。",
            "\n",
            "开发釉料配方",
            "研制施釉设备",
            "气孔率降到2%以内",
            "厚度3mm",
            "预算30万元",
            "技术指标：",
            "需求：",
            "铝合金",
            "灯具",
            "目前",
            "用于户外",
            "年底前",
            "reduce ",
            "℃½ﬁ㈱",
            "解决开裂问题",
            "👩‍🔧百分之",
        ];
        (0..self.next(14)).map(|_| PIECES[self.next(PIECES.len())]).collect()
    }

    fn fields(&mut self) -> NeedFields {
        let mut fields = NeedFields { problem: Some(self.text()), ..NeedFields::default() };
        for _ in 0..self.next(4) {
            let element = self.next(ELEMENTS);
            add(&mut fields, element);
        }
        fields
    }
}

/// How many elements [`add`] knows.
const ELEMENTS: usize = 12;

/// Adds one element, in a field of its own or as a sentence at the end.
fn add(fields: &mut NeedFields, element: usize) {
    let say = |fields: &mut NeedFields, sentence: &str| {
        let text = fields.problem.get_or_insert_default();
        text.push('。');
        text.push_str(sentence);
    };
    match element {
        0 => say(fields, "材料为不锈钢"),
        1 => say(fields, "用于户外照明"),
        2 => say(fields, "良率不低于95%"),
        3 => say(fields, "预算50万元"),
        4 => say(fields, "目前采用压铸工艺生产灯体"),
        5 => fields.budget_max = Some(Money(1_000_000)),
        6 => fields.budget_negotiable = Some(true),
        7 => fields.deadline = chrono::NaiveDate::from_ymd_opt(2099, 1, 1),
        8 => fields.background = Some("试过提高模温".to_owned()),
        9 => fields.elements.get_or_insert_default().material = Some("铝合金".to_owned()),
        10 => {
            *fields.elements.get_or_insert_default() = Elements {
                application: Some("户外".to_owned()),
                product: Some("灯体".to_owned()),
                ..fields.elements.clone().unwrap_or_default()
            }
        }
        _ => fields.requirements.push(Requirement {
            name: "气孔率".to_owned(),
            operator: "le".to_owned(),
            value: "2".to_owned(),
            value_max: None,
            unit: Some("%".to_owned()),
            must: true,
            tolerance: None,
        }),
    }
}

#[test]
fn an_element_more_never_lowers_the_score() {
    let mut generator = Generator(0x9e37_79b9_7f4a_7c15);
    for _ in 0..800 {
        let before = generator.fields();
        let scored = of(&before);
        assert!(scored.score <= 100, "{before:?}");
        assert_eq!(scored, of(&before), "not the same twice: {before:?}");
        let text = before.problem.clone().unwrap();
        for part in &scored.split {
            assert!(text.contains(&part.text) && part.text.contains(&part.title), "{before:?}");
        }
        for element in 0..ELEMENTS {
            let mut after = before.clone();
            add(&mut after, element);
            let more = of(&after).score;
            assert!(more >= scored.score, "{} to {more} by {element}: {before:?}", scored.score);
        }
    }
}

#[test]
fn long_texts_are_read_in_linear_time() {
    let fields = problem(&"1、开发釉料，气孔率降到2%以内。".repeat(500));
    of(&fields);
    let start = std::time::Instant::now();
    of(&fields);
    assert!(start.elapsed().as_secs() < 3, "{:?}", start.elapsed());
}
