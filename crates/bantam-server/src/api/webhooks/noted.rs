//! What the audit log keeps of a change to a webhook or connector.

use crate::people::audit::{Actor, note};
use crate::webhooks::endpoint::Endpoint;
use bantam_store::{Ledger, StoreError};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Writes down who changed a webhook. What is kept of one tells connectors apart by their kind.
pub(super) fn noted(
    ledger: &mut dyn Ledger,
    now: i64,
    by: &Actor,
    action: &str,
    id: i64,
    change: (Value, Value),
) -> Result<(), StoreError> {
    note(ledger, now, by, action, &format!("webhook:{id}"), change)
}

/// Returns what the audit log keeps of an endpoint. An address may be a secret or a person's, so it is told from others by
/// its digest alone.
pub(super) fn summary(endpoint: &Endpoint) -> Value {
    let host = url::Url::parse(&endpoint.url).ok().and_then(|url| Some(url.host_str()?.to_owned()));
    let digest: String = Sha256::digest(&endpoint.url).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    json!({
        "kind": endpoint.kind,
        "host": host,
        "url_sha256": digest,
        "types": endpoint.types,
        "description": endpoint.description,
        "rate": endpoint.rate,
        "source": endpoint.source,
        "is_on": endpoint.disabled.is_none(),
        "connector": endpoint.connector.as_deref().map(|connector| json!({
            "object": connector.object,
            "fields": connector.fields,
            "email_attribute": connector.email_attribute,
            "creates": connector.creates,
        })),
    })
}
