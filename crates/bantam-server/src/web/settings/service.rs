//! The service itself: which version runs on what, by which definition, with how much room.

use crate::api::shown::active_rules;
use crate::app::App;
use crate::people::Role;
use crate::problem::Problem;
use crate::sso::SsoSettings;
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
    /// Name and value of what is known of single sign-on; none where it is not set up.
    sso: Vec<(&'static str, String)>,
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
        sso: app.sso.as_ref().map(|sso| sso_pairs(sso.settings())).unwrap_or_default(),
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

/// Returns what people should know of the provider: never what the service is known by to it.
fn sso_pairs(settings: &SsoSettings) -> Vec<(&'static str, String)> {
    let role = |role: Role| role.name().to_owned();
    let domains = match settings.domains.as_slice() {
        [] => "any address".to_owned(),
        domains => format!("addresses of {}", domains.join(", ")),
    };
    let newcomers = match settings.new_role {
        Some(new) => format!("come in as {}, with {domains}", role(new)),
        None => "come in where they were invited".to_owned(),
    };
    let rules = settings.roles_by_group.iter().map(|(group, to)| format!("{group}: {}", role(*to)));
    let rules: Vec<String> = rules.collect();
    vec![
        ("Provider", settings.name.clone()),
        ("Issuer", settings.issuer.clone()),
        ("Passwords", if settings.is_required { "let nobody in" } else { "let people in, too" }.to_owned()),
        ("New people", newcomers),
        (
            "Roles",
            match rules.is_empty() {
                true => "given by hand".to_owned(),
                false => format!("by the groups in {}", settings.role_claim),
            },
        ),
        ("Groups", rules.join("; ")),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .collect()
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
    use super::{size, sso_pairs};
    use crate::people::Role;
    use crate::sso::{ClientSecret, SsoSettings};

    #[test]
    fn the_provider_is_shown_without_its_secret() {
        let settings = SsoSettings {
            issuer: "https://login.acme.example".into(),
            client_id: "bantam".into(),
            client_secret: Some(ClientSecret::new("hush")),
            scopes: Vec::new(),
            name: "Acme".into(),
            domains: vec!["acme.example".into()],
            new_role: Some(Role::Viewer),
            role_claim: "groups".into(),
            roles_by_group: vec![("Growth".into(), Role::Marketing)],
            is_required: true,
        };
        let pairs = sso_pairs(&settings);
        let value = |name: &str| pairs.iter().find(|(known, _)| *known == name).unwrap().1.as_str();
        assert_eq!(value("Issuer"), "https://login.acme.example");
        assert_eq!(value("Passwords"), "let nobody in");
        assert_eq!(value("New people"), "come in as viewer, with addresses of acme.example");
        assert_eq!((value("Roles"), value("Groups")), ("by the groups in groups", "Growth: marketing"));
        assert!(!format!("{pairs:?}").contains("hush"), "{pairs:?}");
    }

    #[test]
    fn sizes_are_told_in_their_unit() {
        assert_eq!([size(512 << 20), size(3 << 30), size((3 << 30) + (1 << 29))], ["512 MiB", "3.0 GiB", "3.5 GiB"]);
    }
}
