//! What is different about PostgreSQL: connections that are lost, several writers, roles, encryption, migrations.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops at what cannot be")]

#[path = "postgres/cluster.rs"]
mod cluster;
#[path = "postgres/proxy.rs"]
mod proxy;

use bantam_store::postgres::{Migrated, PostgresReader, PostgresStore, PostgresUrl, migrate};
use bantam_store::{Appended, Digest, LeadRow, Ledger, NewFact, StoreError};
use cluster::{Cluster, Database};
use proxy::Proxy;

fn open(database: &Database<'_>) -> PostgresStore {
    PostgresStore::open(&database.url("service")).unwrap()
}

fn append(ledger: &mut dyn Ledger, message: &str) -> Result<Appended, StoreError> {
    let digest = Digest::of(message.as_bytes());
    let body = message.as_bytes();
    ledger.append_fact(&NewFact { message: digest, digest, subject: Some(7), received_at: 1, happened_at: 1, body })
}

fn append_one(store: &mut PostgresStore, message: &str) -> Result<Appended, StoreError> {
    store.transaction(|ledger| append(ledger, message))
}

#[test]
fn sto_06_several_nodes_write_one_sequence_and_know_when_others_did() {
    let Some(database) = cluster::database() else { return };
    let mut nodes = [open(&database), open(&database)];
    let mut is_alone = |node: usize| nodes[node].transaction(|ledger| ledger.is_alone()).unwrap();
    // A new node has nothing at hand.
    assert_eq!([is_alone(0), is_alone(0), is_alone(1), is_alone(1), is_alone(0)], [false, true, false, true, true]);
    for (number, node) in [0, 1, 1, 0].into_iter().enumerate() {
        let appended = append_one(&mut nodes[node], &number.to_string()).unwrap();
        assert_eq!(appended, Appended::New(number as i64 + 1));
    }
    let mut is_alone = |node: usize| nodes[node].transaction(|ledger| ledger.is_alone()).unwrap();
    // What the other wrote is known until it was asked, not only in the next transaction.
    assert_eq!([is_alone(1), is_alone(1), is_alone(0), is_alone(0)], [false, true, false, true]);
    let taken_back = nodes[0].transaction(|_| Err::<(), _>(StoreError::OutOfReach));
    assert!(taken_back.is_err());
    append_one(&mut nodes[0], "more").unwrap();
    assert!(!nodes[0].transaction(|ledger| ledger.is_alone()).unwrap());
}

#[test]
fn sto_06_one_node_delivers_and_another_when_it_is_gone() {
    let Some(database) = cluster::database() else { return };
    let mut nodes = [open(&database), open(&database)];
    let mut may_deliver = |node: usize| {
        append_one(&mut nodes[node], "a").unwrap();
        nodes[node].may_deliver()
    };
    assert_eq!([may_deliver(0), may_deliver(1), may_deliver(0), may_deliver(1)], [true, false, true, false]);
    let [first, mut second] = nodes;
    drop(first);
    // The server notices in its own time.
    let began = std::time::Instant::now();
    while !second.may_deliver() {
        assert!(began.elapsed() < std::time::Duration::from_secs(10), "nobody delivers");
        append_one(&mut second, "a").unwrap();
    }
}

#[test]
fn sto_14_a_connection_that_was_lost_between_transactions_is_made_anew() {
    let Some(database) = cluster::database() else { return };
    let mut store = open(&database);
    append_one(&mut store, "a").unwrap();
    end_connections(&database);
    assert_eq!(append_one(&mut store, "b").unwrap(), Appended::New(2));
    let mut reader = PostgresReader::open(&database.url("service")).unwrap();
    let count = |reader: &mut PostgresReader| reader.read(|ledger| ledger.facts_after(0, 10)).unwrap().len();
    assert_eq!(count(&mut reader), 2);
    end_connections(&database);
    assert_eq!(count(&mut reader), 2);
}

fn end_connections(database: &Database<'_>) {
    let end = "select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = 'service' and datname = \
               current_database()";
    assert_ne!(database.sql(end), "0");
}

#[test]
fn sto_14_a_connection_lost_in_the_middle_leaves_nothing_and_the_same_works_again() {
    let Some(database) = cluster::database() else { return };
    let mut store = open(&database);
    let work = |ledger: &mut dyn Ledger, is_lost: bool| {
        append(ledger, "a")?;
        ledger.set("key", b"value")?;
        // A question writes what waits.
        assert_eq!(ledger.facts_of(7)?.len(), 1);
        if is_lost {
            end_connections(&database);
        }
        append(ledger, "b")
    };
    let lost = store.transaction(|ledger| work(ledger, true)).unwrap_err();
    assert!(lost.is_interrupted() && lost.is_passing(), "{lost}");
    assert_eq!(database.sql("select count(*) from bantam.fact"), "0");
    assert_eq!(store.transaction(|ledger| work(ledger, false)).unwrap(), Appended::New(2));
}

#[test]
fn sto_14_a_commit_that_was_not_answered_is_looked_up() {
    let Some(database) = cluster::database() else { return };
    let proxy = Proxy::start(&cluster::shared().unwrap().folder);
    let url = format!("postgres://service@127.0.0.1:{}/{}", proxy.port, database.name);
    let mut store = PostgresStore::open(&url.parse().unwrap()).unwrap();
    append_one(&mut store, "a").unwrap();
    // It took place, and is not done once more.
    let took_place = store.transaction(|ledger| {
        let appended = append(ledger, "b");
        proxy.lose_answer();
        appended
    });
    assert_eq!(took_place.unwrap(), Appended::New(2));
    let took_not_place = store.transaction(|ledger| {
        let appended = append(ledger, "c");
        proxy.lose_question();
        appended
    });
    let error = took_not_place.unwrap_err();
    assert!(error.is_interrupted(), "{error}");
    assert_eq!(append_one(&mut store, "c").unwrap(), Appended::New(3));
    assert_eq!(append_one(&mut store, "b").unwrap(), Appended::Known { seq: 2, is_same: true });
}

#[test]
fn sto_14_a_serialization_failure_leaves_nothing_and_the_same_works_again() {
    let Some(database) = cluster::database() else { return };
    let mut store = open(&database);
    database.sql(
        "create sequence bantam.times; grant usage on bantam.times to service;
         create function bantam.fail_once() returns trigger language plpgsql as $$ begin
           if nextval('bantam.times') = 1 then raise exception 'lost' using errcode = 'serialization_failure'; end if;
           return new; end $$;
         create trigger fail_once before insert on bantam.fact for each row execute function bantam.fail_once()",
    );
    let failed = append_one(&mut store, "a").unwrap_err();
    assert!(failed.is_interrupted(), "{failed}");
    assert_eq!(append_one(&mut store, "a").unwrap(), Appended::New(1));
}

#[test]
fn sto_14_a_role_that_may_do_too_much_is_refused() {
    let Some(database) = cluster::database() else { return };
    let refused = |role: &str| PostgresStore::open(&database.url(role)).err().unwrap().to_string();
    let way_out = "a service needs one that may read and write rows and nothing else; make it with `bantam migrate URL \
                   --service-role NAME`";
    assert_eq!(refused("keeper"), format!("the role `keeper` owns the tables: {way_out}"));
    assert_eq!(refused("admin"), format!("the role `admin` is a superuser: {way_out}"));
    // What the service's role may not do, the server refuses.
    let truncated = "set role service; truncate bantam.fact";
    let reach = std::panic::catch_unwind(|| database.sql(truncated));
    assert!(reach.is_err(), "the service could empty a table");
}

#[test]
fn sto_01_what_is_committed_is_on_disk_whatever_the_roles_settings() {
    let Some(database) = cluster::database() else { return };
    database.sql("alter role service set synchronous_commit = off");
    let mut store = open(&database);
    database.sql("alter role service reset synchronous_commit");
    append_one(&mut store, "a").unwrap();
    let Some(careless) = Cluster::start("-c fsync=off", 5432) else { return };
    let database = careless.database();
    let refused = migrate(&database.url("keeper"), None).unwrap_err();
    assert_eq!(refused.to_string(), "the setting `fsync` of the database reads `off` where `on` was set");
}

#[test]
fn sto_07_a_damaged_record_is_named_and_not_used() {
    let Some(database) = cluster::database() else { return };
    let mut store = open(&database);
    append_one(&mut store, "a").unwrap();
    let lead = LeadRow { id: 7, score: 5, state: vec![1, 2, 3], ..LeadRow::default() };
    store.transaction(|ledger| ledger.save_lead(&lead)).unwrap();
    database.sql("update bantam.fact set body = 'other'; update bantam.lead set score = 6");
    let fact = store.transaction(|ledger| ledger.facts_of(7)).unwrap_err();
    assert_eq!(fact.to_string(), "fact 1 is damaged: its checksum does not match");
    let lead = store.transaction(|ledger| ledger.lead(7)).unwrap_err();
    assert_eq!(lead.to_string(), "lead 7 is damaged: its checksum does not match");
}

#[test]
fn sto_10_a_migration_happens_as_a_whole_and_is_not_done_twice() {
    let Some(cluster) = cluster::shared() else { return };
    let database = cluster.database();
    let refused = || PostgresStore::open(&database.url("service")).err().unwrap().to_string();
    let none = "the database has format 0 where this program needs 1; run `bantam migrate` with its owner's URL";
    assert_eq!(refused(), none);
    // The script fails in its middle.
    database.sql("create schema bantam authorization keeper; create table bantam.edge (source bigint)");
    let failed = migrate(&database.url("keeper"), Some("service")).unwrap_err();
    assert_eq!(failed.to_string(), "migration 1 (first) failed: relation \"edge\" already exists");
    assert_eq!(database.sql("select to_regclass('bantam.fact')"), "");
    database.sql("drop table bantam.edge");
    let done = migrate(&database.url("keeper"), Some("service")).unwrap();
    assert_eq!(done, Migrated { from: 0, to: 1 });
    assert_eq!(migrate(&database.url("keeper"), None).unwrap(), Migrated { from: 1, to: 1 });
    open(&database);
}

#[test]
fn sto_10_tables_of_another_program_or_a_later_one_are_left_alone() {
    let Some(database) = cluster::database() else { return };
    let refused = || PostgresStore::open(&database.url("service")).err().unwrap().to_string();
    database.sql("update bantam.migration set checksum = 'other'");
    let other = "migration 1 (first) failed: the database was made by another script than this program has";
    assert_eq!(refused(), other);
    assert_eq!(migrate(&database.url("keeper"), None).unwrap_err().to_string(), other);
    database
        .sql("insert into bantam.migration values (99, 'later', 'x'); delete from bantam.migration where number = 1");
    let newer = "the store has format 99, and this program knows formats up to 1: a later version of bantam wrote it, so go on \
                 with that one; nothing was changed";
    assert_eq!(refused(), newer);
    assert_eq!(migrate(&database.url("keeper"), None).unwrap_err().to_string(), newer);
}

/// A certificate for `localhost`, signed by an authority of its own, and a server that shows it.
#[test]
fn sto_14_the_server_must_prove_who_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let key = rcgen::KeyPair::generate().unwrap();
    let authority = rcgen::CertificateParams::new(Vec::new()).map(|mut parameters| {
        parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        parameters
    });
    let root = authority.as_ref().unwrap().self_signed(&key).unwrap();
    let issuer = rcgen::Issuer::new(authority.unwrap(), &key);
    let server_key = rcgen::KeyPair::generate().unwrap();
    let names = rcgen::CertificateParams::new(vec!["localhost".into()]).unwrap();
    let certificate = names.signed_by(&server_key, &issuer).unwrap();
    let root_file = folder.path().join("root.pem");
    std::fs::write(&root_file, root.pem()).unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let Some(cluster) = Cluster::start("-c listen_addresses=localhost", port) else { return };
    cluster.show_certificate(&certificate.pem(), &server_key.serialize_pem());
    let database = cluster.database();
    let connect = |host: &str, query: &str| {
        let url = format!("postgres://keeper@{host}:{port}/{}{query}", database.name);
        migrate(&url.parse::<PostgresUrl>().unwrap(), None)
    };
    let trusted = format!("?sslrootcert={}", root_file.display());
    connect("localhost", &trusted).unwrap();
    let told = |result: Result<Migrated, StoreError>| result.unwrap_err().to_string();
    let strange = told(connect("localhost", "?sslmode=require"));
    assert!(
        strange.contains("invalid peer certificate: UnknownIssuer") || strange.contains("there is no certificate"),
        "{strange}"
    );
    let other_name = told(connect("127.0.0.1", &trusted));
    assert!(other_name.contains("certificate not valid for name"), "{other_name}");
}
