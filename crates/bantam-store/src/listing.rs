//! Makes the questions by which leads and hand-offs are listed, in the words of either database.
//!
//! A page of leads is found in one of two ways. Mostly the order's index is walked from where the last page ended, and what
//! does not match is passed over: the more leads match, the sooner the page is full. Where few match, they are gathered
//! first, and put in order. Which it is, is asked before where the filter does not tell.

use crate::postgres::text::spelled;
use crate::records::{HandOffFilter, LeadFilter, LeadOrder, LeadPlace};

/// What stands where a hand-off has no moment at which its first answer is due: it comes after all that have one.
pub(crate) const NEVER: i64 = i64::MAX;
/// How many leads are gathered and put in order for a page: some hundredths of a second.
const GATHERED_MAX: i64 = 10_000;
/// How much of a name is in an index of PostgreSQL, in characters: an index takes no more than 2,700 bytes.
const INDEXED_CHARACTERS: usize = 100;

/// Whose words a question is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// What is put in a place of a question.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Text(String),
    Number(i64),
}

/// A question with what is put in its places, in order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Question {
    pub(crate) sql: String,
    pub(crate) values: Vec<Value>,
}

/// How many leads match.
#[derive(Debug, PartialEq)]
pub(crate) enum Width {
    Few,
    Many,
    /// Few where the answer is at most [`Width::FEW`].
    Asked(Question),
}

impl Width {
    pub(crate) const FEW: i64 = GATHERED_MAX;
}

struct Words {
    dialect: Dialect,
    values: Vec<Value>,
}

/// Returns whether few leads match, or the question that tells.
pub(crate) fn width(filter: &LeadFilter, dialect: Dialect) -> Width {
    let mut words = Words { dialect, values: Vec::new() };
    // What people have at hand is never much.
    if filter.owner.is_some() {
        return Width::Few;
    }
    match words.matching(filter, "") {
        None => Width::Many,
        Some(matching) => {
            let limit = GATHERED_MAX + 1;
            let sql = format!("select count(*) from (select 1 from ({matching}) as matching limit {limit}) as counted");
            Width::Asked(Question { sql, values: words.values })
        }
    }
}

/// Returns the question for a page of leads: `columns` of each, and its id.
pub(crate) fn leads(filter: &LeadFilter, columns: &str, dialect: Dialect, are_few: bool) -> Question {
    let mut words = Words { dialect, values: Vec::new() };
    let join = words.join();
    let few = if are_few { words.matching(filter, "distinct ") } else { None };
    let (key, direction) = match filter.order {
        LeadOrder::HighestScore => ("lead.score", "desc"),
        LeadOrder::LowestScore => ("lead.score", "asc"),
        LeadOrder::Fit => ("lead.fit", "desc"),
        LeadOrder::Engagement => ("lead.engagement", "desc"),
        LeadOrder::Changed => ("lead.changed_at", "desc"),
        LeadOrder::Name => ("subject.name", "asc"),
    };
    let is_by_name = filter.order == LeadOrder::Name;
    let from = match (&few, is_by_name) {
        (Some(_), false) => format!("few {join} lead on lead.id = few.id"),
        (Some(_), true) => {
            format!("few {join} lead on lead.id = few.id {join} subject on subject.id = lead.id")
        }
        (None, true) => format!("subject {join} lead on lead.id = subject.id"),
        (None, false) => format!("lead{}", words.index(index_of(filter))),
    };
    let mut conditions = words.columns(filter);
    if is_by_name {
        conditions.push("subject.kind = 0".into());
    }
    if let Some(prefix) = &filter.prefix
        && (few.is_none() || filter.owner.is_some())
    {
        let index = words.index("subject_lead");
        let range = words.range("part.name", prefix);
        let part = format!("subject as part{index} where part.lead = lead.id and part.kind = 0{range}");
        conditions.push(format!("exists (select 1 from {part})"));
    }
    match &filter.after {
        Some(LeadPlace::Number(number, id)) if !is_by_name => {
            let [number, id] = [*number, *id].map(|number| words.bind(Value::Number(number)));
            let sign = if direction == "desc" { '<' } else { '>' };
            conditions.push(format!("({key}, lead.id) {sign} ({number}, {id})"));
        }
        Some(LeadPlace::Name(name)) if is_by_name => {
            let name = words.bind_text(name);
            conditions.push(format!("subject.name > {name}"));
        }
        // A place in another order: nothing comes after it.
        Some(_) => conditions.push("1 = 0".into()),
        None => {}
    }
    let limit = words.bind(Value::Number(filter.limit as i64));
    let few = few.map(|few| format!("few as materialized ({few}), ")).unwrap_or_default();
    let then = |id: &str| if is_by_name { String::new() } else { format!(", {id} {direction}") };
    let sql = format!(
        "with {few}page as materialized (select lead.id as id, {key} as place from {from}{} order by {key} {direction}{} \
         limit {limit}) select {columns}, subject.name from page {join} lead on lead.id = page.id {join} subject on \
         subject.id = page.id order by page.place {direction}{}",
        all_of(&conditions),
        then("lead.id"),
        then("page.id")
    );
    Question { sql, values: words.values }
}

/// Returns the question for a page of hand-offs: `columns` of each.
pub(crate) fn hand_offs(filter: &HandOffFilter, columns: &str, dialect: Dialect) -> Question {
    let mut words = Words { dialect, values: Vec::new() };
    let mut conditions = Vec::new();
    if filter.in_progress {
        conditions.push(words.in_progress().to_owned());
    }
    if let Some(state) = &filter.state {
        let state = words.bind_text(state);
        conditions.push(format!("state = {state}"));
    }
    for (column, name) in [("team", &filter.team), ("owner", &filter.owner)] {
        conditions.extend(name.as_ref().map(|name| words.is_named(column, name)));
    }
    conditions.extend(filter.is_overdue.map(|is_so| if is_so { "is_overdue".into() } else { "not is_overdue".into() }));
    if let Some((due_at, id)) = filter.after {
        let due_at = filter.in_progress.then(|| words.bind(Value::Number(due_at.unwrap_or(NEVER))));
        let id = words.bind(Value::Number(id));
        conditions.push(match due_at {
            Some(due_at) => format!("(due_at, id) > ({due_at}, {id})"),
            None => format!("id > {id}"),
        });
    }
    let limit = words.bind(Value::Number(filter.limit as i64));
    let (index, order) = match filter.in_progress {
        true => (words.index("hand_off_urgency"), "due_at, id"),
        false => (String::new(), "id"),
    };
    let all = all_of(&conditions);
    let sql = format!("select {columns} from hand_off{index}{all} order by {order} limit {limit}");
    Question { sql, values: words.values }
}

/// Returns the index that is walked for a page, of SQLite, which knows too little of the values to find it itself.
fn index_of(filter: &LeadFilter) -> &'static str {
    match filter.order {
        LeadOrder::HighestScore | LeadOrder::LowestScore if filter.stage.is_some() => "lead_stage",
        LeadOrder::HighestScore | LeadOrder::LowestScore if filter.route.is_some() => "lead_route",
        LeadOrder::Changed => "lead_changed",
        _ => "lead_score",
    }
}

impl Words {
    fn bind(&mut self, value: Value) -> String {
        self.values.push(value);
        let sign = if self.dialect == Dialect::Sqlite { '?' } else { '$' };
        format!("{sign}{}", self.values.len())
    }

    fn bind_text(&mut self, text: &str) -> String {
        let text = self.kept(text);
        self.bind(Value::Text(text))
    }

    /// Returns a text as it is kept.
    fn kept(&self, text: &str) -> String {
        match self.dialect {
            Dialect::Sqlite => text.to_owned(),
            Dialect::Postgres => spelled(text).into_owned(),
        }
    }

    fn join(&self) -> &'static str {
        // To SQLite a cross join says which side comes first. PostgreSQL knows by itself.
        if self.dialect == Dialect::Sqlite { "cross join" } else { "join" }
    }

    fn index(&self, name: &str) -> String {
        if self.dialect == Dialect::Sqlite { format!(" indexed by {name}") } else { String::new() }
    }

    fn in_progress(&self) -> &'static str {
        if self.dialect == Dialect::Sqlite { "in_progress = 1" } else { "in_progress" }
    }

    /// Says that a column with an index has a name.
    fn is_named(&mut self, column: &str, name: &str) -> String {
        let name = self.bind_text(name);
        match self.dialect {
            Dialect::Sqlite => format!("{column} = {name}"),
            Dialect::Postgres => {
                let cut = INDEXED_CHARACTERS;
                format!("{column} = {name} and left({column}, {cut}) = left({name}, {cut})")
            }
        }
    }

    /// Says that a text begins with another, after other conditions.
    fn range(&mut self, column: &str, prefix: &str) -> String {
        let low = self.kept(prefix);
        let high = after_all(&low);
        let low = self.bind(Value::Text(low));
        let high = high.map(|high| self.bind(Value::Text(high)));
        let below = high.map(|high| format!(" and {column} < {high}")).unwrap_or_default();
        format!(" and {column} >= {low}{below}")
    }

    /// Says what columns of a lead must hold.
    fn columns(&mut self, filter: &LeadFilter) -> Vec<String> {
        let mut conditions = Vec::new();
        for (column, name) in [("lead.stage", &filter.stage), ("lead.route", &filter.route)] {
            conditions.extend(name.as_ref().map(|name| self.is_named(column, name)));
        }
        if let Some(grade) = &filter.grade {
            let grade = self.bind_text(grade);
            conditions.push(format!("lead.grade = {grade}"));
        }
        conditions
    }

    /// Returns the question for the numbers of leads that match the filter that is likely to leave the fewest; `None` where
    /// that would not help.
    fn matching(&mut self, filter: &LeadFilter, distinct: &str) -> Option<String> {
        if let Some(owner) = &filter.owner {
            let (owner, in_progress) = (self.bind_text(owner), self.in_progress());
            let index = self.index("hand_off_in_progress");
            return Some(format!(
                "select {distinct}subject.lead as id from hand_off{index} join subject on subject.id = hand_off.subject \
                 where hand_off.owner = {owner} and hand_off.{in_progress}"
            ));
        }
        if let Some(prefix) = &filter.prefix {
            let range = self.range("name", prefix);
            return Some(format!(
                "select {distinct}lead as id from subject where kind = 0{range} and lead is not null"
            ));
        }
        // In other orders the index that is walked knows what does not match.
        let conditions = if filter.order == LeadOrder::Name { self.columns(filter) } else { Vec::new() };
        let index = self.index("lead_score");
        (!conditions.is_empty()).then(|| format!("select lead.id as id from lead{index}{}", all_of(&conditions)))
    }
}

fn all_of(conditions: &[String]) -> String {
    if conditions.is_empty() { String::new() } else { format!(" where {}", conditions.join(" and ")) }
}

/// Returns the first text after all that begin with a prefix; `None` where there is none.
fn after_all(prefix: &str) -> Option<String> {
    let mut text = prefix.to_owned();
    while let Some(last) = text.pop() {
        // A range of characters passes over numbers that are none.
        if let Some(next) = (last..=char::MAX).nth(1) {
            text.push(next);
            return Some(text);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::after_all;

    #[test]
    fn what_begins_with_a_prefix_ends_before_the_next() {
        assert_eq!(after_all("ann").as_deref(), Some("ano"));
        assert_eq!(after_all("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(after_all("\u{d7ff}").as_deref(), Some("\u{e000}"));
        assert_eq!((after_all(""), after_all("\u{10ffff}")), (None, None));
    }
}
