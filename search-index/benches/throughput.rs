//! Documents per second, and how long a search, a match and a completion take.
//!
//! `cargo bench -p search-index -- 200000` measures with that many documents; the default is
//! 20,000. The text is generated: words of a frequency like that of natural language, sentences of
//! random words, half of the documents needs and half capabilities. It says how fast the index is,
//! not how good.

use std::time::Instant;

use search_index::dictionary::user_words;
use search_index::{
    Change, Document, FacetField, Filters, Kind, MatchRequest, MatchSettings, Options, Profile,
    SearchIndex, SearchRequest, Side, TextPart, Viewer,
};

/// Documents of one commit.
const BATCH: usize = 1_000;

/// Questions of each sort.
const ROUNDS: usize = 200;

fn main() {
    // Cargo passes flags of its own, such as `--bench`.
    let count = std::env::args().filter_map(|arg| arg.parse().ok()).next().unwrap_or(20_000);
    let mut generator = Generator::new();
    // The first text loads the dictionaries, which is not what is measured.
    search_index::analysis::words("准备");
    let documents: Vec<_> = (0..count).map(|number| generator.document(number)).collect();
    let characters: usize = documents.iter().map(length).sum();
    println!("{count} documents of {} characters on average", characters / count.max(1));

    let directory = tempfile::tempdir().expect("a bench needs somewhere to write");
    let index = SearchIndex::open(directory.path(), Options::default())
        .expect("an empty directory can be opened")
        .index;
    rebuild(&index, &documents);
    apply(&index, &mut generator, count);
    let stats = index.stats();
    println!(
        "{} documents, {} segments, {:.1} MB",
        stats.documents,
        stats.segments,
        stats.bytes as f64 / 1e6
    );
    searches(&index, &mut generator);
    matches(&index, &mut generator);
    completions(&index);
}

fn length(document: &Document) -> usize {
    let texts = document.texts.iter().map(|text| text.chars().count());
    document.title.chars().count() + texts.sum::<usize>()
}

fn rebuild(index: &SearchIndex, documents: &[Document]) {
    let start = Instant::now();
    let mut rebuild = index.begin_rebuild().expect("no other rebuild is under way");
    for document in documents {
        rebuild.add(document.clone()).expect("the document is written");
    }
    rebuild.finish(1).expect("the rebuild is published");
    let seconds = start.elapsed().as_secs_f64();
    println!("rebuild: {:.0} documents/s", documents.len() as f64 / seconds);
}

fn apply(index: &SearchIndex, generator: &mut Generator, count: usize) {
    let batch: Vec<_> = (0..BATCH).map(|n| Change::Upsert(generator.document(n))).collect();
    let start = Instant::now();
    index.apply(batch, 2).expect("the batch is applied");
    println!(
        "apply: {:.0} documents/s in one commit",
        BATCH as f64 / start.elapsed().as_secs_f64()
    );
    let times = (0..50).map(|n| {
        let change = vec![Change::Upsert(generator.document(n * 7 % count.max(1)))];
        let start = Instant::now();
        index.apply(change, 3 + n as u64).expect("the change is applied");
        start.elapsed().as_secs_f64() * 1e3
    });
    report("apply one change, commit and reload", times.collect());
}

fn searches(index: &SearchIndex, generator: &mut Generator) {
    let plain = |text| SearchRequest { text, limit: 20, ..SearchRequest::default() };
    let ask = |request: &SearchRequest| {
        index.search(request).expect("the search is answered");
    };
    time("search, two words", || plain(generator.words(2)), ask);
    time("search, a sentence of ten words", || plain(generator.words(10)), ask);
    time("search, a paragraph of 400 words", || plain(generator.words(400)), ask);
    time("search, one character", || plain("化".to_owned()), ask);
    let owner = Viewer { clearance: 1, org_ids: vec!["org-3".to_owned()], ..Viewer::default() };
    let filters = Filters { regions: vec!["4406".to_owned()], ..Filters::default() };
    let narrow =
        |text| SearchRequest { viewer: owner.clone(), filters: filters.clone(), ..plain(text) };
    time("search, ten words, owner, region", || narrow(generator.words(10)), ask);
    let counted = |text| SearchRequest { facets: FacetField::ALL.to_vec(), ..plain(text) };
    time("search, two words, all facets", || counted(generator.words(2)), ask);
    time("list the newest, all facets", || counted(String::new()), ask);
}

fn matches(index: &SearchIndex, generator: &mut Generator) {
    let settings = std::sync::Arc::new(MatchSettings::default());
    let mut request = |body: usize| MatchRequest {
        profile: Profile {
            side: Side::Need,
            parts: vec![
                TextPart::title(generator.words(6)),
                TextPart::body("problem", generator.words(body), &settings),
            ],
            budget_max: Some(50),
            excluded_regions: vec!["4452".to_owned()],
            ..Profile::default()
        },
        limit: 20,
        settings: settings.clone(),
        ..MatchRequest::default()
    };
    let ask = |request: &MatchRequest| {
        index.matches(request).expect("the match is answered");
    };
    time("match, body of 60 words", || request(60), ask);
    time("match, body of 600 words", || request(600), ask);
}

fn completions(index: &SearchIndex) {
    let visitor = Viewer::default();
    for typed in ["d", "dian", "电"] {
        let ask = |typed: &&str| {
            index.suggest(typed, &visitor, 10).expect("the completion is answered");
        };
        time(&format!("suggest {typed:?}"), || typed, ask);
    }
}

/// Times the answers alone, not the making of the questions.
fn time<Q>(name: &str, mut question: impl FnMut() -> Q, mut ask: impl FnMut(&Q)) {
    let times = (0..ROUNDS).map(|_| {
        let question = question();
        let start = Instant::now();
        ask(&question);
        start.elapsed().as_secs_f64() * 1e3
    });
    report(name, times.collect());
}

fn report(name: &str, mut times: Vec<f64>) {
    times.sort_by(f64::total_cmp);
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
    println!("{name}: p50 {:.2} ms, p95 {:.2} ms, max {:.2} ms", at(50), at(95), at(100));
}

/// Makes text of words that are as unequally frequent as those of a language.
struct Generator {
    state: u64,
    vocabulary: Vec<String>,
}

impl Generator {
    fn new() -> Generator {
        let trade: Vec<_> = user_words().map(str::to_owned).collect();
        let characters: Vec<char> =
            "的化材料机电热水气光力能控制设备工艺生产加工系统结构性高低新型复合金属塑胶陶瓷纺织纸木石\
             油盐酸碱温度压速精密检测传动自动数字智能环保节约回收循环利用"
                .chars()
                .collect();
        let mut generator = Generator { state: 0x9e37_79b9_7f4a_7c15, vocabulary: trade };
        for _ in 0..20_000 {
            let length = 2 + generator.below(2);
            let word = (0..length).map(|_| characters[generator.below(characters.len())]).collect();
            generator.vocabulary.push(word);
        }
        generator
    }

    fn below(&mut self, end: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state % end as u64) as usize
    }

    /// A word; the frequency falls about with the rank, as Zipf found.
    fn word(&mut self) -> &str {
        let share = self.below(1 << 20) as f64 / f64::from(1 << 20);
        let rank = (self.vocabulary.len() as f64).powf(share) as usize;
        let last = self.vocabulary.len() - 1;
        &self.vocabulary[rank.min(last)]
    }

    fn words(&mut self, count: usize) -> String {
        let mut text = String::new();
        for number in 0..count {
            if number % 12 == 11 {
                text.push('。');
            }
            text.push_str(self.word());
        }
        text
    }

    fn document(&mut self, number: usize) -> Document {
        let need = number.is_multiple_of(2);
        let pick = |of: &[&str], at: usize| of[at % of.len()].to_owned();
        Document {
            texts: [self.words(80), self.words(30), String::new(), self.words(5)],
            open: !number.is_multiple_of(20),
            owner_org_id: Some(format!("org-{}", number % 500)),
            org_type: pick(&["university", "enterprise", "institute"], number),
            region_code: pick(&["440606103", "442000103", "445202", "440112"], number / 3),
            industry_codes: vec![pick(&["C3854", "C2669", "C33", "M7320"], number / 5)],
            min_budget: (!need).then(|| self.below(100) as i64),
            budget_max: need.then(|| self.below(100) as i64),
            cooperation_modes: vec![pick(&["transfer", "joint_dev", "testing"], number)],
            published_at: number as i64,
            suggestions: vec![self.word().to_owned(), self.word().to_owned()],
            status: pick(&["published", "matching"], number / 7),
            ..Document::new(
                format!("{number:08}"),
                if need { Kind::Need } else { Kind::Capability },
                self.words(6),
            )
        }
    }
}
