//! `townbridge serve`: opens everything, serves, works in the background, and ends in good order.

use std::net::SocketAddr;
use std::sync::Arc;

use clap::Args;
use tokio::task::JoinHandle;

use super::{Context, Outcome, output};
use crate::app::App;
use crate::clock::Clock;
use crate::error::{Error, Message, Result};
use crate::http::server;
use crate::jobs::{housekeeping, indexer, outbox};

/// Arguments of `serve`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  townbridge serve
  townbridge serve --listen 0.0.0.0:8080 --data-dir /var/lib/townbridge
  townbridge serve --database-url postgres://townbridge:secret@db.example/townbridge")]
pub(crate) struct ServeArgs {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
}

/// Runs the service until SIGINT or SIGTERM.
pub(crate) fn run(context: &Context, args: &ServeArgs) -> Outcome {
    let config = context.service_config(args.listen)?;
    let app = App::open(config, Clock::default())?;
    actix_web::rt::System::new().block_on(serve(context, &app))?;
    Ok(())
}

async fn serve(context: &Context, app: &Arc<App>) -> Result<()> {
    let (address, server) = server::serve(app)?;
    let handle = server.handle();
    let jobs = start_jobs(app);
    output::say(context.language, Message::new("cli.listening").with("address", address));
    tracing::info!(%address, "listening");
    let stop = actix_web::rt::spawn(async move {
        let signal = stop_signal().await;
        tracing::info!(signal, "stopping: open requests are answered first");
        handle.stop(true).await;
    });
    let served = server.await;
    stop.abort();
    for job in jobs {
        job.abort();
    }
    // What was acknowledged is in the database; searches after the next start should see it too.
    app.run(|app| indexer::catch_up(app).map(drop)).await?;
    tracing::info!("stopped");
    served.map_err(Error::from)
}

/// Starts the work beside requests.
fn start_jobs(app: &Arc<App>) -> Vec<JoinHandle<()>> {
    vec![
        actix_web::rt::spawn(indexer::run(Arc::clone(app))),
        actix_web::rt::spawn(outbox::run(Arc::clone(app))),
        actix_web::rt::spawn(housekeeping::run(Arc::clone(app))),
    ]
}

/// Waits until the process is told to stop; the name of the signal.
async fn stop_signal() -> &'static str {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        tracing::error!("signals cannot be received; stop the service by killing it");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => "SIGINT",
        _ = terminate.recv() => "SIGTERM",
    }
}
