use super::*;
use crate::evidence::Entry;

fn asked(name: &str, operator: &str, value: &str, unit: &str) -> Asked {
    Asked {
        name: name.to_owned(),
        operator: operator.to_owned(),
        value: value.to_owned(),
        unit: Some(unit.to_owned()).filter(|unit| !unit.is_empty()),
        ..Asked::default()
    }
}

fn judge_single(wanted: &Requirement, record: &Record, subject: &str) -> Finding {
    judge([wanted], record, subject).remove(0)
}

fn in_text(asked: &Asked, text: &str) -> Finding {
    let passage = Passage { field: "/summary".to_owned(), text: text.to_owned() };
    let record = Record::new("LED灯具", Vec::new(), vec![passage]);
    let finding = judge_single(&Requirement::new(asked), &record, "灯具组装");
    if let Some(quote) = &finding.quote {
        let span: String = text.chars().skip(quote.start).take(quote.end - quote.start).collect();
        assert_eq!(span, quote.text, "{text}");
    }
    assert!(finding.verdict != Verdict::Met || finding.quote.is_some());
    finding
}

#[track_caller]
fn check(wanted: (&str, &str, &str, &str), text: &str, verdict: Verdict, reason: Reason) {
    let (name, operator, value, unit) = wanted;
    let finding = in_text(&asked(name, operator, value, unit), text);
    assert_eq!((finding.verdict, finding.reason), (verdict, reason), "{text} {finding:?}");
}

#[test]
fn figures_are_compared_with_their_units() {
    use Reason::{Holds, Misses, Near};
    use Verdict::{Met, NotMet, Partly};
    let yield_rate = ("合格率", "ge", "67", "%");
    check(yield_rate, "产品合格率达到70%。", Met, Holds);
    check(("合格率", "ge", "70", "%"), "产品合格率达到67%。", Partly, Near);
    check(("合格率", "ge", "70", "%"), "产品合格率达到60%。", NotMet, Misses);
    check(yield_rate, "合格率为百分之七十。", Met, Holds);
    let layer = ("涂层厚度", "le", "0.02", "mm");
    check(layer, "涂层厚度为15μm", Met, Holds);
    check(layer, "涂层厚度为25 微米", NotMet, Misses);
    check(layer, "涂层厚度１０～１５ｕｍ", Met, Holds);
    check(("工作温度", "ge", "400", "K"), "工作温度可达150℃", Met, Holds);
    check(("电容温升", "le", "18", "K"), "电容温升15℃", Met, Holds);
    check(("加热功率", "ge", "1.5", "kW"), "加热功率1.2×10^3W", NotMet, Misses);
    check(("整灯光效", "ge", "110", "lm/W"), "整灯发光效率为130流明/瓦", Met, Holds);
    check(("处理费用", "le", "2", "万元"), "处理费用15000元", Met, Holds);
}

#[test]
fn what_measures_something_else_is_unknown() {
    use Reason::Silent;
    use Verdict::Unknown;
    check(("硬度", "ge", "60", "HRC"), "硬度700HV", Unknown, Silent);
    check(("合格率", "ge", "67", "%"), "转化率达到99%", Unknown, Silent);
    check(("合格率", "ge", "67", "%"), "合格率高", Unknown, Silent);
    check(("抗拉强度", "ge", "300", "MPa"), "抗拉强度、硬度分别为400MPa、60HRC", Unknown, Silent);
    check(("抗拉强度", "ge", "300", "MPa"), "抗拉强度好，屈服强度400MPa", Unknown, Silent);
    check(("厚度", "le", "5", "mm"), "通孔底壁厚度为2mm", Unknown, Silent);
}

#[test]
fn of_several_figures_the_nearest_counts() {
    let wanted = ("屈服强度", "ge", "300", "MPa");
    check(wanted, "抗拉强度500MPa、屈服强度280MPa", Verdict::NotMet, Reason::Misses);
    check(wanted, "抗拉强度200MPa，屈服强度为320MPa", Verdict::Met, Reason::Holds);
}

#[test]
fn what_is_not_proven_is_no_more_than_partly_met() {
    use Verdict::{Partly, Unknown};
    let wanted = ("抗拉强度", "ge", "300", "MPa");
    check(wanted, "抗拉强度280~320MPa", Partly, Reason::Overlap);
    check(wanted, "抗拉强度约305MPa", Partly, Reason::About);
    check(wanted, "抗拉强度约400MPa", Verdict::Met, Reason::Holds);
    check(wanted, "抗拉强度最高可达320MPa", Partly, Reason::Peak);
    check(wanted, "接头抗拉强度为320MPa", Partly, Reason::Narrower);
    check(wanted, "接头抗拉强度为200MPa", Unknown, Reason::Narrower);
    check(wanted, "抗拉强度320MPa；抗拉强度200MPa", Partly, Reason::Several);
    check(wanted, "抗拉强度小于400MPa", Unknown, Reason::Open);
    check(wanted, "预期抗拉强度达到400MPa", Unknown, Reason::Planned);
    check(wanted, "抗拉强度未能达到400MPa", Unknown, Reason::Silent);
    check(wanted, "传统合金抗拉强度为400MPa", Unknown, Reason::Silent);
    let hot = ("抗拉强度（300℃）", "ge", "100", "MPa");
    check(hot, "抗拉强度120MPa", Partly, Reason::Condition);
    check(hot, "300℃下抗拉强度120MPa", Verdict::Met, Reason::Holds);
    check(hot, "抗拉强度50MPa", Unknown, Reason::Condition);
}

#[test]
fn changes_are_compared_with_changes_only() {
    let wanted = ("维护成本降低", "ge", "30", "%");
    check(wanted, "维护成本降低40%", Verdict::Met, Reason::Holds);
    check(wanted, "维护成本降低到40%", Verdict::Unknown, Reason::Silent);
    check(("传动效率", "ge", "30", "%"), "传动效率提高40%", Verdict::Unknown, Reason::Silent);
    check(("传动效率", "ge", "30", "%"), "传动效率提高到40%", Verdict::Met, Reason::Holds);
}

fn entry(name: &str, value: &str, unit: &str, basis: &str) -> Entry {
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Entry {
        field: "/performance/0/value".to_owned(),
        name: name.to_owned(),
        value: value.to_owned(),
        unit: some(unit),
        basis: some(basis),
    }
}

#[track_caller]
fn check_entry(wanted: &Asked, entry: Entry, verdict: Verdict, reason: Reason) {
    let record = Record::new("陶瓷 砖坯", vec![entry], Vec::new());
    let finding = judge_single(&Requirement::new(wanted), &record, "陶瓷 工艺");
    assert_eq!((finding.verdict, finding.reason), (verdict, reason), "{finding:?}");
}

#[test]
fn measured_figures_of_the_record_are_compared() {
    use Reason::{Holds, Misses, Silent};
    use Verdict::{Met, NotMet, Unknown};
    let check = check_entry;
    check(&asked("断裂模数", "ge", "35", "MPa"), entry("断裂模数", "41", "MPa", ""), Met, Holds);
    check(
        &asked("窑内横向温差", "le", "4", "℃"),
        entry("横向温差", "±4", "℃", ""),
        Verdict::Partly,
        Reason::Broader,
    );
    check(&asked("横向温差", "le", "4", "℃"), entry("横向温差", "≤8", "℃", ""), NotMet, Misses);
    check(&asked("色差ΔE", "le", "0.8", ""), entry("色差ΔE", "0.6", "", ""), Met, Holds);
    check(
        &asked("耐皂洗色牢度", "ge", "4", "级"),
        entry("耐皂洗色牢度", "4～5", "级", ""),
        Met,
        Holds,
    );
    check(
        &asked("淋水等级", "ge", "80", "grade"),
        entry("淋水等级", "100 / 90", "", ""),
        Unknown,
        Silent,
    );
    check(
        &asked("铅溶出量", "le", "0.1", "mg/dm²"),
        entry("铅溶出量", "0.08", "mg/dm²", ""),
        Met,
        Holds,
    );
    check(&asked("制版周期降低", "ge", "30", "%"), entry("制版周期", "-43", "%", ""), Met, Holds);
    check(&asked("废品率", "le", "50", "%"), entry("废品率", "-43", "%", ""), Unknown, Silent);
    check(&asked("防滑等级", "text", "达到R11", ""), entry("防滑等级", "R11", "", ""), Met, Holds);
    check(
        &asked("邵氏硬度", "range", "25", "Shore A"),
        entry("邵氏硬度", "45", "A", ""),
        Unknown,
        Silent,
    );
    let own = asked("检出限", "le", "30", "拷贝/μL反应");
    check(&own, entry("检出限", "20", "拷贝/μL反应", ""), Met, Holds);
}

#[test]
fn a_condition_must_be_stated() {
    let mut wanted = asked("透光率", "ge", "52", "%");
    wanted.tolerance = Some("3mm板".to_owned());
    let check = check_entry;
    check(&wanted, entry("透光率", "63", "%", "3 mm板"), Verdict::Met, Reason::Holds);
    check(&wanted, entry("透光率", "63", "%", "2 mm板"), Verdict::Partly, Reason::Condition);
    wanted.tolerance = Some("±2%".to_owned());
    check(&wanted, entry("透光率", "50.5", "%", ""), Verdict::Partly, Reason::Tolerated);
    check(&wanted, entry("透光率", "49", "%", ""), Verdict::NotMet, Reason::Misses);
}

#[test]
fn a_measured_figure_comes_before_a_sentence() {
    let passage = Passage { field: "/summary".to_owned(), text: "合格率99%".to_owned() };
    let record = Record::new("灯具", vec![entry("合格率", "90", "%", "")], vec![passage]);
    let wanted = Requirement::new(&asked("合格率", "ge", "85", "%"));
    let finding = judge_single(&wanted, &record, "灯具");
    assert_eq!(finding.verdict, Verdict::Met);
    assert_eq!(finding.quote.unwrap().field, "/performance/0/value");
}

#[test]
fn one_word_said_of_another_thing_proves_nothing() {
    let record = Record::new("厨电烹饪", vec![entry("识别率", "95", "%", "")], Vec::new());
    let of = |least: &str| {
        let wanted = Requirement::new(&asked("识别率", "ge", least, "%"));
        let finding = judge_single(&wanted, &record, "儿童语音交互");
        (finding.verdict, finding.reason)
    };
    assert_eq!(of("92"), (Verdict::Partly, Reason::Subject));
    assert_eq!(of("99.9"), (Verdict::Partly, Reason::Near));
    assert_eq!(of("120"), (Verdict::Unknown, Reason::Subject));
}
