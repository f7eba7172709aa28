//! Everything that is known about one person, in one file: what `privacy.rs` says each table holds.

use super::extract::FromPath;
use super::quarantine::Quarantined;
use super::shown::{Decision, Fact, HandOff, Scored, active_rules, attributes, facts, find_lead, hand_offs, scored};
use super::values::Moment;
use crate::app::App;
use crate::keys::Caller;
use crate::people::Entry;
use crate::problem::{Problem, ProblemBody};
use crate::webhooks::endpoint::Endpoint;
use axum::extract::State;
use axum::{Extension, Json};
use bantam_core::public_id::Secret;
use bantam_core::{DefinitionText, LeadState, read_decision, traces};
use bantam_store::{DeliveryState, EdgeKind, Ledger, MessageRow, Subject, SubjectId, SubjectKind};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use url::Url;
use utoipa::ToSchema;

/// How much of what was refused a file has at most: more than one person sends, and never more than memory holds.
const REFUSED_MAX: usize = 10_000;
/// The parts of the file, by which `privacy.rs` says where a table is shown.
#[cfg(test)]
pub(crate) const PLACES: [&str; 8] = ["ids", "links", "now", "facts", "decisions", "hand_offs", "messages", "refused"];

/// Everything that is known about one person.
#[derive(Serialize, ToSchema)]
pub(crate) struct Export {
    exported_at: Moment,
    /// All ids that are one person's.
    ids: Vec<KnownId>,
    /// By which facts they are.
    links: Vec<Link>,
    now: Standing,
    /// All facts, in the order in which they were learned, those that no longer count too.
    facts: Vec<Fact>,
    /// All changes of stage, each with the points that led to it.
    decisions: Vec<Decision>,
    /// The definitions that decided, as they were written, by fingerprint.
    definitions: BTreeMap<String, Words>,
    hand_offs: Vec<HandOff>,
    /// What others were told, as far as it is still kept, and who.
    messages: Vec<Message>,
    /// What was refused and holds one of the ids or addresses.
    refused: Vec<Quarantined>,
}

/// An id.
#[derive(Serialize, ToSchema)]
struct KnownId {
    id: String,
    /// `user` or `anonymous`.
    kind: &'static str,
}

/// What makes two ids one person.
#[derive(Serialize, ToSchema)]
struct Link {
    from: String,
    to: String,
    /// `link` of a visitor to a user, or `merge` of two users.
    kind: &'static str,
    at: Moment,
    message_id: String,
}

/// How the person stands now.
#[derive(Serialize, ToSchema)]
struct Standing {
    #[serde(flatten)]
    scored: Scored,
    /// Attributes as they were sent last, by column.
    #[schema(value_type = BTreeMap<String, serde_json::Value>)]
    attributes: BTreeMap<String, serde_json::Value>,
    do_not_score: bool,
}

/// A definition in words.
#[derive(Serialize, ToSchema)]
struct Words {
    /// The YAML.
    text: String,
    /// The files it names.
    lists: BTreeMap<String, String>,
}

/// What others were told.
#[derive(Serialize, ToSchema)]
struct Message {
    #[serde(rename = "type")]
    kind: String,
    /// What was sent.
    #[schema(value_type = BTreeMap<String, serde_json::Value>)]
    body: serde_json::Value,
    deliveries: Vec<Receiver>,
}

/// Who was told.
#[derive(Serialize, ToSchema)]
struct Receiver {
    /// The host that messages go to, or the address of a mailbox.
    to: String,
    /// What people call it.
    description: String,
    /// `waiting`, `delivered` or `parked`.
    state: &'static str,
    queued_at: Moment,
    ended_at: Option<Moment>,
}

/// Export all that is known about a person
///
/// Facts, scores with their reasons, decisions with the definitions in words, hand-offs, what others were told, and what was
/// refused.
#[utoipa::path(get, path = "/api/leads/{id}/export", tag = "leads", params(("id" = String, Path, description = "Any id it is known by")),
    responses((status = 200, description = "All of it", body = Export), (status = 404, description = "There is no such lead", body = ProblemBody)))]
pub(crate) async fn export(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    FromPath(id): FromPath<String>,
) -> Result<Json<Export>, Problem> {
    let now = app.now();
    let entry = Entry::of_lead("lead.exported", &id);
    let export = app.read(move |reader| reader.read(|ledger| gather(ledger, &id, now))).await?;
    // Nothing is given out that is not written down.
    app.note(&caller, entry).await?;
    tracing::info!(facts = export.facts.len(), "all that is known about a lead was exported");
    Ok(Json(export))
}

fn gather(ledger: &mut dyn Ledger, id: &str, now: i64) -> Result<Export, Problem> {
    let lead = find_lead(ledger, id)?;
    let members = ledger.members(lead.id)?;
    let found = facts(ledger, &members)?;
    let row = ledger.lead(lead.id)?;
    let do_not_score = row.map(|row| LeadState::from_row(&row)).transpose()?.is_some_and(|lead| lead.is_muted);
    let rules = active_rules(ledger)?.filter(|_| !do_not_score);
    let secret = Secret::of(ledger)?;
    let (decisions, definitions) = decisions(ledger, &members)?;
    let known = |member: &Subject| KnownId {
        id: member.name.clone(),
        kind: if member.kind == SubjectKind::User { "user" } else { "anonymous" },
    };
    Ok(Export {
        exported_at: Moment(now),
        ids: members.iter().map(known).collect(),
        links: links(ledger, &members)?,
        now: Standing {
            scored: scored(ledger, rules.as_deref(), &lead, now)?,
            attributes: attributes(&found),
            do_not_score,
        },
        facts: found.iter().map(|(stored, fact)| Fact::of(stored, fact, &secret)).collect(),
        decisions,
        definitions,
        hand_offs: hand_offs(ledger, &members)?.into_iter().map(HandOff::from).collect(),
        messages: messages(ledger, &members)?,
        refused: refused(ledger, &members)?,
    })
}

fn links(ledger: &mut dyn Ledger, members: &[Subject]) -> Result<Vec<Link>, Problem> {
    let names: BTreeMap<SubjectId, &str> = members.iter().map(|member| (member.id, member.name.as_str())).collect();
    let name = |id: SubjectId| names.get(&id).copied().unwrap_or_default().to_owned();
    let (mut seen, mut links) = (BTreeSet::new(), Vec::new());
    for member in members {
        for edge in ledger.edges_of(member.id)? {
            // Both sides have it.
            if seen.insert((edge.fact, edge.source, edge.target)) {
                links.push(Link {
                    from: name(edge.source),
                    to: name(edge.target),
                    kind: if edge.kind == EdgeKind::Link { "link" } else { "merge" },
                    at: Moment(edge.at),
                    message_id: edge.message_id,
                });
            }
        }
    }
    Ok(links)
}

type Decided = (Vec<Decision>, BTreeMap<String, Words>);

fn decisions(ledger: &mut dyn Ledger, members: &[Subject]) -> Result<Decided, Problem> {
    let (mut decisions, mut definitions) = (Vec::new(), BTreeMap::new());
    for member in members {
        for entry in ledger.decisions_of(member.id)? {
            decisions.push((entry.id, read_decision(&entry)?));
        }
    }
    decisions.sort_by_key(|(id, _)| *id);
    for (_, decision) in &decisions {
        if definitions.contains_key(&decision.fingerprint) {
            continue;
        }
        let Some(body) = ledger.definition(&decision.fingerprint)? else { continue };
        let text: Result<DefinitionText, _> = serde_json::from_slice(&body);
        let text = text.map_err(|_| Problem::fault("a definition cannot be read"))?;
        let words = Words { text: text.text, lists: text.lists.into_iter().collect() };
        definitions.insert(decision.fingerprint.clone(), words);
    }
    Ok((decisions.into_iter().map(|(_, decision)| Decision::from(decision)).collect(), definitions))
}

fn messages(ledger: &mut dyn Ledger, members: &[Subject]) -> Result<Vec<Message>, Problem> {
    let mut rows: Vec<MessageRow> = Vec::new();
    for member in members {
        rows.extend(ledger.messages_about(member.id)?);
    }
    rows.sort_by_key(|row| row.id);
    let receivers: BTreeMap<i64, (String, String)> =
        ledger.endpoints()?.into_iter().filter_map(|row| Some((row.id, receiver(&row.body)?))).collect();
    let mut messages = Vec::with_capacity(rows.len());
    for row in rows {
        let mut deliveries = Vec::new();
        for delivery in ledger.deliveries_of(row.id)? {
            let (to, description) = receivers.get(&delivery.endpoint).cloned().unwrap_or_default();
            let state = match delivery.state {
                DeliveryState::Waiting => "waiting",
                DeliveryState::Delivered => "delivered",
                DeliveryState::Parked => "parked",
                DeliveryState::Skipped => "skipped",
            };
            let (queued_at, ended_at) = (Moment(delivery.queued_at), delivery.ended_at.map(Moment));
            deliveries.push(Receiver { to, description, state, queued_at, ended_at });
        }
        let body = serde_json::from_slice(&row.body).unwrap_or_default();
        messages.push(Message { kind: row.kind, body, deliveries });
    }
    Ok(messages)
}

/// Returns who an endpoint is: not its whole address, which may hold a secret of its own.
fn receiver(body: &[u8]) -> Option<(String, String)> {
    let endpoint = Endpoint::read(body)?;
    let url = Url::parse(&endpoint.url).ok();
    let to = url.map(|url| url.host_str().map_or_else(|| url.path().to_owned(), str::to_owned));
    Some((to.unwrap_or_default(), endpoint.description))
}

fn refused(ledger: &mut dyn Ledger, members: &[Subject]) -> Result<Vec<Quarantined>, Problem> {
    let mut texts = BTreeSet::new();
    for member in members {
        texts.extend(traces(ledger, member)?);
    }
    let texts: Vec<String> = texts.into_iter().collect();
    let mut found = BTreeMap::new();
    // A question has room for so many texts.
    for texts in texts.chunks(100) {
        found.extend(ledger.quarantined_with(texts, REFUSED_MAX)?);
    }
    Ok(found.into_iter().map(Quarantined::from).collect())
}
