//! Has a record written to its CRM, or looks whether it could be.

use super::super::deliver::Outgoing;
use super::super::dial::TIMEOUT;
use super::super::endpoint::Kind;
use super::super::queue::{Attempt, Outcome, Write};
use super::exchange::{Exchange, missing_fields};
use super::record::Record;
use super::salesforce::Salesforce;
use super::{check, hubspot};

/// What a look at a CRM found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// All fields are there.
    Fine,
    /// These are not, with what to do.
    Missing(Vec<String>, String),
    /// It could not be told.
    Failed(Option<u16>, String),
}

impl Outgoing {
    /// Writes what is known about a lead to its record.
    pub(in crate::webhooks) async fn write_record(&self, attempt: &Attempt, write: &Write) -> Outcome {
        let record = match &write.record {
            Ok(record) => record,
            Err(reason) => return Outcome::Skipped { status: None, reason: (*reason).to_owned() },
        };
        let asking = async {
            let crm = self.exchange(attempt, write)?;
            self.write_to(attempt.kind, &crm, record).await
        };
        match tokio::time::timeout(TIMEOUT, asking).await {
            Ok(Ok(outcome) | Err(outcome)) => outcome,
            Err(_) => failed("the CRM took longer than 15 seconds"),
        }
    }

    async fn write_to(&self, kind: Kind, crm: &Exchange<'_>, record: &Record) -> Result<Outcome, Outcome> {
        match kind {
            Kind::Salesforce => Salesforce { crm, tokens: &self.tokens }.write(record).await,
            _ => hubspot::write(crm, record).await,
        }
    }

    /// Looks whether the secret is taken and all fields are there. Nothing is written.
    pub(crate) async fn look_at(&self, attempt: &Attempt, write: &Write) -> Look {
        let asking = async {
            let crm = self.exchange(attempt, write)?;
            match attempt.kind {
                Kind::Salesforce => Salesforce { crm: &crm, tokens: &self.tokens }.missing().await,
                _ => hubspot::missing(&crm).await,
            }
        };
        let found = match tokio::time::timeout(TIMEOUT, asking).await {
            Ok(found) => found,
            Err(_) => Err(failed("the CRM took longer than 15 seconds")),
        };
        match found {
            Ok(missing) if missing.is_empty() => Look::Fine,
            Ok(missing) => {
                let (crm, object) = match attempt.kind {
                    Kind::Salesforce => ("Salesforce", write.settings.object.word()),
                    _ => ("HubSpot", "contacts"),
                };
                let says = missing_fields(crm, object, &missing);
                Look::Missing(missing, says)
            }
            Err(Outcome::Failed { status, error, .. }) => Look::Failed(status, error),
            Err(Outcome::Refused { status, error }) => Look::Failed(Some(status), error),
            Err(Outcome::Skipped { status, reason }) => Look::Failed(status, reason),
            Err(Outcome::Delivered { .. } | Outcome::Gone) => Look::Failed(None, "the CRM answered oddly".to_owned()),
        }
    }

    fn exchange<'e>(&'e self, attempt: &'e Attempt, write: &'e Write) -> Result<Exchange<'e>, Outcome> {
        // Settings may have changed since it was saved.
        let target = check(attempt.kind, &attempt.url, &self.allowed).map_err(failed)?;
        let secret = attempt.secrets.first().ok_or_else(|| failed("there is no secret; put one in its place"))?;
        Ok(Exchange {
            client: self.client(&target),
            base: target.url,
            secret,
            settings: &write.settings,
            pages: self.pages.as_deref(),
        })
    }
}

fn failed(error: &str) -> Outcome {
    Outcome::Failed { status: None, error: error.to_owned(), asked_seconds: None }
}
