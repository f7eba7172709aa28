-- Every column there must be, once; gives a row where something is missing.
select wanted.name
from unnest(array[
    'fact.seq', 'fact.subject', 'fact.received_at', 'fact.happened_at', 'fact.digest', 'fact.body', 'fact.checksum',
    'message.key', 'message.seq', 'retraction.fact', 'retraction.by',
    'subject.id', 'subject.kind', 'subject.name', 'subject.lead', 'subject.erased',
    'edge.fact', 'edge.source', 'edge.target', 'edge.kind', 'edge.at', 'edge.message_id',
    'lead.id', 'lead.stage', 'lead.score', 'lead.fit', 'lead.engagement', 'lead.grade', 'lead.route', 'lead.changed_at',
    'lead.due_at',
    'lead.state', 'lead.checksum',
    'decision.id', 'decision.subject', 'decision.at', 'decision.body', 'decision.checksum',
    'hand_off.id', 'hand_off.subject', 'hand_off.in_progress', 'hand_off.state', 'hand_off.team', 'hand_off.owner',
    'hand_off.due_at', 'hand_off.is_overdue', 'hand_off.body', 'hand_off.checksum',
    'outbox.id', 'outbox.subject', 'outbox.kind', 'outbox.body', 'outbox.taken_at', 'endpoint.id', 'endpoint.identity', 'endpoint.body',
    'delivery.id', 'delivery.endpoint', 'delivery.message', 'delivery.lane', 'delivery.state', 'delivery.queued_at',
    'delivery.due_at', 'delivery.first_tried_at', 'delivery.attempts', 'delivery.ended_at', 'delivery.status',
    'delivery.error',
    'quarantine.id', 'quarantine.received_at', 'quarantine.source', 'quarantine.call', 'quarantine.sent_at',
    'quarantine.reason', 'quarantine.field', 'quarantine.body',
    'definition.id', 'definition.fingerprint', 'definition.body', 'setting.key', 'setting.value',
    'api_key.id', 'api_key.shown', 'api_key.hash', 'api_key.scope', 'api_key.source', 'api_key.created_at',
    'api_key.expires_at', 'api_key.last_used_at', 'api_key.revoked_at', 'api_key.made_by',
    'person.id', 'person.email', 'person.version', 'person.body',
    'session.hash', 'session.person', 'session.is_half', 'session.created_at', 'session.seen_at', 'session.address',
    'session.agent',
    'invitation.hash', 'invitation.kind', 'invitation.person', 'invitation.email', 'invitation.created_at',
    'invitation.expires_at',
    'audit.id', 'audit.at', 'audit.actor', 'audit.action', 'audit.object', 'audit.body', 'audit.hash',
    'numbers.transactions', 'numbers.fact', 'numbers.subject', 'numbers.decision', 'numbers.hand_off', 'numbers.outbox', 'numbers.quarantine',
    'numbers.definition', 'node.name', 'node.transactions'
]) as wanted (name)
where not exists (
    select 1 from information_schema.columns
    where table_schema = 'bantam' and table_name || '.' || column_name = wanted.name
)
