//! The service itself: which version runs on what, by which definition, with how much room.

use crate::api::shown::active_rules;
use crate::app::App;
use crate::problem::Problem;
use crate::web::access::Visitor;
use crate::web::frame::{Frame, render};
use crate::web::words::grouped;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use bantam_store::Location;
use std::sync::atomic::{AtomicU64, Ordering};

#[derive(Template)]
#[template(path = "service.html")]
struct Page {
    frame: Frame,
    heading: &'static str,
    version: &'static str,
    store: String,
    definition: Option<(String, String)>,
    disk: String,
    mail: &'static str,
    address: String,
    counts: Vec<(&'static str, String)>,
}

impl Page {
    /// Returns as much of a fingerprint as people compare.
    fn short(&self, fingerprint: &str) -> String {
        fingerprint.trim_start_matches("sha256:").chars().take(12).collect()
    }
}

/// Shows the service.
pub(crate) async fn show(State(app): State<App>, Visitor(signed): Visitor) -> Result<Response, Problem> {
    let (rules, last, waiting) = app
        .read(|reader| {
            reader.read(|ledger| {
                Ok::<_, Problem>((active_rules(ledger)?, ledger.last_fact()?, ledger.count_deliveries(None)?))
            })
        })
        .await?;
    let counts = app.recorder.counts();
    let told = |count: &AtomicU64| grouped(i64::try_from(count.load(Ordering::Relaxed)).unwrap_or(i64::MAX));
    let heading = match (counts.has_failed.load(Ordering::Acquire), app.is_low_on_disk()) {
        (true, _) => "The store has failed: nothing is taken in",
        (_, true) => "The disk is almost full: nothing is taken in",
        _ => "The service takes facts",
    };
    Ok(render(&Page {
        frame: Frame::of(Some(&signed), "/settings", "Service"),
        heading,
        version: env!("CARGO_PKG_VERSION"),
        store: match app.store() {
            Location::File(path) => format!("SQLite, {}", path.display()),
            // The address may hold a password.
            Location::Postgres(_) => "PostgreSQL".to_owned(),
        },
        definition: rules.map(|rules| {
            (rules.meaning.name.clone().unwrap_or_else(|| "without a name".to_owned()), rules.fingerprint.clone())
        }),
        disk: disk(&app),
        mail: if app.outgoing.has_mail() { "by the mail server it was started with" } else { "no mail server" },
        address: app.public_address().map(|(scheme, host)| format!("{scheme}://{host}")).unwrap_or_default(),
        counts: vec![
            ("Facts in the log", grouped(last)),
            ("New facts since the start", told(&counts.accepted)),
            ("Repeats since the start", told(&counts.duplicates)),
            ("Refused since the start", told(&counts.refused)),
            ("Messages that wait", grouped(waiting.waiting)),
            ("Messages given up", grouped(waiting.parked)),
        ],
    }))
}

fn disk(app: &App) -> String {
    let Some((space, reserve)) = app.space() else { return "not on a disk of this machine".to_owned() };
    format!("{} free of {}; below {} nothing more is taken in", size(space.free), size(space.total), size(reserve))
}

/// Returns a number of bytes in the unit that people know of disks.
fn size(bytes: u64) -> String {
    const GIB: u64 = 1 << 30;
    match bytes {
        GIB.. => format!("{}.{} GiB", bytes / GIB, bytes % GIB * 10 / GIB),
        _ => format!("{} MiB", bytes >> 20),
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_told_in_their_unit() {
        assert_eq!([size(512 << 20), size(3 << 30), size((3 << 30) + (1 << 29))], ["512 MiB", "3.0 GiB", "3.5 GiB"]);
    }
}
