//! Turns a lead as it stands into the fields of a record in a CRM, found by the lead's address of mail.
//!
//! A connector is an endpoint of its own kinds: messages say that there is something to write, and go in the order, at the
//! pace and with the patience of all messages. What is written is how the lead stands when a message goes out, not when it was
//! posted: so a message that is late or sent again takes nothing back.
//!
//! 1. [`record`] reads the lead, and says why where nothing can be written.
//! 2. `write` asks the CRM to change the record; `hubspot` and `salesforce` know how each is asked and what it answers.

pub mod record;

mod exchange;
mod hubspot;
mod salesforce;
mod write;

pub(super) use salesforce::Tokens;
pub(crate) use write::Look;

use super::endpoint::Kind;
use super::target::{self, AllowList, Target};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where HubSpot takes requests.
pub(crate) const HUBSPOT: &str = "https://api.hubapi.com/";
/// What the hosts of Salesforce end in.
const SALESFORCE: &str = ".salesforce.com";
/// The attribute that holds the address of mail, unless the settings say so.
pub(crate) const ADDRESS_ATTRIBUTE: &str = "email";
/// The longest name of a field; both CRMs take no longer ones.
const FIELD_NAME_MAX: usize = 100;

/// What a connector writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Fit and engagement together.
    Score,
    /// Points for who it is.
    Fit,
    /// Points for what it does.
    Engagement,
    /// The letters.
    Grade,
    /// How far it has come.
    Stage,
    /// Where its last hand-off is.
    HandOff,
    /// By what that is answered.
    HandOffId,
    /// Where the points come from, in words.
    Reasons,
    /// When the hand-off was opened.
    OpenedAt,
    /// Until when sales has to answer.
    DueAt,
    /// Whose turn it is.
    Team,
    /// Who has it.
    Owner,
    /// The lead's page.
    Link,
}

impl Field {
    /// All of them, in the order in which people read them.
    pub const ALL: [Field; 13] = [
        Field::Score,
        Field::Fit,
        Field::Engagement,
        Field::Grade,
        Field::Stage,
        Field::HandOff,
        Field::HandOffId,
        Field::Reasons,
        Field::OpenedAt,
        Field::DueAt,
        Field::Team,
        Field::Owner,
        Field::Link,
    ];

    /// Returns its name, as settings have it.
    pub fn name(self) -> &'static str {
        match self {
            Field::Score => "score",
            Field::Fit => "fit",
            Field::Engagement => "engagement",
            Field::Grade => "grade",
            Field::Stage => "stage",
            Field::HandOff => "hand_off",
            Field::HandOffId => "hand_off_id",
            Field::Reasons => "reasons",
            Field::OpenedAt => "opened_at",
            Field::DueAt => "due_at",
            Field::Team => "team",
            Field::Owner => "owner",
            Field::Link => "link",
        }
    }

    /// Returns the one with a name.
    pub fn of_name(name: &str) -> Option<Field> {
        Field::ALL.into_iter().find(|field| field.name() == name)
    }

    /// Returns what a CRM calls it unless the settings say so.
    pub fn usual(self, kind: Kind) -> String {
        if kind != Kind::Salesforce {
            return format!("bantam_{}", self.name());
        }
        let capital = |word: &str| {
            let (first, rest) = word.split_at(word.len().min(1));
            format!("{}{rest}", first.to_uppercase())
        };
        let words: Vec<String> = self.name().split('_').map(capital).collect();
        format!("Bantam_{}__c", words.join("_"))
    }
}

/// What is written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Object {
    /// A person whom the company knows.
    Contact,
    /// Somebody who may become one.
    Lead,
}

impl Object {
    /// Returns what CRMs call it.
    pub fn word(self) -> &'static str {
        match self {
            Object::Contact => "Contact",
            Object::Lead => "Lead",
        }
    }
}

/// How a CRM is written to, beside where and with which secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connector {
    /// To which records.
    pub object: Object,
    /// By what Salesforce knows the program: the consumer key.
    pub client_id: Option<String>,
    /// What the fields are called there; what is missing is not written.
    pub fields: BTreeMap<Field, String>,
    /// The attribute with the address of mail.
    pub email_attribute: String,
    /// Whether contacts that are not there are made.
    pub creates: bool,
    /// Whether the CRM refused the secret: then messages wait until there is another one.
    #[serde(default)]
    pub is_refused: bool,
}

impl Connector {
    /// Returns the usual one for a kind of CRM.
    pub fn usual(kind: Kind) -> Connector {
        Connector {
            object: if kind == Kind::Salesforce { Object::Lead } else { Object::Contact },
            client_id: None,
            fields: Field::ALL.into_iter().map(|field| (field, field.usual(kind))).collect(),
            email_attribute: ADDRESS_ATTRIBUTE.to_owned(),
            creates: false,
            is_refused: false,
        }
    }
}

/// Returns whether a CRM could have a field of a name. The address is what a record is found by, so it is not written.
pub(crate) fn is_field_name(name: &str) -> bool {
    let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let is_key = ["id", "email"].iter().any(|key| name.eq_ignore_ascii_case(key));
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
    begins && is_plain && !is_key && name.len() <= FIELD_NAME_MAX
}

/// Returns where a CRM is, or why nothing is written there.
pub(crate) fn check(kind: Kind, text: &str, allowed: &AllowList) -> Result<Target, &'static str> {
    let target = target::check(text, allowed)?;
    let is_whole = target.url.path() == "/" && target.url.query().is_none();
    if !is_whole {
        return Err("write only the host, such as `https://acme.my.salesforce.com`");
    }
    let host = target.url.host_str().unwrap_or_default();
    let is_theirs = match kind {
        Kind::Salesforce => {
            host.strip_suffix(SALESFORCE).is_some_and(|name| !name.is_empty()) && target.url.port().is_none()
        }
        _ => target.url.as_str() == HUBSPOT,
    };
    match (is_theirs || target.is_named, kind) {
        (true, _) => Ok(target),
        (false, Kind::Salesforce) => {
            Err("write the host of My Domain, such as `https://acme.my.salesforce.com`: it ends in \
             `.salesforce.com`; other hosts are named with `--webhook-allow`")
        }
        (false, _) => Err("HubSpot is at `https://api.hubapi.com`; other hosts are named with `--webhook-allow`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_the_usual_names_of_each_crm() {
        let names = |kind| Connector::usual(kind).fields.into_values().collect::<Vec<_>>();
        assert_eq!(
            names(Kind::Hubspot)[..6].join(" "),
            "bantam_score bantam_fit bantam_engagement bantam_grade bantam_stage bantam_hand_off"
        );
        assert_eq!(Field::HandOff.usual(Kind::Salesforce), "Bantam_Hand_Off__c");
        for kind in [Kind::Hubspot, Kind::Salesforce] {
            assert!(names(kind).iter().all(|name| is_field_name(name)), "{kind:?}");
        }
        assert!(Field::ALL.iter().all(|field| Field::of_name(field.name()) == Some(*field)));
        for bad in ["", "Email", "ID", "a b", "1a", "a.b", "_a", "é", &"a".repeat(101)] {
            assert!(!is_field_name(bad), "{bad}");
        }
    }

    #[test]
    fn whk_07_a_connector_writes_to_its_crm_and_nowhere_else() {
        let none = AllowList::default();
        let named = AllowList::read(&["127.0.0.1:8080".to_owned()]).unwrap();
        for (kind, good) in [
            (Kind::Hubspot, "https://api.hubapi.com"),
            (Kind::Salesforce, "https://acme.my.salesforce.com"),
            (Kind::Salesforce, "https://acme--dev.sandbox.my.salesforce.com/"),
        ] {
            assert!(check(kind, good, &none).is_ok(), "{good}");
        }
        for (kind, bad) in [
            (Kind::Hubspot, "https://api.hubapi.com.evil.example"),
            (Kind::Hubspot, "https://api.hubapi.com/crm"),
            (Kind::Hubspot, "https://acme.my.salesforce.com"),
            (Kind::Salesforce, "https://acme.lightning.force.com"),
            (Kind::Salesforce, "https://.salesforce.com"),
            (Kind::Salesforce, "https://salesforce.com"),
            (Kind::Salesforce, "https://evil-salesforce.com"),
            (Kind::Salesforce, "http://acme.my.salesforce.com"),
            (Kind::Salesforce, "https://acme.my.salesforce.com:8443"),
            (Kind::Salesforce, "https://acme.my.salesforce.com/lightning/page"),
            (Kind::Salesforce, "http://127.0.0.1:8080"),
        ] {
            assert!(check(kind, bad, &none).is_err(), "{bad}");
        }
        for kind in [Kind::Hubspot, Kind::Salesforce] {
            assert!(check(kind, "http://127.0.0.1:8080", &named).unwrap().is_named);
        }
    }
}
