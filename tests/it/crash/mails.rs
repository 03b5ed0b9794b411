//! The service is killed between the commit of mails and their delivery: after the next start each one
//! reaches its reader, and twice at most the one that was on its way when the service was killed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use super::{DEADLINE, Kind, Place, Service, Write, Writer};
#[cfg(feature = "server-tests")]
use crate::support::Schema;
use crate::support::{Manner, SmtpServer};

/// How often the service is killed.
const ROUNDS: u32 = 6;
/// Writes an account under each odd number; see [`Kind::of`].
const CLIENT: usize = 2;

/// Creates accounts, each with a mail of welcome, until the service is gone; the addresses of those
/// that were acknowledged.
async fn write(writer: Writer, round: u32) -> Vec<String> {
    let mut addresses = Vec::new();
    for number in 0.. {
        let write = Write::new(round as usize, CLIENT, 2 * number + 1);
        assert_eq!(write.kind, Kind::User);
        if writer.create(&write).await.is_none() {
            break;
        }
        addresses.push(format!("{}@example.com", write.mark));
    }
    addresses
}

/// The readers whom a mail has reached, by its id: as often as it came. The demo's people get mails, too.
fn taken(server: &SmtpServer) -> BTreeMap<String, Vec<String>> {
    let mut taken: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (to, text) in server.seen().mails {
        let id = text.lines().find(|line| line.to_ascii_lowercase().starts_with("message-id:"));
        taken.entry(id.expect("an id").to_owned()).or_default().push(to);
    }
    taken
}

async fn kill_between_commit_and_delivery(mut place: Place) {
    let server = SmtpServer::start(Manner::Accepting).await;
    place.settings = vec![
        ("TOWNBRIDGE_MAIL__TRANSPORT", "smtp".to_owned()),
        ("TOWNBRIDGE_MAIL__HOST", "127.0.0.1".to_owned()),
        ("TOWNBRIDGE_MAIL__PORT", server.address.port().to_string()),
        ("TOWNBRIDGE_MAIL__ENCRYPTION", "none".to_owned()),
        ("TOWNBRIDGE_MAIL__TIMEOUT_SECONDS", "1".to_owned()),
    ];
    let mut acknowledged = Vec::new();
    for round in 0..ROUNDS {
        let service = Service::start(&place);
        let writer = service.sign_in().await;
        let writing = tokio::spawn(write(writer, round));
        // The outbox is looked into every second: at other moments of it in each round.
        tokio::time::sleep(Duration::from_millis(150 + 230 * u64::from(round))).await;
        service.kill();
        acknowledged.extend(writing.await.unwrap());
    }
    assert!(acknowledged.len() > 20, "only {} mails were written", acknowledged.len());
    let missing = || {
        let readers: BTreeSet<String> = taken(&server).into_values().flatten().collect();
        acknowledged.iter().filter(|address| !readers.contains(*address)).count()
    };
    assert!(missing() > 0, "nothing was left to deliver: nothing was tested");
    let service = Service::start(&place);
    // The demo's own mails stand in the same queue: what counts is how long nothing has come at all.
    let (mut began, mut come) = (Instant::now(), 0);
    while missing() > 0 {
        let (left, here) = (missing(), server.seen().mails.len());
        if here > come {
            (began, come) = (Instant::now(), here);
        }
        assert!(began.elapsed() < DEADLINE, "{left} of {} are lost", acknowledged.len());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // Whatever is claimed runs out before this.
    tokio::time::sleep(Duration::from_secs(9)).await;
    service.kill();
    let taken = taken(&server);
    // Each account has one mail, and a mail that comes again bears the id that it had.
    let welcomed = taken.values().filter(|readers| acknowledged.contains(&readers[0])).count();
    assert_eq!(welcomed, acknowledged.len());
    // Mails go one after another, so each kill cuts one off at most.
    let repeats: usize = taken.values().map(|readers| readers.len() - 1).sum();
    assert!(repeats <= ROUNDS as usize, "{repeats} mails came again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_before_delivery_no_mail_is_lost() {
    kill_between_commit_and_delivery(Place::new(None)).await;
}

#[cfg(feature = "server-tests")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_before_delivery_no_mail_is_lost_on_postgres() {
    let schema = Schema::create();
    kill_between_commit_and_delivery(Place::new(Some(schema.url().to_owned()))).await;
}
