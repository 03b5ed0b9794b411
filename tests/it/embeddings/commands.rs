//! Commands that ask the model server: the measure of the ranking does as the service does, and a deep
//! check says whether it answers.

use std::process::{Command, Output};

use tokio::task::spawn_blocking;

use super::*;

struct Collection(tempfile::TempDir);

impl Collection {
    /// An English need with one achievement, in Chinese, that answers it.
    fn new() -> Self {
        let dir = Self(tempfile::tempdir().unwrap());
        dir.write(
            "corpus.jsonl",
            "{\"id\":\"a\",\"title\":\"荔枝保鲜贮运\"}\n{\"id\":\"b\",\"title\":\"高温釉料配方\"}\n",
        );
        dir.write("queries.jsonl", "{\"id\":\"q\",\"title\":\"enamel\",\"text\":\"\"}\n");
        dir.write("qrels.tsv", "q\ta\t0\nq\tb\t3\n");
        dir
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.path().join(name), text).unwrap();
    }

    async fn eval(&self, settings: &str) -> Output {
        self.write("settings.toml", settings);
        let mut command = Command::new(env!("CARGO_BIN_EXE_townbridge"));
        command
            .current_dir(self.0.path())
            .args(["eval", "--json", "--corpus", "corpus.jsonl", "--queries", "queries.jsonl"])
            .args(["--qrels", "qrels.tsv", "--config", "settings.toml"]);
        // The model server answers on this thread.
        spawn_blocking(move || command.output().unwrap()).await.unwrap()
    }
}

fn asking(server: &ModelServer) -> String {
    format!("[embeddings]\nurl = \"{}\"\nmodel = \"matters\"\nbatch_size = 4\n", server.url())
}

#[actix_web::test]
async fn the_measure_knows_the_model_server() {
    let (server, files) = (ModelServer::start(), Collection::new());
    let hit = |output: &Output, variant: &str| {
        let said: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
        said[variant]["hit10"]["value"].as_f64().unwrap()
    };
    let alone = files.eval("").await;
    assert!(hit(&alone, "fused+features") < 0.5, "no dictionary knows the pair");
    let asked = files.eval(&asking(&server)).await;
    for (variant, found) in [("lexical", 0.0), ("semantic", 1.0), ("fused", 1.0)] {
        assert!((hit(&asked, variant) - found).abs() < 0.5, "{variant}");
    }
    assert!(hit(&asked, "fused+features") > 0.5);
    // Each achievement once, and the need once.
    assert_eq!(server.take_texts().len(), 3);
}

#[actix_web::test]
async fn a_server_that_fails_makes_no_measure() {
    let (server, files) = (ModelServer::start(), Collection::new());
    server.turn(ModelManner::Status(500));
    let output = files.eval(&asking(&server)).await;
    assert!(!output.status.success() && output.stdout.is_empty());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("the model server"), "{said}");
}

#[actix_web::test]
async fn a_deep_check_asks_the_model_server() {
    let (server, data) = (ModelServer::start(), tempfile::tempdir().unwrap());
    let (url, path) = (server.url(), data.path().to_owned());
    let command = move |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_townbridge"));
        command
            .args(arguments)
            .env("TOWNBRIDGE_DATA_DIR", &path)
            .env("TOWNBRIDGE_EMBEDDINGS__URL", &url)
            .env("TOWNBRIDGE_EMBEDDINGS__MODEL", "matters")
            .env("LANG", "en");
        command
    };
    let run = async |arguments: &[&str]| {
        let mut command = command(arguments);
        let output = spawn_blocking(move || command.output().unwrap()).await.unwrap();
        assert!(output.status.success(), "matching goes on without it: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    run(&["migrate"]).await;
    run(&["reindex"]).await;
    assert!(run(&["check"]).await.contains("model server: matters"));
    assert!(server.take_asked().is_empty(), "only a deep check takes the time");
    assert!(run(&["check", "--deep"]).await.contains("model server answers: matters"));
    server.turn(ModelManner::Status(500));
    assert!(run(&["check", "--deep"]).await.contains("does not answer"));
}
