//! The people of the demo's company. Their password is made for each store anew, by chance, and stands in a file beside it:
//! no service has an account that somebody else could know.

use crate::failure::Failure;
use bantam_server::people::audit::Actor;
use bantam_server::people::{ChangeError, Role, add, suggest_password};
use bantam_store::Ledger;
use std::io::Write;
use std::path::Path;

/// Name, address and role of everybody.
const EVERYBODY: [(&str, &str, Role); 5] = [
    ("Mia Hansen", "mia@acme.example", Role::Marketing),
    ("Sam Okafor", "sam@acme.example", Role::Sales),
    ("Lou Brandt", "lou@acme.example", Role::Sales),
    ("Kim Castillo", "kim@acme.example", Role::Sales),
    ("Ada Lindqvist", "ada@acme.example", Role::Admin),
];
/// Those who are named to whoever tries it out: one for each role.
const SHOWN: [&str; 3] = ["sam@acme.example", "mia@acme.example", "ada@acme.example"];

/// Those who will be in the store.
#[derive(Clone)]
pub(super) struct Everybody {
    password: String,
}

/// The same, as facts name them.
pub(super) struct Known(Vec<(Role, String)>);

impl Everybody {
    pub(super) fn new() -> Result<Everybody, Failure> {
        let password = suggest_password().map_err(|error| Failure::device(error.to_string()))?;
        Ok(Everybody { password })
    }

    /// Adds them to a store.
    pub(super) fn add(&self, ledger: &mut dyn Ledger, now: i64) -> Result<Known, Failure> {
        let console = Actor::console();
        let added = EVERYBODY.map(|(name, email, role)| {
            let person = add(ledger, now, &console, (name, email), [role].into(), &self.password)?;
            Ok::<_, ChangeError>((role, person.reference()))
        });
        let added: Result<Vec<_>, ChangeError> = added.into_iter().collect();
        Ok(Known(added.map_err(|error| Failure::device(error.to_string()))?))
    }

    /// Writes down how to sign in, for nobody else on the machine.
    pub(super) fn write(&self, path: &Path) -> Result<(), Failure> {
        let lines = SHOWN.iter().filter_map(|wanted| EVERYBODY.iter().find(|(_, email, _)| email == wanted));
        let lines: String = lines.map(|(_, email, role)| format!("  {email:18} {}\n", role.name())).collect();
        let text = format!("{lines}  password: {}\n", self.password);
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
        written.map_err(|error| Failure::file(path, "write", &error))
    }
}

impl Known {
    pub(super) fn marketing(&self) -> &str {
        self.of(Role::Marketing).first().copied().unwrap_or_default()
    }

    pub(super) fn first_of_sales(&self) -> &str {
        self.sales().first().copied().unwrap_or_default()
    }

    pub(super) fn sales(&self) -> Vec<&str> {
        self.of(Role::Sales)
    }

    fn of(&self, role: Role) -> Vec<&str> {
        self.0.iter().filter(|(known, _)| *known == role).map(|(_, reference)| reference.as_str()).collect()
    }
}

/// Returns who of sales works the territory of a salesperson of the sample files, by the place.
pub(super) fn by_owner(owner: &str) -> Option<usize> {
    let region = owner.strip_prefix("rep-")?;
    Some(match region.split('-').next()? {
        "na" => 0,
        "emea" => 1,
        _ => 2,
    })
}
