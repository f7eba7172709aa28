-- Facts are appended and never changed; every other table is derived from them and can be built again, but for who is
-- told what, endpoints and deliveries, and for keys and people.
-- Times are microseconds since 1970-01-01T00:00Z. Texts spell the character that PostgreSQL cannot keep as `\0`.

create table fact (
    seq bigint primary key,
    -- Who it is about; null where it is about nobody.
    subject bigint,
    received_at bigint not null,
    happened_at bigint not null,
    -- SHA-256 of the content, cut to 16 bytes: tells a repeat from a conflict.
    digest bytea not null,
    body bytea not null,
    checksum bigint not null
);
create index fact_subject on fact (subject, seq) where subject is not null;
-- Those about nobody: what was spent, teams, definitions.
create index fact_nobody on fact (seq) where subject is null;

-- SHA-256 of the message id, cut to 16 bytes. Kept when the fact itself is erased.
create table message (key bytea primary key, seq bigint not null);

-- Facts that no longer count, with the fact that says so.
create table retraction (fact bigint primary key, by bigint not null);

create table subject (
    id bigint primary key,
    -- 0 is known by a user's id, 1 by an anonymous one.
    kind bigint not null,
    -- For an erased one a hash of the name.
    name text collate "C" not null,
    -- The lead it is part of now; null for a visitor nobody has identified.
    lead bigint,
    erased boolean not null default false,
    unique (kind, name)
);
create index subject_lead on subject (lead) where lead is not null;

-- What ties subjects together, by the fact that says so.
create table edge (
    fact bigint not null,
    source bigint not null,
    target bigint not null,
    -- 0 links an anonymous id to a user's, 1 merges two users'.
    kind bigint not null,
    at bigint not null,
    message_id text not null,
    primary key (source, fact, kind)
);
create index edge_target on edge (target);
-- Merges, which are few among links.
create index edge_merge on edge (fact) where kind = 1;

-- Written anew with every fact about it: room on each page lets a row be replaced beside the old one.
create table lead (
    id bigint primary key,
    stage text,
    score bigint not null,
    fit bigint not null,
    engagement bigint not null,
    grade text,
    route text,
    -- When its stage was decided last; 0 where that never was.
    changed_at bigint not null,
    -- The next moment at which time alone may change something.
    due_at bigint,
    state bytea not null,
    checksum bigint not null
) with (fillfactor = 70);
create index lead_due on lead (due_at, id) where due_at is not null;
-- Lists. Few, as what a fact changes of these is written with it. An index takes no long text: names are cut in them.
-- By score; those by fit or engagement are found in it without looking at leads.
create index lead_score on lead (score, id) include (fit, engagement);
-- Those on a stage, by score.
create index lead_stage on lead (left(stage, 100), score, id);
-- Those that go to a route, by score.
create index lead_route on lead (left(route, 100), score, id);
-- By when they changed.
create index lead_changed on lead (changed_at, id);

create table decision (
    id bigint primary key,
    subject bigint not null,
    at bigint not null,
    body bytea not null,
    checksum bigint not null
);
create index decision_subject on decision (subject, id);

create table hand_off (
    id bigint primary key,
    subject bigint not null,
    in_progress boolean not null,
    state text not null,
    team text,
    owner text,
    -- When its first answer is due, as long as none was given; the end of time where there is no hurry.
    due_at bigint not null,
    is_overdue boolean not null,
    body bytea not null,
    checksum bigint not null
);
create index hand_off_subject on hand_off (subject, id);
create index hand_off_in_progress on hand_off using hash (owner) where in_progress;
-- Those in progress by urgency: as many as sales has at hand.
create index hand_off_urgency on hand_off (due_at, id) where in_progress;
-- Those of a state, a team or an owner, ended ones too, by number. An index takes no long text: names are cut.
create index hand_off_state on hand_off (state, id);
create index hand_off_team on hand_off (left(team, 100), id) where team is not null;
create index hand_off_owner on hand_off (left(owner, 100), id) where owner is not null;

-- Messages to others, in order; written with what they tell. No number is given twice: receivers know messages by it.
create table outbox (
    id bigint primary key,
    subject bigint,
    kind text not null,
    -- As it was posted; from the moment it is taken on, as it is sent.
    body bytea not null,
    -- When deliveries were made of it.
    taken_at bigint
);
create index outbox_waiting on outbox (id) where taken_at is null;
create index outbox_subject on outbox (subject) where subject is not null;

-- Where messages go. Set by people, not derived.
create table endpoint (
    id bigint generated always as identity primary key,
    -- What tells two apart: saved twice it is one.
    identity text collate "C" not null,
    body bytea not null
);
-- Of a hash, as URLs may be longer than an index takes.
create unique index endpoint_identity on endpoint (md5(identity));

-- A message on its way to an endpoint. Messages of one lane, which is a lead's, go one after the other.
create table delivery (
    id bigint generated always as identity primary key,
    endpoint bigint not null,
    message bigint not null,
    -- A subject's number; 0 for what is about nobody.
    lane bigint not null,
    -- 0 waiting, 1 delivered, 2 parked.
    state bigint not null,
    queued_at bigint not null,
    -- When it is sent next; null while another of its lane goes first.
    due_at bigint,
    first_tried_at bigint,
    attempts bigint not null,
    ended_at bigint,
    status bigint,
    error text,
    unique (endpoint, message)
);
create index delivery_due on delivery (endpoint, due_at, id) where state = 0 and due_at is not null;
create index delivery_lane on delivery (endpoint, lane, id) where state = 0;
create index delivery_parked on delivery (endpoint, id) where state = 2;
create index delivery_ended on delivery (ended_at) where state = 1;
create index delivery_message on delivery (message);

-- What was refused, to be looked at and sent again.
create table quarantine (
    id bigint primary key,
    received_at bigint not null,
    -- What facts sent with the key are said to come from.
    source text not null,
    -- How it came, which says what the body is.
    call text not null,
    -- When it was sent by the sender's clock, where it said so.
    sent_at bigint,
    reason text not null,
    field text,
    body bytea not null
);
create index quarantine_reason on quarantine (left(reason, 100), id);
create index quarantine_source on quarantine (left(source, 100), id);

-- Definitions by the order in which they became known.
create table definition (
    id bigint primary key,
    fingerprint text not null unique,
    body bytea not null
);

-- Keys of programs, as hashes. Set by people, not derived. No number is given twice.
create table api_key (
    id bigint generated always as identity primary key,
    -- Its beginning, by which people know it.
    shown text not null,
    -- SHA-256 of the whole key.
    hash bytea not null unique,
    scope text not null,
    -- What facts sent with it are said to come from.
    source text not null,
    created_at bigint not null,
    expires_at bigint,
    -- To some minutes.
    last_used_at bigint,
    revoked_at bigint,
    -- The person who made it, where one did.
    made_by text
);

create table setting (key text collate "C" primary key, value bytea not null);

-- How many transactions have written, and the last numbers given out; one row. A number is never given out twice.
create table numbers (
    transactions bigint not null,
    fact bigint not null,
    subject bigint not null,
    decision bigint not null,
    hand_off bigint not null,
    outbox bigint not null,
    quarantine bigint not null,
    definition bigint not null
) with (fillfactor = 10);
insert into numbers values (0, 0, 0, 0, 0, 0, 0, 0);

-- Which transaction was the last of each node, by which it finds out whether a commit that was not answered took place.
create table node (name text primary key, transactions bigint not null) with (fillfactor = 10);

-- People who may sign in. Set by people, not derived.
create table person (
    -- Chance, so that nobody guesses it.
    id text collate "C" primary key,
    -- In lower case; what they sign in with.
    email text not null unique,
    -- How often it was changed.
    version bigint not null,
    -- Name, roles, state, hash of the password, second factor.
    body bytea not null
);

-- Who is signed in where.
create table session (
    -- SHA-256 of what the browser holds.
    hash bytea primary key,
    person text not null,
    -- 1 as long as the second factor is missing.
    is_half bigint not null,
    created_at bigint not null,
    -- To a minute.
    seen_at bigint not null,
    -- What people tell their sessions apart by.
    address text not null,
    agent text not null
);
create index session_person on session (person);

-- Links that let somebody in once: to set up, to accept an invitation, to choose another password.
create table invitation (
    -- SHA-256 of what the link holds.
    hash bytea primary key,
    kind text not null,
    -- Null for the link of the set-up, before there is anybody.
    person text,
    -- The address it was made for.
    email text not null,
    created_at bigint not null,
    expires_at bigint not null
);
create index invitation_person on invitation (person);

-- Who did what, in order, without gaps; never changed. People are named by their ids.
create table audit (
    id bigint primary key,
    at bigint not null,
    -- `person:ID`, `key:SOURCE`, `console` or `nobody`.
    actor text not null,
    action text not null,
    -- What was acted on, such as `person:ID`.
    object text not null,
    -- From where, and what was before and after.
    body bytea not null,
    -- SHA-256 of the hash before it and of all above.
    hash bytea not null
);
create index audit_actor on audit (actor, id);
create index audit_action on audit (action, id);
create index audit_object on audit (object, id);
