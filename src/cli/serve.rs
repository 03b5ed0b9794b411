//! `townbridge serve`: opens everything, serves, works in the background, and ends in good order.

use std::net::SocketAddr;
use std::sync::Arc;

use clap::Args;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;

use super::{Context, Outcome, output};
use crate::accounts;
use crate::app::App;
use crate::clock::Clock;
use crate::demo::{self, DemoState};
use crate::error::{Error, Message, Result};
use crate::http::server;
use crate::jobs::{
    allotment, deliveries, digest, embedder, escalation, expiry, housekeeping, indexer, likeness,
    outbox, reminders, renewal, subscriptions, suggestions,
};

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
    /// Load invented records into an empty database and print accounts to try
    #[arg(long)]
    demo: bool,
}

/// Runs the service until SIGINT or SIGTERM.
pub(crate) fn run(context: &Context, args: &ServeArgs) -> Outcome {
    let config = context.service_config(args.listen)?;
    let app = App::open(config, Clock::default())?;
    if args.demo {
        let key = match demo::load(&app)? {
            DemoState::Loaded => "cli.demo_loaded",
            DemoState::Kept => "cli.demo_kept",
        };
        output::say(context.language, key);
    }
    actix_web::rt::System::new().block_on(serve(context, args, &app))?;
    Ok(())
}

async fn serve(context: &Context, args: &ServeArgs, app: &Arc<App>) -> Result<()> {
    let (address, server) = server::serve(app)?;
    let handle = server.handle();
    // Before the address is printed: whoever waits for it may send a signal right away.
    let stop = StopSignal::listen()?;
    let jobs = start_jobs(app);
    greet(context, args, app, address).await?;
    tracing::info!(%address, "listening");
    if let Some(year) = app.reference.calendar().missing_year(app.clock.today_in_china()) {
        tracing::warn!(
            year,
            "holidays.csv does not know this year: its working days are counted by weekends alone"
        );
    }
    let stop = actix_web::rt::spawn(async move {
        let signal = stop.received().await;
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

/// Says where the service is, and how to get in.
async fn greet(
    context: &Context,
    args: &ServeArgs,
    app: &Arc<App>,
    address: SocketAddr,
) -> Result<()> {
    let language = context.language;
    if args.demo {
        output::say(language, Message::new("cli.demo_accounts").with("address", address));
        for account in demo::accounts()? {
            let role = app.reference.code_name("role", account.role.as_str(), language);
            let place = match app.reference.region(&account.place) {
                Some(region) => app.reference.region_name(&region.code, language),
                None => account.place,
            };
            let line = format!("  {}  {}  {role} {place}", account.mail, account.password);
            output::print(line.trim_end());
        }
    } else if app.run(|app| app.db.read(accounts::users::ops::none_yet)).await? {
        output::say(language, "cli.no_accounts");
    }
    output::say(language, Message::new("cli.listening").with("address", address));
    Ok(())
}

/// Starts the work beside requests.
fn start_jobs(app: &Arc<App>) -> Vec<JoinHandle<()>> {
    vec![
        actix_web::rt::spawn(indexer::run(Arc::clone(app))),
        actix_web::rt::spawn(embedder::run(Arc::clone(app))),
        actix_web::rt::spawn(expiry::run(Arc::clone(app))),
        actix_web::rt::spawn(outbox::run(Arc::clone(app))),
        actix_web::rt::spawn(housekeeping::run(Arc::clone(app))),
        actix_web::rt::spawn(likeness::run(Arc::clone(app))),
        actix_web::rt::spawn(renewal::run(Arc::clone(app))),
        actix_web::rt::spawn(allotment::run(Arc::clone(app))),
        actix_web::rt::spawn(escalation::run(Arc::clone(app))),
        actix_web::rt::spawn(digest::run(Arc::clone(app))),
        actix_web::rt::spawn(reminders::run(Arc::clone(app))),
        actix_web::rt::spawn(deliveries::run(Arc::clone(app))),
        actix_web::rt::spawn(subscriptions::run(Arc::clone(app))),
        actix_web::rt::spawn(suggestions::run(Arc::clone(app))),
    ]
}

/// The signals by which the process is told to stop.
struct StopSignal {
    interrupt: Signal,
    terminate: Signal,
}

impl StopSignal {
    fn listen() -> Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for one of them; its name.
    async fn received(mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "SIGINT",
            _ = self.terminate.recv() => "SIGTERM",
        }
    }
}
