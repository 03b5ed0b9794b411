//! The service as a process of its own: this very program with `serve`, on a free port. Only so
//! are its start and its memory those of an installation.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::db::{Db, positions};
use crate::error::{Error, Result};
use crate::records;
use crate::subscriptions::finding;
use crate::suggestions::making;

/// Longest time until the service must be ready.
const PATIENCE: Duration = Duration::from_secs(60);
/// Pause between two questions whether it is ready: shorter than what is measured.
const PAUSE: Duration = Duration::from_millis(2);

/// Longest time until all that follows from the import must be done, and how often it is looked at.
const SETTLED: Duration = Duration::from_secs(3_600);
const GLANCE: Duration = Duration::from_millis(200);

/// Memory of a process, in bytes.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Memory {
    /// Held now (`VmRSS`).
    pub resident: u64,
    /// Most held at any time (`VmHWM`).
    pub peak: u64,
}

/// A running service; killed when dropped, as its data is thrown away.
pub struct Instance {
    process: Child,
    // Closing it would fail the service's next line.
    _out: BufReader<ChildStdout>,
    /// Where it listens.
    pub address: SocketAddr,
    /// From starting the process to being ready.
    pub start_seconds: f64,
}

impl Instance {
    /// Starts the service on a data directory and waits until it is ready.
    ///
    /// # Errors
    /// When it ends or does not become ready, with what it logged.
    pub fn start(data_dir: &Path) -> Result<Self> {
        let log = data_dir.join("bench.log");
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("--data-dir").arg(data_dir).args(["--language", "en"]);
        command.args(["serve", "--listen", "127.0.0.1:0"]);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TOWNBRIDGE_")) {
            command.env_remove(name);
        }
        let started = Instant::now();
        let mut process =
            command.stdout(Stdio::piped()).stderr(std::fs::File::create(&log)?).spawn()?;
        let out = process.stdout.take().ok_or_else(|| Error::internal("no standard output"))?;
        let mut out = BufReader::new(out);
        let Some(address) = announced(&mut out)? else {
            let logged = std::fs::read_to_string(&log).unwrap_or_default();
            let _ = process.wait();
            return Err(Error::internal(format!("the service did not start: {logged}")));
        };
        let mut instance = Self { process, _out: out, address, start_seconds: 0.0 };
        instance.wait_until_ready(started)?;
        instance.start_seconds = started.elapsed().as_secs_f64();
        Ok(instance)
    }

    fn wait_until_ready(&self, started: Instant) -> Result<()> {
        let runtime = super::clients::runtime()?;
        let client = super::clients::http_client()?;
        let url = format!("http://{}/readyz", self.address);
        runtime.block_on(async {
            while started.elapsed() < PATIENCE {
                let answer = client.get(&url).send().await;
                if answer.is_ok_and(|answer| answer.status().is_success()) {
                    return Ok(());
                }
                tokio::time::sleep(PAUSE).await;
            }
            Err(Error::internal("the service does not become ready"))
        })
    }

    /// Waits until it has done by itself what it does about new records, suggestions and subscriptions;
    /// returns the seconds.
    ///
    /// # Errors
    /// When it does not come to an end within an hour.
    pub fn settle(&self, database: &str) -> Result<f64> {
        let began = Instant::now();
        let mut db = Db::connect(database).map_err(Error::internal)?;
        let last = records::ops::last_change(&mut db)?;
        super::clients::runtime()?.block_on(async {
            for reader in [finding::READER, making::READER] {
                while positions::position(&mut db, reader)? < last {
                    if began.elapsed() > SETTLED {
                        return Err(Error::internal(format!("{reader} come to no end")));
                    }
                    tokio::time::sleep(GLANCE).await;
                }
            }
            Ok(began.elapsed().as_secs_f64())
        })
    }

    /// Its memory; none where the system does not tell (only Linux does).
    pub fn memory(&self) -> Option<Memory> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).ok()?;
        read_memory(&status)
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // Either fails only when it has ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The address that the service prints; none when its output ends before.
fn announced(out: &mut impl BufRead) -> Result<Option<SocketAddr>> {
    let mut line = String::new();
    while out.read_line(&mut line)? > 0 {
        let rest = line.split("listens on http://").nth(1);
        let address = rest.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
        if address.is_some() {
            return Ok(address);
        }
        line.clear();
    }
    Ok(None)
}

fn read_memory(status: &str) -> Option<Memory> {
    let bytes = |name: &str| -> Option<u64> {
        let line = status.lines().find(|line| line.starts_with(name))?;
        Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1024)
    };
    Some(Memory { resident: bytes("VmRSS:")?, peak: bytes("VmHWM:")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_from_the_status_of_a_process() {
        let status = "Name:\ttownbridge\nVmHWM:\t  150000 kB\nVmRSS:\t  140000 kB\n";
        let memory = read_memory(status).unwrap();
        assert_eq!((memory.resident, memory.peak), (143_360_000, 153_600_000));
        assert!(read_memory("Name:\ttownbridge\n").is_none());
    }

    #[test]
    fn the_address_is_found_behind_other_lines() {
        let mut printed = "There are no accounts yet.\n\
            Townbridge listens on http://127.0.0.1:4711 (stop it with Ctrl-C)\n"
            .as_bytes();
        let address = announced(&mut printed).unwrap();
        assert_eq!(address.map(|address| address.port()), Some(4_711));
        assert_eq!(announced(&mut "nothing\n".as_bytes()).unwrap(), None);
    }
}
