//! `bantam people`: the way in when nobody can sign in.

use super::serve::store_failure;
use super::store::refuse_missing;
use crate::cli::{DisableArguments, InviteArguments, PeopleArguments, PeopleCommand, PeopleStore, ResetArguments};
use crate::failure::Failure;
use crate::{Done, clock, terminal};
use bantam_core::Desk;
use bantam_server::people::audit::Actor;
use bantam_server::people::{self, ChangeError, Link, Person, Refusal, Standing};
use bantam_store::{Ledger, Location, Reader, Store, StoreError};

pub(crate) fn run(arguments: &PeopleArguments) -> Result<Done, Failure> {
    match &arguments.command {
        PeopleCommand::List(arguments) => list(&arguments.keeper),
        PeopleCommand::Invite(arguments) => invite(arguments),
        PeopleCommand::Reset(arguments) => reset(arguments),
        PeopleCommand::Disable(arguments) => disable(arguments),
    }?;
    Ok(Done::Well)
}

fn list(keeper: &PeopleStore) -> Result<(), Failure> {
    refuse_missing_file(&keeper.store)?;
    let read = Reader::open(&keeper.store).and_then(|mut reader| reader.read(people::everybody));
    let everybody = read.map_err(store_failure)?;
    let mut text = String::new();
    for person in &everybody {
        let roles: Vec<&str> = person.roles.iter().map(|role| role.name()).collect();
        let standing = match person.standing {
            Standing::Invited => "invited",
            Standing::Active => "active",
            Standing::Disabled => "disabled",
        };
        let factor = if person.has_second_factor() { ", second factor" } else { "" };
        let (email, name) = (terminal::printable(&person.email), terminal::printable(&person.name));
        text += format!("{email}  {standing}{factor}  {}  {name}", roles.join(" ")).trim_end();
        text.push('\n');
    }
    terminal::print(&text)?;
    if everybody.is_empty() {
        terminal::say("there is nobody yet; `bantam serve` prints a link for the set-up");
    }
    Ok(())
}

fn invite(arguments: &InviteArguments) -> Result<(), Failure> {
    let roles = arguments.role.iter().map(|role| (*role).into()).collect();
    let (person, link) = change(&arguments.keeper, |ledger| {
        people::invite(ledger, clock::now(), &Actor::console(), &arguments.email, roles)
    })?;
    tell(&person, &link, "lets")
}

fn reset(arguments: &ResetArguments) -> Result<(), Failure> {
    let (person, link) = change(&arguments.keeper, |ledger| {
        let id = id_of(ledger, &arguments.email)?;
        people::reset_link(ledger, clock::now(), &Actor::console(), &id, arguments.second_factor)
    })?;
    tell(&person, &link, "gives another password to")
}

fn disable(arguments: &DisableArguments) -> Result<(), Failure> {
    let person = change(&arguments.keeper, |ledger| {
        let id = id_of(ledger, &arguments.email)?;
        people::disable(&mut Desk::open(ledger)?, ledger, clock::now(), &Actor::console(), &id)
    })?;
    terminal::say(&format!("{} can sign in no more", terminal::printable(&person.email)));
    Ok(())
}

fn tell(person: &Person, link: &Link, does: &str) -> Result<(), Failure> {
    terminal::print(&format!("{}\n", link.path()))?;
    let email = terminal::printable(&person.email);
    let end = if does == "lets" { " in" } else { "" };
    terminal::say(&format!(
        "this path, below the address of the service, {does} {email}{end} once, for a day; it is shown now and never again"
    ));
    Ok(())
}

fn id_of(ledger: &mut dyn Ledger, email: &str) -> Result<String, ChangeError> {
    Ok(people::by_email(ledger, email)?.map(|person| person.id).ok_or(Refusal::NoPerson)?)
}

fn change<T>(keeper: &PeopleStore, work: impl FnOnce(&mut dyn Ledger) -> Result<T, ChangeError>) -> Result<T, Failure> {
    refuse_missing_file(&keeper.store)?;
    let holder = format!("bantam people, process {}", std::process::id());
    let mut store = Store::open(&keeper.store, &holder).map_err(|error| match &error {
        StoreError::InUse { .. } => {
            store_failure(error).help("stop the service first, or let an admin do it on the page of people")
        }
        _ => store_failure(error),
    })?;
    store.transaction(work).map_err(|error| match error {
        ChangeError::Store(error) => store_failure(error),
        ChangeError::Core(error) => Failure::device(error.to_string()),
        ChangeError::Refused(refusal) => {
            let failure = Failure::bad_input(refusal.to_string());
            if refusal == Refusal::NoPerson { failure.help("`bantam people list` shows everybody") } else { failure }
        }
    })
}

fn refuse_missing_file(location: &Location) -> Result<(), Failure> {
    match location {
        Location::File(path) => refuse_missing(path),
        Location::Postgres(_) => Ok(()),
    }
}
