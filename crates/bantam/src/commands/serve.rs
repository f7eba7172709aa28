//! `bantam serve`: takes facts, decides, hands over.

mod sso;

use crate::cli::ServeArguments;
use crate::failure::Failure;
use crate::{Done, clock, definitions, logs, terminal};
use bantam_core::fact::{Fact, FactKind};
use bantam_core::{DefinitionText, Given, Rules};
use bantam_server::people::audit::{Actor, note};
use bantam_server::webhooks::{Authorities, MailSettings, Outgoing};
use bantam_server::{
    App, Clock, IntakeSettings, Keys, Network, REQUESTS_PER_SECOND, Recorder, Reserve, ReserveSize, Scope, Settings,
    SingleSignOn, Unavailable,
};
use bantam_store::{Location, Store, StoreError};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::net::TcpListener;

/// How often it is looked whether the store has failed.
const LOOK_EVERY: Duration = Duration::from_millis(100);

pub(crate) fn run(arguments: ServeArguments) -> Result<Done, Failure> {
    logs::start(&arguments.log, arguments.log_format)?;
    let definition = arguments.definition.as_deref().map(read_definition).transpose()?;
    let authorities = authorities(&arguments)?;
    let outgoing = outgoing(&arguments, &authorities)?;
    let single_sign_on = sso::single_sign_on(&arguments, &authorities)?;
    let holder = format!("bantam serve, process {}", std::process::id());
    let store = Store::open(&arguments.store, &holder).map_err(store_failure)?;
    let clock: Clock = Arc::new(clock::now);
    let (recorder, thread) =
        Recorder::start(store, clock.clone()).map_err(|error| Failure::device(error.to_string()))?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| Failure::device(error.to_string()))?;
    let talking = Talking { outgoing, single_sign_on };
    let result = runtime.block_on(serve(&arguments, definition, talking, recorder.clone(), clock));
    let has_failed = recorder.counts().has_failed.load(Ordering::Acquire);
    // The writer ends when nobody can send to it any more.
    drop((runtime, recorder));
    if thread.join().is_err() || has_failed {
        return Err(Failure::device("the store failed; nothing was acknowledged after that"));
    }
    result.map(|()| Done::Well)
}

/// How the service talks to others.
struct Talking {
    outgoing: Outgoing,
    single_sign_on: Option<SingleSignOn>,
}

async fn serve(
    arguments: &ServeArguments,
    definition: Option<(String, DefinitionText)>,
    talking: Talking,
    recorder: Recorder,
    clock: Clock,
) -> Result<(), Failure> {
    if let Some((fingerprint, text)) = definition {
        activate(&recorder, fingerprint, text).await.map_err(|_| Failure::device("the store takes nothing"))?;
    }
    let listener = TcpListener::bind(arguments.listen).await;
    let listener =
        listener.map_err(|error| Failure::bad_input(format!("cannot listen on {}: {error}", arguments.listen)))?;
    let (store, origins) = (arguments.store.clone(), arguments.origin.clone());
    let reserve = match &arguments.store {
        Location::File(path) => Reserve::of(path, arguments.disk_reserve.unwrap_or(ReserveSize::Usual)),
        // The disk is the database's.
        Location::Postgres(_) => Reserve::default(),
    };
    let Talking { outgoing, single_sign_on } = talking;
    let settings = Settings { store, keys: keys(arguments), origins, outgoing, intake: intake(arguments)? };
    let app = App::new(settings, recorder.clone(), clock).with_reserve(reserve);
    let app = match single_sign_on {
        Some(sso) => app.with_single_sign_on(sso),
        None => app,
    };
    let delivering = tokio::spawn(app.clone().deliver_messages());
    // The port is the system's choice where none was asked for.
    let address = listener.local_addr().map_err(|error| Failure::device(error.to_string()))?;
    terminal::say(&format!("listening on http://{address}"));
    tell_set_up(&app, arguments, address).await?;
    let ended = async {
        tokio::select! {
            () = stopped() => {}
            () = failed(&recorder) => {}
        }
    };
    bantam_server::serve(listener, app.router(), ended).await;
    // What is on its way is sent again after the next start.
    delivering.abort();
    Ok(())
}

/// Prints a link for the set-up, as long as there is nobody who could sign in.
async fn tell_set_up(app: &App, arguments: &ServeArguments, address: SocketAddr) -> Result<(), Failure> {
    let link = app.set_up_path().await.map_err(|_| Failure::device("the store takes nothing"))?;
    if let Some(path) = link {
        // Browsers keep a session of a service without TLS for the machine itself alone.
        let host = if address.ip().is_unspecified() || address.ip().is_loopback() {
            "localhost".to_owned()
        } else {
            address.ip().to_string()
        };
        let own = format!("http://{host}:{}", address.port());
        let url = arguments.public_url.as_deref().unwrap_or(&own).trim_end_matches('/');
        terminal::say(&format!(
            "nobody can sign in yet; whoever opens this within a day becomes the admin: {url}{path}"
        ));
    }
    Ok(())
}

/// Returns how messages leave, by the settings.
fn outgoing(arguments: &ServeArguments, authorities: &Authorities) -> Result<Outgoing, Failure> {
    let settings = |server: &String| MailSettings {
        server: server.clone(),
        from: arguments.mail_from.clone().unwrap_or_default(),
    };
    let mail = arguments.smtp.as_ref().map(settings);
    Outgoing::new(&arguments.webhook_allow, mail.as_ref(), authorities).map_err(Failure::bad_input)
}

/// Reads whom connections trust beside those that this machine does.
fn authorities(arguments: &ServeArguments) -> Result<Authorities, Failure> {
    let mut authorities = Authorities::default();
    for path in &arguments.authority {
        let pem = std::fs::read(path).map_err(|error| Failure::file(path, "read", &error))?;
        // Each alone, so that it is named.
        let one = Authorities(vec![pem.clone()]);
        Outgoing::new(&[], None, &one)
            .map_err(|problem| Failure::bad_input(format!("`{}`: {problem}", path.display())))?;
        authorities.0.push(pem);
    }
    Ok(authorities)
}

fn intake(arguments: &ServeArguments) -> Result<IntakeSettings, Failure> {
    let network = |text: &String| {
        let help = "write an address such as `10.0.0.7`, or a range such as `10.0.0.0/8`";
        Network::parse(text).ok_or_else(|| Failure::bad_input(format!("`{text}` is no address (--proxy)")).help(help))
    };
    let proxies = arguments.proxy.iter().map(network).collect::<Result<_, _>>()?;
    if let Some(url) = &arguments.public_url
        && !(url.starts_with("https://") || url.starts_with("http://"))
    {
        let failure = Failure::bad_input(format!("`{url}` is no address of a service (--public-url)"));
        return Err(failure.help("write `https://leads.example.com`"));
    }
    let requests_per_second = arguments.requests_per_second.unwrap_or(REQUESTS_PER_SECOND);
    Ok(IntakeSettings { requests_per_second, public_url: arguments.public_url.clone(), proxies })
}

fn keys(arguments: &ServeArguments) -> Keys {
    let mut keys = Keys::default();
    let given = [
        (&arguments.write_key, Scope::Write, "web"),
        (&arguments.read_key, Scope::Read, "reader"),
        (&arguments.manage_key, Scope::Manage, "manager"),
    ];
    for (key, scope, source) in given {
        if let Some(key) = key.as_deref().filter(|key| !key.is_empty()) {
            keys.add(key, scope, source);
        }
    }
    keys
}

/// Lets a definition be the active one, unless it is already.
async fn activate(recorder: &Recorder, fingerprint: String, text: DefinitionText) -> Result<(), Unavailable> {
    let activate = recorder.work(move |desk, ledger, now| {
        if desk.rules().is_some_and(|rules| rules.fingerprint == fingerprint) {
            return Ok(());
        }
        let by = "bantam serve".to_owned();
        let draft = FactKind::Draft { fingerprint: fingerprint.clone(), text, by };
        let activation = FactKind::Activation { fingerprint: fingerprint.clone() };
        // The definition is there once the draft has been taken, so they are two groups.
        for (name, kind) in [("draft", draft), ("activate", activation)] {
            let fact = Fact::of_service(format!("{name}-{fingerprint}-{now}"), now, "serve", kind);
            desk.take(ledger, now, &[Given::new(fact)])?;
        }
        note(
            ledger,
            now,
            &Actor::console(),
            "definition.activated",
            &fingerprint,
            (Value::Null, json!({"signed": false})),
        )?;
        Ok(())
    });
    activate.await
}

/// Reads a definition with the list files it names, and checks it.
fn read_definition(path: &Path) -> Result<(String, DefinitionText), Failure> {
    let checked = definitions::read_usable(path)?;
    let text = std::fs::read_to_string(path).map_err(|error| Failure::file(path, "read", &error))?;
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    let mut lists = Vec::new();
    let source = bantam_lang::source::Source::new("definition", text.as_str());
    bantam_lang::load(source, &mut |name| {
        let content = definitions::read_list(&folder, name)?;
        lists.push((name.to_owned(), content.clone()));
        Ok(content)
    });
    let kept = DefinitionText { name: path.display().to_string(), text, lists };
    // What is kept must mean what was read, or a later start could not go on.
    let fingerprint = checked.fingerprint().to_string();
    match Rules::load(0, &kept).filter(|rules| rules.fingerprint == fingerprint) {
        Some(_) => Ok((fingerprint, kept)),
        None => Err(Failure::ours("the definition changed while it was read")),
    }
}

/// Returns whose fault it is that a store cannot be used.
pub(super) fn store_failure(error: StoreError) -> Failure {
    match &error {
        StoreError::InUse { .. }
        | StoreError::Newer { .. }
        | StoreError::NoStore { .. }
        | StoreError::NotMigrated { .. }
        | StoreError::OldFormat { .. }
        | StoreError::OldServer { .. }
        | StoreError::Powerful { .. }
        | StoreError::Url { .. } => Failure::bad_input(error.to_string()),
        _ => Failure::device(error.to_string()),
    }
}

/// Returns when the store has failed for good: what is not on the disk must not be acknowledged, and whoever watches the
/// program sees it end.
async fn failed(recorder: &Recorder) {
    while !recorder.counts().has_failed.load(Ordering::Acquire) {
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Returns when somebody asks the program to stop.
async fn stopped() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    let _ = interrupted.await;
}
