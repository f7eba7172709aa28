//! Reads a store beside its writer: what pages and the API show.

use super::log::{READ_MAX, set_deadline};
use super::{SqliteLedger, configure_reader, leads, outcomes};
use crate::error::StoreError;
use crate::ledger::Ledger;
use crate::listing::{self, Dialect, Question, Value, Width};
use crate::records::{HandOffFilter, HandOffRow, LeadFilter, LeadRow};
use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, OpenFlags, Row, ToSql, params_from_iter};
use std::path::Path;
use std::time::Duration;

/// A connection that sees what has been committed, and changes nothing.
pub struct SqliteReader {
    pub(super) connection: Connection,
    /// How long a snapshot is held.
    pub(super) longest: Duration,
}

impl SqliteReader {
    /// Opens a store for reading.
    pub fn open(path: &Path) -> Result<SqliteReader, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        configure_reader(&connection)?;
        Ok(SqliteReader { connection, longest: READ_MAX })
    }

    /// Reads within one snapshot: what is committed meanwhile is not seen. The closure must not write.
    pub fn read<T, E: From<StoreError>>(&mut self, work: impl FnOnce(&mut dyn Ledger) -> Result<T, E>) -> Result<T, E> {
        let database = |error| E::from(StoreError::Database(error));
        set_deadline(&self.connection, self.longest).map_err(database)?;
        let transaction = self.connection.transaction().map_err(database)?;
        work(&mut SqliteLedger::of(&transaction))
    }

    /// Lists leads with their ids.
    pub fn leads(&self, filter: &LeadFilter) -> Result<Vec<(String, LeadRow)>, StoreError> {
        set_deadline(&self.connection, self.longest)?;
        // Both questions see the same.
        let _snapshot = self.connection.unchecked_transaction()?;
        let are_few = match listing::width(filter, Dialect::Sqlite) {
            Width::Few => true,
            Width::Many => false,
            Width::Asked(question) => {
                self.ask(&question, |row| Ok(row.get::<_, i64>(0)?))?.iter().sum::<i64>() <= Width::FEW
            }
        };
        let question = listing::leads(filter, leads::COLUMNS, Dialect::Sqlite, are_few);
        self.ask(&question, |row| Ok((row.get(11)?, leads::verified(leads::read(row)?)?)))
    }

    /// Lists hand-offs.
    pub fn hand_offs(&self, filter: &HandOffFilter) -> Result<Vec<HandOffRow>, StoreError> {
        set_deadline(&self.connection, self.longest)?;
        let question = listing::hand_offs(filter, outcomes::HAND_OFF, Dialect::Sqlite);
        self.ask(&question, |row| outcomes::verified(outcomes::read_hand_off(row)?))
    }

    fn ask<T>(
        &self,
        question: &Question,
        read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut statement = self.connection.prepare_cached(&question.sql)?;
        let mut rows = statement.query(params_from_iter(&question.values))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(read(row)?);
        }
        Ok(found)
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Value::Text(text) => text.to_sql(),
            Value::Number(number) => number.to_sql(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::{LeadOrder, LeadPlace};

    /// Returns how SQLite goes about a question, without what it does with the page it found.
    fn plan(question: &Question) -> Vec<String> {
        let connection = Connection::open_in_memory().unwrap();
        super::super::migrate::make(&connection).unwrap();
        let mut statement = connection.prepare(&format!("explain query plan {}", question.sql)).unwrap();
        let steps = statement.query_map(params_from_iter(&question.values), |row| row.get(3)).unwrap();
        steps.map(Result::unwrap).filter(|step: &String| step != "SCAN page").collect()
    }

    #[track_caller]
    fn check_walk(filter: &LeadFilter, index: &str, are_few: bool) {
        let question = listing::leads(filter, leads::COLUMNS, Dialect::Sqlite, are_few);
        let steps = plan(&question);
        assert!(steps.iter().any(|step| step.contains(index)), "{filter:?} {steps:#?}");
        let is_full = |step: &&String| step.starts_with("SCAN") && !step.contains("few") && !step.contains("subquery");
        assert_eq!(steps.iter().find(is_full), None, "{filter:?} {steps:#?}");
    }

    #[test]
    fn ui_04_main_questions_are_answered_from_an_index() {
        let text = |text: &str| Some(text.to_owned());
        let page = || LeadFilter { after: Some(LeadPlace::Number(5, 7)), limit: 50, ..LeadFilter::default() };
        check_walk(&page(), "lead_score (score<?", false);
        check_walk(&LeadFilter { order: LeadOrder::LowestScore, ..page() }, "lead_score (score>?", false);
        check_walk(&LeadFilter { order: LeadOrder::Changed, ..page() }, "lead_changed (changed_at<?", false);
        check_walk(&LeadFilter { stage: text("a"), ..page() }, "lead_stage (stage=? AND score<?", false);
        check_walk(&LeadFilter { route: text("a"), ..page() }, "lead_route (route=? AND score<?", false);
        check_walk(&LeadFilter { owner: text("a"), ..page() }, "hand_off_in_progress (owner=?", true);
        check_walk(&LeadFilter { prefix: text("a"), ..page() }, "(kind=? AND name>? AND name<?", true);
        let by_name = LeadFilter { order: LeadOrder::Name, after: Some(LeadPlace::Name("a".into())), ..page() };
        check_walk(&by_name, "(kind=? AND name>?", false);
    }

    #[test]
    fn ui_04_no_order_but_those_with_an_index_sorts_more_than_a_page() {
        for order in [LeadOrder::HighestScore, LeadOrder::LowestScore, LeadOrder::Changed, LeadOrder::Name] {
            let filter = LeadFilter { grade: Some("A1".into()), order, limit: 50, ..LeadFilter::default() };
            let steps = plan(&listing::leads(&filter, leads::COLUMNS, Dialect::Sqlite, false));
            let sorts = steps.iter().filter(|step| step.contains("TEMP B-TREE")).count();
            assert!(sorts <= 1, "the page itself alone: {order:?} {steps:#?}");
        }
    }

    #[test]
    fn ui_04_hand_offs_are_listed_from_an_index() {
        let filter =
            HandOffFilter { in_progress: true, after: Some((Some(5), 7)), limit: 50, ..HandOffFilter::default() };
        let steps = plan(&listing::hand_offs(&filter, outcomes::HAND_OFF, Dialect::Sqlite));
        assert_eq!(steps, ["SEARCH hand_off USING INDEX hand_off_urgency (due_at>?)"]);
        let won = HandOffFilter { state: Some("won".into()), in_progress: false, ..filter };
        let steps = plan(&listing::hand_offs(&won, outcomes::HAND_OFF, Dialect::Sqlite));
        assert_eq!(steps, ["SEARCH hand_off USING INDEX hand_off_state (state=? AND rowid>?)"]);
    }
}
