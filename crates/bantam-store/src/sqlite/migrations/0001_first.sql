-- Facts are appended and never changed; every other table is derived from them and can be built again, but for
-- who is told what, endpoints and deliveries, and for keys and people.
-- Times are microseconds since 1970-01-01T00:00Z.

create table fact (
    seq integer primary key,
    -- Who it is about; null where it is about nobody.
    subject integer,
    received_at integer not null,
    happened_at integer not null,
    -- SHA-256 of the content, cut to 16 bytes: tells a repeat from a conflict.
    digest blob not null,
    body blob not null,
    checksum integer not null
) strict;
create index fact_subject on fact (subject) where subject is not null;
-- Those about nobody: what was spent, teams, definitions.
create index fact_nobody on fact (seq) where subject is null;

-- SHA-256 of the message id, cut to 16 bytes. Kept when the fact itself is erased.
create table message (key blob primary key, seq integer not null) strict, without rowid;

-- Facts that no longer count, with the fact that says so.
create table retraction (fact integer primary key, by integer not null) strict;

create table subject (
    id integer primary key,
    -- 0 is known by a user's id, 1 by an anonymous one.
    kind integer not null,
    -- For an erased one a hash of the name.
    name text not null,
    -- The lead it is part of now; null for a visitor nobody has identified.
    lead integer,
    erased integer not null default 0,
    unique (kind, name)
) strict;
create index subject_lead on subject (lead) where lead is not null;

-- What ties subjects together, by the fact that says so.
create table edge (
    fact integer not null,
    source integer not null,
    target integer not null,
    -- 0 links an anonymous id to a user's, 1 merges two users'.
    kind integer not null,
    at integer not null,
    message_id text not null,
    primary key (source, fact, kind)
) strict, without rowid;
create index edge_target on edge (target);
-- Merges, which are few among links.
create index edge_merge on edge (fact) where kind = 1;

create table lead (
    id integer primary key,
    stage text,
    score integer not null,
    fit integer not null,
    engagement integer not null,
    grade text,
    route text,
    -- When its stage was decided last; 0 where that never was.
    changed_at integer not null,
    -- The next moment at which time alone may change something.
    due_at integer,
    state blob not null,
    checksum integer not null
) strict;
create index lead_due on lead (due_at) where due_at is not null;
-- Lists. What a fact changes of these is written with it, so they are few; a lead whose values stay is in none of them anew.
-- By score, and with any filter: it holds all that leads are listed by, so that what has no index of its own (a grade, an
-- order by fit or engagement) is found in it without looking at leads.
create index lead_score on lead (score, id, stage, grade, route, fit, engagement);
-- Those on a stage, by score.
create index lead_stage on lead (stage, score, id);
-- Those that go to a route, by score.
create index lead_route on lead (route, score, id);
-- By when they changed, with any filter.
create index lead_changed on lead (changed_at, id, stage, grade, route);

create table decision (
    id integer primary key,
    subject integer not null,
    at integer not null,
    body blob not null,
    checksum integer not null
) strict;
create index decision_subject on decision (subject);

create table hand_off (
    id integer primary key,
    subject integer not null,
    in_progress integer not null,
    state text not null,
    team text,
    owner text,
    -- When its first answer is due, as long as none was given; the end of time where there is no hurry.
    due_at integer not null,
    is_overdue integer not null,
    body blob not null,
    checksum integer not null
) strict;
create index hand_off_subject on hand_off (subject);
create index hand_off_in_progress on hand_off (owner) where in_progress = 1;
-- Those in progress by urgency, with any filter: as many as sales has at hand.
create index hand_off_urgency on hand_off (due_at, id, state, team, owner, is_overdue) where in_progress = 1;
-- Those of a state, a team or an owner, ended ones too, by number.
create index hand_off_state on hand_off (state);
create index hand_off_team on hand_off (team) where team is not null;
create index hand_off_owner on hand_off (owner) where owner is not null;

-- Messages to others, in order; written with what they tell. No number is given twice: receivers know messages by it.
create table outbox (
    id integer primary key autoincrement,
    subject integer,
    kind text not null,
    -- As it was posted; from the moment it is taken on, as it is sent.
    body blob not null,
    -- When deliveries were made of it.
    taken_at integer
) strict;
create index outbox_waiting on outbox (id) where taken_at is null;

-- Where messages go. Set by people, not derived.
create table endpoint (
    id integer primary key autoincrement,
    -- What tells two apart: saved twice it is one.
    identity text not null unique,
    body blob not null
) strict;

-- A message on its way to an endpoint. Messages of one lane, which is a lead's, go one after the other.
create table delivery (
    id integer primary key autoincrement,
    endpoint integer not null,
    message integer not null,
    -- A subject's number; 0 for what is about nobody.
    lane integer not null,
    -- 0 waiting, 1 delivered, 2 parked.
    state integer not null,
    queued_at integer not null,
    -- When it is sent next; null while another of its lane goes first.
    due_at integer,
    first_tried_at integer,
    attempts integer not null,
    ended_at integer,
    status integer,
    error text,
    unique (endpoint, message)
) strict;
create index delivery_due on delivery (endpoint, due_at, id) where state = 0 and due_at is not null;
create index delivery_lane on delivery (endpoint, lane, id) where state = 0;
create index delivery_parked on delivery (endpoint, id) where state = 2;
create index delivery_message on delivery (message);
create index delivery_ended on delivery (ended_at) where state = 1;

-- What was refused, to be looked at and sent again.
create table quarantine (
    id integer primary key,
    received_at integer not null,
    -- What facts sent with the key are said to come from.
    source text not null,
    -- How it came, which says what the body is.
    call text not null,
    -- When it was sent by the sender's clock, where it said so.
    sent_at integer,
    reason text not null,
    field text,
    body blob not null
) strict;
create index quarantine_reason on quarantine (reason);
create index quarantine_source on quarantine (source);

-- Definitions by the order in which they became known.
create table definition (
    id integer primary key,
    fingerprint text not null unique,
    body blob not null
) strict;

-- Keys of programs, as hashes. Set by people, not derived. No number is given twice.
create table api_key (
    id integer primary key autoincrement,
    -- Its beginning, by which people know it.
    shown text not null,
    -- SHA-256 of the whole key.
    hash blob not null unique,
    scope text not null,
    -- What facts sent with it are said to come from.
    source text not null,
    created_at integer not null,
    expires_at integer,
    -- To some minutes.
    last_used_at integer,
    revoked_at integer,
    -- The person who made it, where one did.
    made_by text
) strict;

create table setting (key text primary key, value blob not null) strict, without rowid;

-- People who may sign in. Set by people, not derived.
create table person (
    -- Chance, so that nobody guesses it.
    id text primary key,
    -- In lower case; what they sign in with.
    email text not null unique,
    -- How often it was changed.
    version integer not null,
    -- Name, roles, state, hash of the password, second factor.
    body blob not null
) strict, without rowid;

-- Who is signed in where.
create table session (
    -- SHA-256 of what the browser holds.
    hash blob primary key,
    person text not null,
    -- 1 as long as the second factor is missing.
    is_half integer not null,
    created_at integer not null,
    -- To a minute.
    seen_at integer not null,
    -- What people tell their sessions apart by.
    address text not null,
    agent text not null
) strict, without rowid;
create index session_person on session (person);

-- Links that let somebody in once: to set up, to accept an invitation, to choose another password.
create table invitation (
    -- SHA-256 of what the link holds.
    hash blob primary key,
    kind text not null,
    -- Null for the link of the set-up, before there is anybody.
    person text,
    -- The address it was made for.
    email text not null,
    created_at integer not null,
    expires_at integer not null
) strict, without rowid;
create index invitation_person on invitation (person);

-- Who did what, in order, without gaps; never changed. People are named by their ids.
create table audit (
    id integer primary key,
    at integer not null,
    -- `person:ID`, `key:SOURCE`, `console` or `nobody`.
    actor text not null,
    action text not null,
    -- What was acted on, such as `person:ID`.
    object text not null,
    -- From where, and what was before and after.
    body blob not null,
    -- SHA-256 of the hash before it and of all above.
    hash blob not null
) strict;
create index audit_actor on audit (actor, id);
create index audit_action on audit (action, id);
create index audit_object on audit (object, id);
