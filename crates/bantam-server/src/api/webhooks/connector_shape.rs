//! What a connector to a CRM looks like in JSON, and what of its settings can be used.

use super::usable::usable_text;
use crate::problem::Problem;
use crate::webhooks::connectors::{Connector, Field, Object, is_field_name};
use crate::webhooks::endpoint::{Endpoint, Kind};
use bantam_lang::nearest::did_you_mean;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The longest secret, in bytes; those of both CRMs are far shorter.
const SECRET_BYTES_MAX: usize = 2_000;

/// How a CRM is written to. What is not given is as usual, or stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConnectorChange {
    /// To which records of Salesforce: `lead` unless given.
    #[schema(value_type = Option<CrmObject>)]
    pub(crate) object: Option<Object>,
    /// The consumer key of the app in Salesforce.
    pub(crate) client_id: Option<String>,
    /// What fields are called there, by what they hold; an empty name is a field that is not written.
    #[schema(example = json!({"score": "bantam_score", "owner": ""}))]
    pub(crate) fields: Option<BTreeMap<String, String>>,
    /// The attribute of a lead that holds its address of mail: `email` unless given.
    pub(crate) email_attribute: Option<String>,
    /// Whether contacts that HubSpot does not have are made.
    pub(crate) creates: Option<bool>,
}

/// How a CRM is written to.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConnectorShape {
    #[schema(value_type = CrmObject)]
    pub(crate) object: Object,
    pub(crate) client_id: Option<String>,
    /// What fields are called there, by what they hold.
    #[schema(example = json!({"score": "bantam_score"}))]
    pub(crate) fields: BTreeMap<&'static str, String>,
    pub(crate) email_attribute: String,
    pub(crate) creates: bool,
}

/// Records of a CRM.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "it describes the connectors' own type in the document")]
pub(crate) enum CrmObject {
    Contact,
    Lead,
}

impl From<&Connector> for ConnectorShape {
    fn from(connector: &Connector) -> Self {
        ConnectorShape {
            object: connector.object,
            client_id: connector.client_id.clone(),
            fields: connector.fields.iter().map(|(field, name)| (field.name(), name.clone())).collect(),
            email_attribute: connector.email_attribute.clone(),
            creates: connector.creates,
        }
    }
}

/// Returns how a new endpoint of a kind writes to its CRM, with the secret for it; nothing where it is none.
pub(super) fn new_connector(
    kind: Kind,
    change: Option<ConnectorChange>,
    secret: Option<String>,
) -> Result<Option<(Connector, String)>, Problem> {
    let foreign = |field: &'static str| {
        Problem::bad_request("invalid_value", format!("`{field}` is for the kinds `hubspot` and `salesforce`"))
            .at(field)
    };
    if !kind.is_connector() {
        return match (change, secret) {
            (Some(_), _) => Err(foreign("connector")),
            (None, Some(_)) => Err(foreign("secret")),
            (None, None) => Ok(None),
        };
    }
    let mut connector = Connector::usual(kind);
    apply(&mut connector, kind, change.unwrap_or_default())?;
    let missing = |field: &'static str, what: &str| Problem::bad_request("missing_field", what.to_owned()).at(field);
    if kind == Kind::Salesforce && connector.client_id.is_none() {
        return Err(missing("client_id", "`connector.client_id` is the consumer key of the app in Salesforce"));
    }
    let secret = secret.ok_or_else(|| match kind {
        Kind::Salesforce => missing("secret", "`secret` is the consumer secret of the app in Salesforce"),
        _ => missing("secret", "`secret` is the access token of a private app in HubSpot"),
    })?;
    Ok(Some((connector, usable_secret(secret)?)))
}

/// Returns how an endpoint writes to its CRM from now on; nothing where that stays.
pub(super) fn changed_connector(
    found: &Endpoint,
    change: Option<ConnectorChange>,
) -> Result<Option<Connector>, Problem> {
    let Some(change) = change else { return Ok(None) };
    let Some(mut connector) = found.connector.as_deref().cloned() else {
        return new_connector(found.kind, Some(change), None).map(|_| None);
    };
    apply(&mut connector, found.kind, change)?;
    Ok(Some(connector))
}

/// Returns the secret that a CRM is to know the service by from now on.
pub(super) fn changed_secret(kind: Kind, secret: String) -> Result<String, Problem> {
    match kind.is_connector() {
        true => usable_secret(secret),
        false => {
            let message = "the secret of a webhook is made here; ask for another one with `rotate`";
            Err(Problem::bad_request("invalid_value", message).at("secret"))
        }
    }
}

/// Changes how a CRM is written to.
fn apply(connector: &mut Connector, kind: Kind, change: ConnectorChange) -> Result<(), Problem> {
    let wrong = |field: &'static str, what: &str| Problem::bad_request("invalid_value", what.to_owned()).at(field);
    if let Some(object) = change.object {
        if kind == Kind::Hubspot && object == Object::Lead {
            return Err(wrong("object", "HubSpot has `contact` alone; leads are a stage of contacts there"));
        }
        connector.object = object;
    }
    if let Some(client_id) = change.client_id {
        if kind == Kind::Hubspot {
            return Err(wrong("client_id", "HubSpot needs an access token alone"));
        }
        let client_id = usable_text("client_id", client_id)?;
        if client_id.trim().is_empty() {
            return Err(wrong("client_id", "`client_id` is the consumer key of the app in Salesforce"));
        }
        connector.client_id = Some(client_id.trim().to_owned());
    }
    if let Some(attribute) = change.email_attribute {
        let attribute = usable_text("email_attribute", attribute)?;
        if attribute.trim().is_empty() {
            return Err(wrong("email_attribute", "name the attribute that holds the e-mail address, such as `email`"));
        }
        connector.email_attribute = attribute.trim().to_owned();
    }
    if let Some(creates) = change.creates {
        if creates && kind == Kind::Salesforce {
            let what = "records of Salesforce are not made: it asks for more than is known, such as a company";
            return Err(wrong("creates", what));
        }
        connector.creates = creates;
    }
    if let Some(names) = change.fields {
        connector.fields = usable_fields(&connector.fields, names)?;
    }
    Ok(())
}

fn usable_fields(
    before: &BTreeMap<Field, String>,
    names: BTreeMap<String, String>,
) -> Result<BTreeMap<Field, String>, Problem> {
    let wrong = |what: String| Problem::bad_request("invalid_value", what).at("fields");
    let mut fields = before.clone();
    for (key, name) in names {
        let known = Field::ALL.map(Field::name);
        let Some(field) = Field::of_name(&key) else {
            let near = did_you_mean(&key, known).map_or(String::new(), |near| format!("; {near}"));
            let problem = Problem::bad_request("unknown_field", format!("nothing is called `{key}` here{near}"));
            return Err(problem.at("fields").with(json!({"known": known})));
        };
        match name.trim() {
            "" => fields.remove(&field),
            name if is_field_name(name) => fields.insert(field, name.to_owned()),
            name => {
                let name = crate::webhooks::visible::visible(name, 100);
                return Err(wrong(format!(
                    "`{name}` cannot be the name of the field for `{key}`; write its internal name, such as `bantam_{key}`"
                )));
            }
        };
    }
    let mut taken: Vec<(String, Field)> = Vec::new();
    for (field, name) in &fields {
        let name = name.to_lowercase();
        if let Some((_, other)) = taken.iter().find(|(known, _)| *known == name) {
            return Err(wrong(format!("`{}` and `{}` cannot both stand in `{name}`", other.name(), field.name())));
        }
        taken.push((name, *field));
    }
    if fields.is_empty() {
        return Err(wrong("name at least one field".to_owned()));
    }
    Ok(fields)
}

/// Returns a secret as it goes into a header or form.
fn usable_secret(secret: String) -> Result<String, Problem> {
    let secret = secret.trim();
    if secret.is_empty() {
        let what = "`secret` is empty; copy it from the app in the CRM";
        return Err(Problem::bad_request("missing_field", what).at("secret"));
    }
    if secret.len() > SECRET_BYTES_MAX || !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
        // It is not repeated.
        let what = "`secret` is none that a CRM gives out; copy it once more";
        return Err(Problem::bad_request("invalid_value", what).at("secret"));
    }
    Ok(secret.to_owned())
}
