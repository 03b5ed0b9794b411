//! How the time of a match grows with the number of capabilities.
//!
//! `cargo bench -p search-index --bench growth -- 20000,200000,1000000 needs.jsonl patents.jsonl …`
//! asks for the matches of the needs of the first file among that many capabilities. The first of
//! them are the records of the other files; the rest are made of two records each, the title and
//! half of the text of one, half of the text of another, so that words are as frequent, and
//! together as often, as in real text. Each question is asked twice in the same run, with and
//! without the search by meaning, to tell what that costs.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::sync::Arc;
use std::time::Instant;

use search_index::{
    Document, Kind, MatchRequest, MatchSettings, Options, Profile, SearchIndex, Side, TextPart,
};
use serde::Deserialize;

/// A need or a capability of a file.
#[derive(Deserialize)]
struct Record {
    title: String,
    #[serde(alias = "abstract", default)]
    text: String,
}

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| !argument.starts_with("--"));
    let sizes = arguments.next().expect("sizes and files are given");
    let sizes: Vec<usize> =
        sizes.split(',').map(|size| size.parse().expect("a size is a number")).collect();
    let needs = records(&arguments.next().expect("a file of needs is given"));
    let capabilities: Vec<Record> = arguments.flat_map(|file| records(&file)).collect();
    // The first text loads the dictionaries, which is not what is measured.
    search_index::analysis::words("准备");
    println!("| capabilities | documents/s | index | question | p50 | p95 | of it meaning |");
    println!("|---:|---:|---:|---|---:|---:|---:|");
    for size in sizes {
        measure(size, &needs, &capabilities);
    }
}

fn records(file: &str) -> Vec<Record> {
    let lines = BufReader::new(File::open(file).expect("the file can be read")).lines();
    let record = |line: String| serde_json::from_str(&line).expect("a line is a record");
    lines.map(|line| record(line.expect("the file is text"))).collect()
}

fn measure(size: usize, needs: &[Record], capabilities: &[Record]) {
    let directory = tempfile::tempdir().expect("a bench needs somewhere to write");
    let opened = SearchIndex::open(directory.path(), Options::default());
    let index = opened.expect("an empty directory can be opened").index;
    let started = Instant::now();
    let mut rebuild = index.begin_rebuild().expect("no other rebuild is under way");
    for number in 0..size {
        rebuild.add(document(capabilities, number)).expect("the document is written");
    }
    rebuild.finish(1).expect("the rebuild is published");
    let per_second = size as f64 / started.elapsed().as_secs_f64();
    let megabytes = index.stats().bytes as f64 / 1e6;
    for (question, text) in [("title", false), ("title and text", true)] {
        let [whole, words] = [true, false].map(|meaning| times(&index, needs, text, meaning));
        let share = 1.0 - mean(&words) / mean(&whole);
        println!(
            "| {size} | {per_second:.0} | {megabytes:.0} MB | {question} | {:.1} ms | {:.1} ms | {:.0} % |",
            at(&whole, 50),
            at(&whole, 95),
            share * 100.0
        );
    }
}

fn document(capabilities: &[Record], number: usize) -> Document {
    let first = &capabilities[number % capabilities.len()];
    let round = number / capabilities.len();
    // Steps without a common factor, so that each round pairs other records.
    let second = &capabilities[(number * 7 + round * 7919) % capabilities.len()];
    let text = if round == 0 {
        first.text.clone()
    } else {
        let half = |text: &str, skip: bool| -> String {
            let count = text.chars().count() / 2;
            text.chars().skip(if skip { count } else { 0 }).take(count).collect()
        };
        let even = round.is_multiple_of(2);
        half(&first.text, even) + &half(&second.text, !even)
    };
    Document {
        texts: [text, String::new(), String::new(), String::new()],
        open: true,
        ..Document::new(format!("{number:08}"), Kind::Capability, first.title.clone())
    }
}

/// Milliseconds of each answer, in rising order.
fn times(index: &SearchIndex, needs: &[Record], text: bool, meaning: bool) -> Vec<f64> {
    let mut settings = MatchSettings::default();
    if !meaning {
        settings.near_candidates = 0;
        settings.weights.meaning = 0.0;
    }
    let settings = Arc::new(settings);
    let ask = |need: &Record| {
        let mut parts = vec![TextPart::title(need.title.clone())];
        if text {
            parts.push(TextPart::body("problem", need.text.clone(), &settings));
        }
        let request = MatchRequest {
            profile: Profile { side: Side::Need, parts, ..Profile::default() },
            limit: 20,
            settings: Arc::clone(&settings),
            ..MatchRequest::default()
        };
        let started = Instant::now();
        index.matches(&request).expect("the match is answered");
        started.elapsed().as_secs_f64() * 1e3
    };
    let questions = needs.iter().step_by(needs.len().div_ceil(100));
    for need in questions.clone().take(10) {
        ask(need);
    }
    let mut times: Vec<f64> = questions.map(ask).collect();
    times.sort_by(f64::total_cmp);
    times
}

fn at(times: &[f64], share: usize) -> f64 {
    times[(times.len() * share / 100).min(times.len() - 1)]
}

fn mean(times: &[f64]) -> f64 {
    times.iter().sum::<f64>() / times.len() as f64
}
