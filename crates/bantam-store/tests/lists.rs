//! Lists of leads and hand-offs: each filter in each order gives what a plain sort in memory gives, page by page.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops at what cannot be")]

#[path = "postgres/cluster.rs"]
mod cluster;

use bantam_store::postgres::{PostgresReader, PostgresStore};
use bantam_store::sqlite::{SqliteReader, SqliteStore};
use bantam_store::{HandOffFilter, HandOffRow, LeadFilter, LeadOrder, LeadRow, Reader, Store, StoreError, SubjectKind};

const LEADS: i64 = 3_000;
const HAND_OFFS: i64 = 900;
/// More than are gathered for a page, so that both ways to find one are gone.
const CROWD: i64 = 11_000;
const ORDERS: [LeadOrder; 6] = [
    LeadOrder::HighestScore,
    LeadOrder::LowestScore,
    LeadOrder::Fit,
    LeadOrder::Engagement,
    LeadOrder::Name,
    LeadOrder::Changed,
];

/// A lead with all that it is listed by.
struct Known {
    names: Vec<String>,
    owners: Vec<String>,
    row: LeadRow,
}

/// Returns numbers that look random, the same for the same place.
fn dice(place: i64, sides: i64) -> i64 {
    let mixed = (place as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 33) as i64 % sides
}

/// Writes leads, some of which have swallowed others, and returns them.
fn fill(store: &mut Store, count: i64) -> Vec<Known> {
    let filled = store.transaction::<_, StoreError>(|ledger| {
        let mut all = Vec::new();
        for n in 0..count {
            // Names in no order of numbers, some with what a pattern would read as more than itself.
            let name =
                format!("{}{:05}", ["u", "U", "ü\\", "%_"][dice(n, 4) as usize], dice(n * 7, 90_000) * 10 + n % 7);
            let subject = ledger.subject(SubjectKind::User, &format!("{name}-{n}"))?;
            let mut names = vec![subject.name];
            if n % 10 == 0 {
                let other = ledger.subject(SubjectKind::User, &format!("old{}", n % 100 * 1_000 + n))?;
                ledger.assign_lead(other.id, Some(subject.id))?;
                let visitor = ledger.subject(SubjectKind::Anonymous, &format!("visitor{n}"))?;
                ledger.assign_lead(visitor.id, Some(subject.id))?;
                names.push(other.name);
            }
            let word =
                |words: &[&str], at: i64| words.get(dice(at, words.len() as i64 + 1) as usize).map(|w| (*w).into());
            let row = LeadRow {
                id: subject.id,
                stage: word(&["Inquiry", "Sales-ready", "Customer"], n * 3),
                score: dice(n * 5, 40) - 10,
                fit: dice(n * 11, 9),
                engagement: dice(n * 13, 300),
                grade: word(&["A1", "B2"], n * 17),
                route: word(&["sales", "nurture"], n * 19),
                changed_at: dice(n * 23, 500),
                due_at: Some(n),
                state: vec![1, 2],
            };
            ledger.save_lead(&row)?;
            // What stays where it is in every list is written in another way.
            let row = LeadRow { due_at: None, state: vec![3], ..row };
            ledger.save_lead(&row)?;
            all.push(Known { names, owners: Vec::new(), row });
        }
        Ok(all)
    });
    filled.unwrap()
}

fn hand_over(store: &mut Store, leads: &mut [Known]) -> Vec<HandOffRow> {
    let rows = store.transaction::<_, StoreError>(|ledger| {
        let mut rows = Vec::new();
        for n in 0..HAND_OFFS {
            let lead = &mut leads[dice(n * 29, 1_000) as usize];
            let state = ["open", "accepted", "won", "lost"][dice(n * 31, 4) as usize];
            let due_at = Some(dice(n * 37, 50)).filter(|due_at| state == "open" && *due_at > 5);
            let mut row = HandOffRow {
                id: 0,
                subject: lead.row.id,
                in_progress: matches!(state, "open" | "accepted"),
                state: state.into(),
                team: Some(["emea", "apac"][dice(n * 41, 2) as usize].into()).filter(|_| n % 9 > 0),
                owner: Some(["ann", "ben", "cem\\"][dice(n * 43, 3) as usize].into()).filter(|_| n % 5 > 0),
                due_at,
                is_overdue: due_at.is_some_and(|due_at| due_at < 20),
                body: b"{}".to_vec(),
            };
            row.id = ledger.save_hand_off(&row)?;
            if row.in_progress {
                lead.owners.extend(row.owner.clone());
            }
            rows.push(row);
        }
        Ok(rows)
    });
    rows.unwrap()
}

/// Returns the ids that a list must hold, by sorting all in memory.
fn sorted(all: &[Known], filter: &LeadFilter) -> Vec<String> {
    let is_in = |given: &Option<String>, found: &Option<String>| given.is_none() || given == found;
    let mut found: Vec<&Known> = all
        .iter()
        .filter(|known| {
            is_in(&filter.stage, &known.row.stage)
                && is_in(&filter.grade, &known.row.grade)
                && is_in(&filter.route, &known.row.route)
                && filter.owner.as_ref().is_none_or(|owner| known.owners.contains(owner))
                && filter.prefix.as_ref().is_none_or(|prefix| known.names.iter().any(|name| name.starts_with(prefix)))
        })
        .collect();
    found.sort_by(|a, b| {
        let by = |number: fn(&LeadRow) -> i64| (number(&b.row), b.row.id).cmp(&(number(&a.row), a.row.id));
        match filter.order {
            LeadOrder::HighestScore => by(|row| row.score),
            LeadOrder::LowestScore => by(|row| row.score).reverse(),
            LeadOrder::Fit => by(|row| row.fit),
            LeadOrder::Engagement => by(|row| row.engagement),
            LeadOrder::Changed => by(|row| row.changed_at),
            LeadOrder::Name => a.names[0].cmp(&b.names[0]),
        }
    });
    found.into_iter().map(|known| known.names[0].clone()).collect()
}

/// Returns the ids of a list, page by page.
fn listed(reader: &mut Reader, filter: &LeadFilter) -> Vec<String> {
    let (mut filter, mut found) = (filter.clone(), Vec::new());
    loop {
        let page = reader.leads(&filter).unwrap();
        assert!(page.len() <= filter.limit);
        found.extend(page.iter().map(|(name, _)| name.clone()));
        let Some((name, row)) = page.last() else { return found };
        filter.after = Some(filter.order.place(name, row));
    }
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn filters() -> Vec<LeadFilter> {
    let none = LeadFilter::default;
    let mut filters = vec![
        none(),
        LeadFilter { stage: text("Sales-ready"), ..none() },
        LeadFilter { stage: text("Nowhere"), ..none() },
        LeadFilter { grade: text("A1"), ..none() },
        LeadFilter { route: text("sales"), ..none() },
        LeadFilter { stage: text("Customer"), grade: text("B2"), route: text("nurture"), ..none() },
        LeadFilter { owner: text("ann"), ..none() },
        LeadFilter { owner: text("cem\\"), stage: text("Inquiry"), prefix: text("u"), ..none() },
        LeadFilter { prefix: text("u1"), grade: text("A1"), ..none() },
    ];
    filters.extend(
        ["u", "u1", "U", "ü\\", "%_", "old1", "old", "visitor", "\u{10ffff}"]
            .map(|prefix| LeadFilter { prefix: text(prefix), ..none() }),
    );
    filters
}

fn compare_leads(reader: &mut Reader, all: &[Known], filters: &[LeadFilter], limits: &[usize]) {
    for filter in filters {
        for order in ORDERS {
            for &limit in limits {
                let filter = LeadFilter { order, limit, ..filter.clone() };
                let (found, expected) = (listed(reader, &filter), sorted(all, &filter));
                let place = found.iter().zip(&expected).position(|(a, b)| a != b);
                assert!(found == expected, "{filter:?}: {} of {}, at {place:?}", found.len(), expected.len());
            }
        }
    }
}

fn compare_hand_offs(reader: &mut Reader, all: &[HandOffRow]) {
    let none = || HandOffFilter { in_progress: true, ..HandOffFilter::default() };
    let mut filters = vec![
        none(),
        HandOffFilter { state: text("open"), ..none() },
        HandOffFilter { team: text("emea"), ..none() },
        HandOffFilter { owner: text("cem\\"), ..none() },
        HandOffFilter { is_overdue: Some(true), ..none() },
        HandOffFilter { is_overdue: Some(false), team: text("apac"), owner: text("ann"), ..none() },
        HandOffFilter { state: text("won"), in_progress: false, ..none() },
    ];
    filters.extend(filters.clone().into_iter().map(|filter| HandOffFilter { in_progress: false, ..filter }));
    for filter in filters {
        let is_in = |given: &Option<String>, found: Option<&String>| given.is_none() || given.as_ref() == found;
        let mut expected: Vec<&HandOffRow> = all
            .iter()
            .filter(|row| {
                (row.in_progress || !filter.in_progress)
                    && is_in(&filter.state, Some(&row.state))
                    && is_in(&filter.team, row.team.as_ref())
                    && is_in(&filter.owner, row.owner.as_ref())
                    && filter.is_overdue.is_none_or(|is_so| is_so == row.is_overdue)
            })
            .collect();
        if filter.in_progress {
            expected.sort_by_key(|row| (row.due_at.unwrap_or(i64::MAX), row.id));
        }
        for limit in [7, 500] {
            let (mut filter, mut found) = (HandOffFilter { limit, ..filter.clone() }, Vec::new());
            loop {
                let page = reader.hand_offs(&filter).unwrap();
                let Some(last) = page.last() else { break };
                filter.after = Some((last.due_at, last.id));
                found.extend(page);
            }
            assert!(found.iter().eq(expected.iter().copied()), "{filter:?}");
        }
    }
}

fn compare(mut store: Store, mut reader: Reader) {
    let mut leads = fill(&mut store, LEADS);
    let hand_offs = hand_over(&mut store, &mut leads);
    compare_leads(&mut reader, &leads, &filters(), &[13, 500]);
    compare_leads(&mut reader, &leads, &filters()[..2], &[1_000_000]);
    compare_hand_offs(&mut reader, &hand_offs);
}

/// Where many leads match, they are found in another way.
fn compare_crowd(mut store: Store, mut reader: Reader) {
    let mut leads = fill(&mut store, CROWD);
    let none = LeadFilter::default;
    store
        .transaction::<_, StoreError>(|ledger| {
            for known in &mut leads {
                let name = format!("crowd{}", known.row.id);
                let other = ledger.subject(SubjectKind::User, &name)?;
                ledger.assign_lead(other.id, Some(known.row.id))?;
                known.names.push(name);
                known.row.grade = text("C3");
                ledger.save_lead(&known.row)?;
            }
            Ok(())
        })
        .unwrap();
    let filters = [
        LeadFilter { prefix: text("crowd"), ..none() },
        LeadFilter { prefix: text("crowd"), stage: text("Inquiry"), ..none() },
        LeadFilter { grade: text("C3"), ..none() },
    ];
    compare_leads(&mut reader, &leads, &filters, &[500]);
}

fn sqlite(work: fn(Store, Reader)) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("leads.db");
    let store = SqliteStore::open(&path, "a test").unwrap();
    work(store.into(), Reader::Sqlite(SqliteReader::open(&path).unwrap()));
}

fn postgres(work: fn(Store, Reader)) {
    let Some(database) = cluster::database() else { return };
    let url = database.url("service");
    work(PostgresStore::open(&url).unwrap().into(), Reader::Postgres(Box::new(PostgresReader::open(&url).unwrap())));
}

#[test]
fn ui_04_lists_in_sqlite_are_what_a_sort_in_memory_gives() {
    sqlite(compare);
}

#[test]
fn ui_04_lists_in_postgresql_are_what_a_sort_in_memory_gives() {
    postgres(compare);
}

#[test]
fn ui_04_where_many_match_lists_in_sqlite_are_the_same() {
    sqlite(compare_crowd);
}

#[test]
fn ui_04_where_many_match_lists_in_postgresql_are_the_same() {
    postgres(compare_crowd);
}
