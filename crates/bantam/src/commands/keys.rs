//! `bantam keys`: makes, lists and revokes keys of programs, in a store or through a running service.

use super::serve::store_failure;
use super::service::Service;
use super::store::refuse_missing;
use crate::cli::{CreateKeyArguments, KeeperArguments, KeysArguments, KeysCommand, RevokeKeyArguments};
use crate::failure::Failure;
use crate::{Done, clock, terminal};
use bantam_lang::convert::parse_time;
use bantam_server::people::audit::Actor;
use bantam_server::{KeyProblem, NewKey, Scope, revoke_key};
use bantam_store::{ApiKeyRow, Location, Reader, Store, StoreError};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

pub(crate) fn run(arguments: &KeysArguments) -> Result<Done, Failure> {
    match &arguments.command {
        KeysCommand::Create(arguments) => create(arguments),
        KeysCommand::List(arguments) => list(&arguments.keeper),
        KeysCommand::Revoke(arguments) => revoke(arguments),
    }?;
    Ok(Done::Well)
}

/// Where keys are kept.
enum Keeper<'a> {
    Store(&'a Location),
    Service(Box<Service>),
}

impl Keeper<'_> {
    fn of(arguments: &KeeperArguments) -> Result<Keeper<'_>, Failure> {
        match (&arguments.to, &arguments.store) {
            (Some(url), _) => {
                let (key, file) = (arguments.key.as_deref(), arguments.key_file.as_deref());
                Ok(Keeper::Service(Box::new(Service::at(url, key, file)?)))
            }
            (None, Some(store)) => Ok(Keeper::Store(store)),
            (None, None) => Err(Failure::bad_input("it is not said where the keys are")
                .help("name a store with `--store FILE`, or a running service with `--to URL`")),
        }
    }
}

fn create(arguments: &CreateKeyArguments) -> Result<(), Failure> {
    let scope = Scope::from(arguments.scope);
    let expires_at = arguments.expires.as_deref().map(|text| super::moment(text, "--expires")).transpose()?;
    let (id, key) = match Keeper::of(&arguments.keeper)? {
        Keeper::Store(location) => {
            let mut new = NewKey::generate(scope, &arguments.source, expires_at, clock::now()).map_err(key_failure)?;
            let mut store = open(location)?;
            let kept = store.transaction(|ledger| match new.keep(ledger)? {
                true => new.note(ledger, clock::now(), &Actor::console()).map(|()| true),
                false => Ok(false),
            });
            if !kept.map_err(store_failure)? {
                let failure = Failure::bad_input("there are as many keys as there can be");
                return Err(failure.help("revoke one that nobody uses"));
            }
            (new.row().id, new.text().to_owned())
        }
        Keeper::Service(service) => {
            let expires_at = expires_at.map(clock::show);
            let wanted = json!({"scope": scope.name(), "source": arguments.source, "expires_at": expires_at});
            let made = ask(&service, Method::POST, "/api/keys", Some(&wanted))?;
            let (id, key) = (made.get("id").and_then(Value::as_i64), made.get("key").and_then(Value::as_str));
            let (Some(id), Some(key)) = (id, key) else { return Err(no_service()) };
            (id, terminal::printable(key))
        }
    };
    terminal::print(&format!("{key}\n"))?;
    let (scope, source) = (scope.name(), terminal::printable(&arguments.source));
    terminal::say(&format!("made key {id}, which may {scope}, for {source}; it is shown now and never again"));
    Ok(())
}

fn list(keeper: &KeeperArguments) -> Result<(), Failure> {
    let keys = match Keeper::of(keeper)? {
        Keeper::Store(location) => {
            refuse_missing_file(location)?;
            let read = Reader::open(location).and_then(|mut reader| reader.read(|ledger| ledger.api_keys()));
            read.map_err(store_failure)?
        }
        Keeper::Service(service) => {
            let told = ask(&service, Method::GET, "/api/keys", None)?;
            let keys = told.get("keys").and_then(Value::as_array).ok_or_else(no_service)?;
            keys.iter().map(read_key).collect::<Option<_>>().ok_or_else(no_service)?
        }
    };
    terminal::print(&table(&keys, clock::now()))
}

fn revoke(arguments: &RevokeKeyArguments) -> Result<(), Failure> {
    let id = arguments.id;
    match Keeper::of(&arguments.keeper)? {
        Keeper::Store(location) => {
            refuse_missing_file(location)?;
            let revoked = open(location)?.transaction(|ledger| revoke_key(ledger, clock::now(), &Actor::console(), id));
            if !revoked.map_err(store_failure)? {
                let failure = Failure::bad_input(format!("there is no key {id}"));
                return Err(failure.help("`bantam keys list` shows all with their numbers"));
            }
        }
        Keeper::Service(service) => {
            ask(&service, Method::DELETE, &format!("/api/keys/{id}"), None)?;
        }
    }
    terminal::say(&format!("revoked key {id}"));
    Ok(())
}

fn open(location: &Location) -> Result<Store, Failure> {
    let holder = format!("bantam keys, process {}", std::process::id());
    Store::open(location, &holder).map_err(|error| match &error {
        StoreError::InUse { .. } => store_failure(error)
            .help("while a service runs, keys are made and revoked through it: `--to URL --key-file FILE`"),
        _ => store_failure(error),
    })
}

fn refuse_missing_file(location: &Location) -> Result<(), Failure> {
    match location {
        Location::File(path) => refuse_missing(path),
        Location::Postgres(_) => Ok(()),
    }
}

fn key_failure(problem: KeyProblem) -> Failure {
    match problem {
        KeyProblem::Expired | KeyProblem::Source => Failure::bad_input(problem.to_string()),
        KeyProblem::NoChance => Failure::device(problem.to_string()),
    }
}

/// Asks a service; returns its answer, or why it refused.
fn ask(service: &Service, method: Method, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
    let request = service.client.request(method, format!("{}{path}", service.url)).bearer_auth(&service.key);
    let request = match body {
        Some(body) => request.header("content-type", "application/json").body(body.to_string()),
        None => request,
    };
    let away = |error: reqwest::Error| {
        Failure::device(format!("the service does not answer: {}", error.without_url()))
            .help("check the address after `--to`")
    };
    let (status, text) = service.runtime.block_on(async {
        let answer = request.send().await.map_err(away)?;
        Ok::<_, Failure>((answer.status(), answer.text().await.map_err(away)?))
    })?;
    if status == StatusCode::NO_CONTENT {
        return Ok(Value::Null);
    }
    let answer: Value = serde_json::from_str(&text).map_err(|_| no_service())?;
    if status.is_success() {
        return Ok(answer);
    }
    let message = answer.pointer("/error/message").and_then(Value::as_str).unwrap_or("no reason was given");
    let message = format!("the service refused that with {status}: {}", terminal::printable(message));
    Err(if status.is_server_error() { Failure::device(message) } else { Failure::bad_input(message) })
}

fn no_service() -> Failure {
    Failure::bad_input("what answers there is no service of bantam").help("check the address after `--to`")
}

/// Reads a key as a service shows it, which keeps the hash to itself.
fn read_key(told: &Value) -> Option<ApiKeyRow> {
    let text = |name: &str| told[name].as_str().map(terminal::printable);
    let moment = |name: &str| told[name].as_str().and_then(parse_time);
    Some(ApiKeyRow {
        id: told["id"].as_i64()?,
        shown: text("shown")?,
        hash: [0; 32],
        scope: text("scope")?,
        source: text("source")?,
        created_at: moment("created_at")?,
        expires_at: moment("expires_at"),
        last_used_at: moment("last_used_at"),
        revoked_at: moment("revoked_at"),
        made_by: None,
    })
}

/// Returns keys as lines of columns that stand below each other.
fn table(keys: &[ApiKeyRow], now: i64) -> String {
    let header = ["id", "key", "scope", "source", "state", "last used", "expires"].map(str::to_owned);
    let moment = |moment: Option<i64>| moment.map_or("never".to_owned(), clock::show_short);
    let mut rows = vec![header];
    rows.extend(keys.iter().map(|key| {
        let state = match key {
            ApiKeyRow { revoked_at: Some(_), .. } => "revoked",
            ApiKeyRow { expires_at: Some(end), .. } if *end <= now => "expired",
            _ => "active",
        };
        let (shown, source) = (format!("{}...", key.shown), terminal::printable(&key.source));
        let (used, expires) = (moment(key.last_used_at), moment(key.expires_at));
        [key.id.to_string(), shown, key.scope.clone(), source, state.to_owned(), used, expires]
    }));
    let mut widths = [0; 7];
    for row in &rows {
        widths.iter_mut().zip(row).for_each(|(width, cell)| *width = cell.chars().count().max(*width));
    }
    let line = |row: &[String; 7]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}
