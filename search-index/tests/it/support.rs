//! What the tests share: short ways to make documents, indexes and questions.

use search_index::{
    Change, Document, Kind, MatchRequest, MatchResponse, Options, Profile, SearchIndex,
    SearchRequest, SearchResponse, Side, TextPart,
};

/// Changes nothing that is measured, so that tests are quick.
pub fn options() -> Options {
    Options { writer_memory: 15 << 20, rebuild_memory: 20 << 20, ..Options::default() }
}

/// An open document.
pub fn open(id: &str, kind: Kind, title: &str) -> Document {
    Document { open: true, ..Document::new(id, kind, title) }
}

pub fn capability(id: &str, title: &str) -> Document {
    open(id, Kind::Capability, title)
}

pub fn need(id: &str, title: &str) -> Document {
    open(id, Kind::Need, title)
}

/// An index in memory that holds these documents.
pub fn index(documents: impl IntoIterator<Item = Document>) -> SearchIndex {
    let index = SearchIndex::create_in_ram(options()).unwrap();
    add(&index, documents);
    index
}

/// Adds documents as the next change.
pub fn add(index: &SearchIndex, documents: impl IntoIterator<Item = Document>) {
    let changes = documents.into_iter().map(Change::Upsert).collect();
    index.apply(changes, index.position() + 1).unwrap();
}

pub fn delete(index: &SearchIndex, id: &str) {
    index.apply(vec![Change::Delete(id.to_owned())], index.position() + 1).unwrap();
}

/// A search by a visitor.
pub fn request(text: &str) -> SearchRequest {
    SearchRequest { text: text.to_owned(), limit: 20, ..SearchRequest::default() }
}

/// Ids found by a visitor, best first.
pub fn found(index: &SearchIndex, text: &str) -> Vec<String> {
    ids(&index.search(&request(text)).unwrap())
}

pub fn ids(response: &SearchResponse) -> Vec<String> {
    response.hits.iter().map(|hit| hit.id.clone()).collect()
}

/// Ids found, in the order of the ids.
pub fn found_set(index: &SearchIndex, request: &SearchRequest) -> Vec<String> {
    let mut found = ids(&index.search(request).unwrap());
    found.sort();
    found
}

/// A profile that is only a title.
pub fn profile(side: Side, title: &str) -> Profile {
    Profile { side, parts: vec![TextPart::title(title)], ..Profile::default() }
}

/// A question for the matches of a profile at time 1000.
pub fn question(profile: Profile) -> MatchRequest {
    MatchRequest { profile, limit: 20, now: 1000, ..MatchRequest::default() }
}

pub fn matched(index: &SearchIndex, profile: Profile) -> MatchResponse {
    index.matches(&question(profile)).unwrap()
}

pub fn matched_ids(response: &MatchResponse) -> Vec<String> {
    response.hits.iter().map(|hit| hit.id.clone()).collect()
}

/// Random numbers that are the same in every run.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// A text of random words.
    pub fn text(&mut self, words: usize) -> String {
        (0..words).map(|_| *self.pick(&WORDS)).collect::<Vec<_>>().join("，")
    }
}

const WORDS: [&str; 16] = [
    "电饭锅",
    "涂层",
    "压铸",
    "模具",
    "陶瓷",
    "釉料",
    "锂电池",
    "隔膜",
    "注塑",
    "机器人",
    "焊接",
    "污水",
    "纺织",
    "染料",
    "轴承",
    "传感器",
];
