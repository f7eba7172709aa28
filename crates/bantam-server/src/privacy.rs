//! What each table of a store holds about a person: how it is shown to them, and how it is removed.
//!
//! A table that is not here fails a test, so that none is forgotten when one is added.

/// How a table is with people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    /// Something about leads.
    Leads {
        /// Where it stands in the file that a person gets.
        shown: &'static str,
        /// What becomes of it when the lead is erased.
        erased: &'static str,
    },
    /// Nothing about leads, and why.
    NoLeads(&'static str),
}

/// All tables, in either database.
pub(crate) const TABLES: [(&str, Holds); 20] = [
    ("fact", Holds::Leads { shown: "facts", erased: "its body is blanked, its number and times stay" }),
    ("message", Holds::NoLeads("hashes of message ids, by which what was erased is known again")),
    ("retraction", Holds::Leads { shown: "facts.retracted_by", erased: "numbers alone, which stay" }),
    ("subject", Holds::Leads { shown: "ids", erased: "a hash takes the place of the id" }),
    ("edge", Holds::Leads { shown: "links", erased: "numbers and times stay" }),
    ("lead", Holds::Leads { shown: "now", erased: "it is removed" }),
    ("decision", Holds::Leads { shown: "decisions", erased: "a hash takes the place of the id" }),
    (
        "hand_off",
        Holds::Leads { shown: "hand_offs", erased: "a hash takes the place of the id, free texts are removed" },
    ),
    ("outbox", Holds::Leads { shown: "messages", erased: "it is removed" }),
    ("endpoint", Holds::NoLeads("where messages go, as staff set it; shown with the messages that went there")),
    ("delivery", Holds::Leads { shown: "messages.deliveries", erased: "it is removed" }),
    ("quarantine", Holds::Leads { shown: "refused", erased: "what holds an id or an address of it is removed" }),
    ("definition", Holds::NoLeads("rules for all leads; those that decided are shown with the decisions")),
    ("api_key", Holds::NoLeads("keys of programs, as hashes")),
    ("person", Holds::NoLeads("who works here and may sign in")),
    ("session", Holds::NoLeads("who of them is signed in")),
    ("invitation", Holds::NoLeads("links that were sent to them")),
    ("audit", Holds::NoLeads("what they did, by ids; exports and erasures name no lead")),
    ("setting", Holds::NoLeads("teams, the active definition and the like: of staff, not of leads")),
    // Only in PostgreSQL.
    ("numbers and node", Holds::NoLeads("counters of the database's own")),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const SQLITE: &str = include_str!("../../bantam-store/src/sqlite/migrations/0001_first.sql");
    const POSTGRES: &str = include_str!("../../bantam-store/src/postgres/migrations/0001_first.sql");

    fn tables(schema: &str) -> BTreeSet<&str> {
        let names = schema.lines().filter_map(|line| line.strip_prefix("create table "));
        names.map(|rest| rest.split([' ', '(']).next().unwrap_or_default()).collect()
    }

    #[test]
    fn exp_03_every_table_says_what_it_holds_about_people() {
        let known: BTreeSet<&str> = TABLES.iter().flat_map(|(name, _)| name.split(" and ")).collect();
        let mut all = tables(SQLITE);
        assert!(all.len() > 10, "{all:?}");
        all.extend(tables(POSTGRES));
        assert_eq!(known, all);
    }

    #[test]
    fn exp_03_what_is_held_is_shown_and_erased() {
        let places = crate::api::export::PLACES;
        for (table, holds) in TABLES {
            let words = match holds {
                Holds::Leads { shown, erased } => {
                    let place = shown.split('.').next().unwrap_or_default();
                    assert!(places.contains(&place), "{table}: `{place}` is no part of the file");
                    erased
                }
                Holds::NoLeads(why) => why,
            };
            assert!(!words.is_empty(), "{table}");
        }
    }
}
