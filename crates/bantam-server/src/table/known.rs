//! What is known of exports of HubSpot, Salesforce and Marketo, and of the names that people give to columns.

use super::columns::{Kind, Part};
use bantam_lang::meaning::{Meaning, SalesAnswer};
use std::sync::Arc;

/// Returns a name without what spellings differ in: case, blanks, and what programs put before or after it.
pub(super) fn folded(name: &str) -> String {
    let name = name.to_lowercase();
    let name = name.strip_prefix("property_").or_else(|| name.strip_prefix("properties.")).unwrap_or(&name);
    let name = name.strip_suffix("__c").unwrap_or(name);
    name.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Returns the program that a file with such columns comes from.
pub(super) fn program(names: &[Arc<str>]) -> Option<&'static str> {
    let has = |test: fn(&str) -> bool| names.iter().any(|name| test(name));
    if has(|name| name.starts_with("property_") || name == "Record ID" || name == "hs_object_id" || name == "portal_id")
    {
        return Some("HubSpot");
    }
    if has(|name| matches!(name, "activity_type_id" | "primary_attribute_value" | "marketoGUID" | "Marketo GUID")) {
        return Some("Marketo");
    }
    let is_salesforce =
        |name: &str| name.ends_with("__c") || matches!(name, "SystemModstamp" | "IsDeleted" | "Lead ID" | "StageName");
    has(is_salesforce).then_some("Salesforce")
}

/// Returns the names, folded or of the definition, by which each part of a row is looked for, the best first.
pub(super) fn parts(kind: Kind, meaning: Option<&Meaning>) -> Vec<(Part, Vec<String>)> {
    let own = |column: Option<&String>, others: &str| {
        column.cloned().into_iter().chain(others.split(' ').map(str::to_owned)).collect::<Vec<_>>()
    };
    let none = None;
    let event = meaning.map(|meaning| &meaning.event);
    let deleted = (Part::Deleted, own(none, "fivetrandeleted isdeleted deleted"));
    let lead = "leadid contactid whoid prospectid userid";
    match kind {
        Kind::Leads => vec![
            (
                Part::Lead,
                own(
                    meaning.map(|meaning| &meaning.lead.id_column),
                    &format!("{lead} recordid hsobjectid vid id email emailaddress"),
                ),
            ),
            (
                Part::Time,
                own(none, "updatedat lastmodifieddate hslastmodifieddate systemmodstamp modifieddate lastmodified"),
            ),
            deleted,
        ],
        Kind::Events => vec![
            (Part::Lead, own(event.map(|event| &event.lead_column), &format!("{lead} email emailaddress"))),
            (
                Part::Name,
                own(event.map(|event| &event.name_column), "event eventname activitytype activitytypeid activity type"),
            ),
            (
                Part::Time,
                own(
                    event.map(|event| &event.time_column),
                    "timestamp activitydate activitydatetime occurredat created createdat createddate eventtime time date",
                ),
            ),
            (
                Part::Id,
                own(event.map(|event| &event.id_column), "messageid eventid activityid marketoguid conversionid id"),
            ),
            deleted,
        ],
        Kind::Answers => vec![
            (Part::Lead, own(meaning.map(|meaning| &meaning.lead.id_column), &format!("{lead} email emailaddress"))),
            (Part::Answer, own(none, "answer outcome dealstage stagename stage status")),
            (Part::CloseDate, own(none, "closedate expectedclose expectedclosedate")),
            (
                Part::Time,
                own(none, "timestamp answeredat date dateentered lastmodifieddate systemmodstamp updatedat closedate"),
            ),
            (Part::By, own(none, "by owner ownername ownerid dealowner opportunityowner")),
            (Part::Reason, own(none, "reason lossreason lostreason closedlostreason rejectreason")),
            (Part::Amount, own(none, "amount dealamount dealvalue closevalue value")),
            (Part::Id, own(none, "messageid answerid")),
            deleted,
        ],
        Kind::Spend => vec![
            (Part::Time, own(none, "date day timestamp period month week start startdate")),
            (Part::Amount, own(none, "amount cost spend spent amountspent")),
            (Part::Campaign, own(none, "campaign campaignname utmcampaign")),
            (Part::Source, own(none, "leadsource source utmsource channel")),
            (Part::By, own(none, "by enteredby")),
            (Part::Id, own(none, "messageid")),
        ],
    }
}

/// Columns that say something about the export, and nothing about the lead.
pub(super) fn is_of_the_transport(name: &str) -> bool {
    name.starts_with("_fivetran") || name.starts_with("_airbyte") || name.starts_with("_sdc_")
}

/// Names that mean the same attribute.
const SAME: [&[&str]; 13] = [
    &["title", "jobtitle", "position"],
    &["company", "companyname", "account", "accountname", "companyaccount", "organization"],
    &["employees", "numberofemployees", "companysize", "employeecount", "numemployees", "noofemployees"],
    &["revenue", "annualrevenue"],
    &["country", "countryregion", "mailingcountry", "billingcountry"],
    &["state", "stateregion", "mailingstate", "billingstate"],
    &["email", "emailaddress", "workemail"],
    &["phone", "phonenumber", "mobilephone"],
    &["createdat", "createdate", "createddate", "created"],
    &["source", "leadsource", "originalsource", "hsanalyticssource"],
    &["owner", "ownerid", "leadowner", "contactowner", "hubspotownerid"],
    &["website", "domain", "companydomain", "companydomainname"],
    &["industry", "companyindustry"],
];

/// Returns whether two folded names mean the same attribute.
pub(super) fn mean_the_same(one: &str, other: &str) -> bool {
    SAME.iter().any(|names| names.contains(&one) && names.contains(&other))
}

/// Returns the event that a program means by a kind of activity; `None` where the name is a name already.
pub(super) fn event_name(program: Option<&str>, name: &str) -> Option<&'static str> {
    Some(match (program?, name) {
        ("Marketo", "1") => "page_viewed",
        ("Marketo", "2") => "form_submitted",
        ("Marketo", "3") => "web_link_clicked",
        ("Marketo", "6") => "email_sent",
        ("Marketo", "7") => "email_delivered",
        ("Marketo", "8" | "27") => "email_bounced",
        ("Marketo", "9") => "email_unsubscribed",
        ("Marketo", "10") => "email_opened",
        ("Marketo", "11") => "email_clicked",
        ("Marketo", "12") => "lead_created",
        ("Marketo", "13") => "attribute_changed",
        ("Marketo", "32") => "leads_merged",
        ("Marketo", "37") => "lead_deleted",
        ("Marketo", "46") => "interesting_moment",
        ("HubSpot", "SENT") => "email_sent",
        ("HubSpot", "DELIVERED") => "email_delivered",
        ("HubSpot", "OPEN") => "email_opened",
        ("HubSpot", "CLICK") => "email_clicked",
        ("HubSpot", "BOUNCE") => "email_bounced",
        _ => return None,
    })
}

/// Returns the event that all rows of a file are which has no column for it.
pub(super) fn only_event(names: &[Arc<str>]) -> Option<&'static str> {
    names.iter().any(|name| matches!(&**name, "form_id" | "Form ID")).then_some("form_submitted")
}

/// Returns the answer that a stage of a deal is.
pub(super) fn answer(text: &str) -> Option<SalesAnswer> {
    let name = folded(text);
    let named = |answer: &SalesAnswer| folded(answer.key()) == name || folded(answer.default_event()) == name;
    SalesAnswer::ALL.into_iter().find(named).or(match name.as_str() {
        "closedwon" | "customer" => Some(SalesAnswer::Won),
        "closedlost" => Some(SalesAnswer::Lost),
        "sal" | "acceptedbysales" => Some(SalesAnswer::Accepted),
        "sql" | "qualified" => Some(SalesAnswer::Opportunity),
        "unqualified" | "disqualified" => Some(SalesAnswer::Rejected),
        "nurture" | "nurturing" => Some(SalesAnswer::Recycled),
        _ => None,
    })
}
