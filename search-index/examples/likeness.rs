//! Measures near-duplicate detection on files of records: recall on changed copies, and what else
//! is taken for alike.
//!
//! `cargo run -p search-index --example likeness -- needs.jsonl patents.jsonl …` reads lines of JSON
//! with `title` and, where there is one, `text` or `abstract`. Every record is changed in the ways of
//! [`CHANGES`]; a changed copy must be found again among all records by its keys and then be as
//! like its original as the threshold asks for. Pairs of different records that are found are
//! listed for the eye (`--pairs`).

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Instant;

use search_index::Sketch;

/// A record of a file.
struct Record {
    title: String,
    body: String,
}

impl Record {
    fn sketch(&self) -> Sketch {
        let mut all = Sketch::of(&self.title);
        all.join(&Sketch::of(&self.body));
        all
    }
}

/// Small numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides.max(1)
    }
}

type Change = fn(&str, &mut Dice) -> String;

/// Ways in which a copy is changed; after the mark come those that make another record of it.
const CHANGES: &[(&str, bool, Change)] = &[
    ("exact copy", true, |text, _| text.to_owned()),
    ("punctuation and width", true, |text, _| spelled(text)),
    ("clauses in another order", true, reordered),
    ("1 character in 50 replaced", true, |text, dice| replaced(text, dice, 50)),
    ("1 character in 20 replaced", true, |text, dice| replaced(text, dice, 20)),
    ("1 character in 10 replaced", true, |text, dice| replaced(text, dice, 10)),
    ("last fifth cut off", true, |text, _| cut(text, 5)),
    ("last third cut off", true, |text, _| cut(text, 3)),
];

fn spelled(text: &str) -> String {
    let wide = |c: char| match c {
        '!'..='~' => char::from_u32(c as u32 + 0xfee0).unwrap_or(c),
        '，' | '、' => ';',
        '。' => '.',
        other => other,
    };
    text.chars().map(wide).collect()
}

fn reordered(text: &str, dice: &mut Dice) -> String {
    let mut clauses: Vec<&str> = text.split_inclusive(['，', '。', '；', ',', ';', '、']).collect();
    for at in (1..clauses.len()).rev() {
        clauses.swap(at, dice.throw(at + 1));
    }
    clauses.concat()
}

fn replaced(text: &str, dice: &mut Dice, one_in: usize) -> String {
    let count = text.chars().count();
    let chosen: HashSet<usize> = (0..count.div_ceil(one_in)).map(|_| dice.throw(count)).collect();
    let change = |(at, c)| if chosen.contains(&at) { '某' } else { c };
    text.chars().enumerate().map(change).collect()
}

fn cut(text: &str, part: usize) -> String {
    let count = text.chars().count();
    text.chars().take(count - count / part).collect()
}

fn read(path: &str) -> Vec<Record> {
    let text = std::fs::read_to_string(path).expect("the file can be read");
    let record = |line: &str| {
        let value: serde_json::Value = serde_json::from_str(line).expect("a line is JSON");
        let field = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let body = field("text") + &field("abstract");
        Record { title: field("title"), body }
    };
    text.lines().map(record).collect()
}

/// Records by their keys.
fn by_key(sketches: &[Sketch]) -> HashMap<i64, Vec<usize>> {
    let mut found: HashMap<i64, Vec<usize>> = HashMap::new();
    for (at, sketch) in sketches.iter().enumerate() {
        for key in sketch.keys("measured") {
            found.entry(key).or_default().push(at);
        }
    }
    found
}

fn candidates(keys: &HashMap<i64, Vec<usize>>, sketch: &Sketch) -> HashSet<usize> {
    let of_key = |key: i64| keys.get(&key).into_iter().flatten().copied();
    sketch.keys("measured").into_iter().flat_map(of_key).collect()
}

const THRESHOLDS: [f32; 5] = [0.5, 0.6, 0.7, 0.8, 0.9];

fn main() {
    let (options, files): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|argument| argument.starts_with("--"));
    for file in &files {
        measure(&file_name(file), &read(file), options.iter().any(|it| it == "--pairs"));
    }
}

fn file_name(path: &str) -> String {
    path.rsplit('/').next().unwrap_or(path).to_owned()
}

fn measure(name: &str, records: &[Record], list: bool) {
    let started = Instant::now();
    let sketches: Vec<Sketch> = records.iter().map(Record::sketch).collect();
    let keys = by_key(&sketches);
    let each = started.elapsed().as_secs_f64() * 1e6 / records.len().max(1) as f64;
    println!("\n{name}: {} records, {each:.0} µs for sketch and keys of each", records.len());
    recall(records, &sketches, &keys);
    others(records, &sketches, &keys, list);
}

fn recall(records: &[Record], sketches: &[Sketch], keys: &HashMap<i64, Vec<usize>>) {
    println!("found again, % of copies: by a key, and as like as 0.5, 0.6, 0.7, 0.8, 0.9");
    for (name, _, change) in CHANGES {
        let mut dice = Dice(7);
        let (mut by_key, mut reached) = (0, [0; THRESHOLDS.len()]);
        for (at, record) in records.iter().enumerate() {
            let title = change(&record.title, &mut dice);
            let copy = Record { title, body: change(&record.body, &mut dice) }.sketch();
            if candidates(keys, &copy).contains(&at) {
                by_key += 1;
                let likeness = copy.likeness(&sketches[at]);
                for (slot, threshold) in reached.iter_mut().zip(THRESHOLDS) {
                    *slot += usize::from(likeness >= threshold);
                }
            }
        }
        let percent = |count: usize| 100.0 * count as f64 / records.len().max(1) as f64;
        let reached = reached.map(|count| format!("{:5.1}", percent(count))).join(" ");
        println!("  {name:28} {:5.1} | {reached}", percent(by_key));
    }
}

fn others(records: &[Record], sketches: &[Sketch], keys: &HashMap<i64, Vec<usize>>, list: bool) {
    let mut pairs: BTreeMap<(usize, usize), f32> = BTreeMap::new();
    let mut looked_at = 0;
    for (at, sketch) in sketches.iter().enumerate() {
        for other in candidates(keys, sketch).into_iter().filter(|other| *other < at) {
            looked_at += 1;
            pairs.insert((other, at), sketch.likeness(&sketches[other]));
        }
    }
    println!("pairs of records sharing a key: {looked_at}");
    for threshold in THRESHOLDS {
        let alike: Vec<_> = pairs.iter().filter(|(_, likeness)| **likeness >= threshold).collect();
        let figures = |(one, other): &(usize, usize)| {
            Sketch::of(&records[*one].title).same_figures(&Sketch::of(&records[*other].title))
        };
        let same = alike.iter().filter(|(pair, _)| figures(pair)).count();
        println!("  as like as {threshold}: {} pairs, {same} with the same figures", alike.len());
    }
    if list {
        let mut shown: Vec<_> = pairs.iter().filter(|(_, likeness)| **likeness >= 0.5).collect();
        shown.sort_by(|a, b| b.1.total_cmp(a.1));
        for ((one, other), likeness) in shown {
            println!("  {likeness:.2} {} | {}", records[*one].title, records[*other].title);
        }
    }
}
