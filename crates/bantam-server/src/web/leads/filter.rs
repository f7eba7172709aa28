//! Which leads are shown, as it stands in the address.

use crate::api::leads::LeadSort;
use crate::api::paging::Cursor;
use crate::problem::Problem;
use bantam_core::{LeadState, Rules};
use bantam_lang::convert::parse_time;
use bantam_lang::meaning::{Attribute, Meaning, Type, Value};
use bantam_lang::nearest::did_you_mean;
use bantam_store::LeadFilter;
use serde::Deserialize;

/// What a list of leads shows. Saved views and exports are of the same shape.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shown {
    pub(super) q: Option<String>,
    pub(super) stage: Option<String>,
    pub(super) grade: Option<String>,
    pub(super) route: Option<String>,
    pub(super) owner: Option<String>,
    #[serde(default)]
    pub(super) sort: LeadSort,
    /// An attribute of the definition, by its name.
    pub(super) attribute: Option<String>,
    /// What it is.
    pub(super) is: Option<String>,
    /// What it is at least.
    pub(super) at_least: Option<String>,
    pub(super) cursor: Option<Cursor>,
}

/// The orders that can be chosen: the word in the address, and what people call it.
pub(super) const SORTS: [(&str, &str); 6] = [
    ("score", "highest score"),
    ("-score", "lowest score"),
    ("fit", "best fit"),
    ("engagement", "most engaged"),
    ("changed", "changed last"),
    ("id", "id"),
];

/// Returns the word of an order.
pub(super) fn word(sort: LeadSort) -> &'static str {
    match sort {
        LeadSort::HighestScore => "score",
        LeadSort::LowestScore => "-score",
        LeadSort::Fit => "fit",
        LeadSort::Engagement => "engagement",
        LeadSort::Changed => "changed",
        LeadSort::Id => "id",
    }
}

impl Shown {
    /// Returns what it says, without where the page begins.
    fn fields(&self) -> [(&'static str, &str); 9] {
        fn text(field: &Option<String>) -> &str {
            field.as_deref().unwrap_or_default()
        }
        let sort = if self.sort.is_usual() { "" } else { word(self.sort) };
        [
            ("q", text(&self.q)),
            ("stage", text(&self.stage)),
            ("grade", text(&self.grade)),
            ("route", text(&self.route)),
            ("owner", text(&self.owner)),
            ("attribute", text(&self.attribute)),
            ("is", text(&self.is)),
            ("at_least", text(&self.at_least)),
            ("sort", sort),
        ]
    }

    /// Returns the query of the same list with something changed, from its beginning.
    pub(super) fn query(&self, change: &[(&str, &str)]) -> String {
        let changed = |name: &str| change.iter().any(|(other, _)| *other == name);
        let kept = self.fields().into_iter().filter(|(name, _)| !changed(name));
        let pairs: Vec<_> = kept.chain(change.iter().copied()).filter(|(_, value)| !value.is_empty()).collect();
        serde_urlencoded::to_string(pairs).unwrap_or_default()
    }

    /// Returns the address of the same list with something changed, from its beginning.
    pub(super) fn address(&self, change: &[(&str, &str)]) -> String {
        match self.query(change) {
            query if query.is_empty() => "/leads".to_owned(),
            query => format!("/leads?{query}"),
        }
    }

    pub(super) fn is_filtered(&self) -> bool {
        self.fields().into_iter().any(|(name, value)| name != "sort" && !value.is_empty())
    }

    /// Returns whether it can be told from the counts how many there are.
    pub(super) fn is_countable(&self) -> bool {
        self.q.is_none() && self.owner.is_none() && self.attribute.is_none()
    }

    /// Returns the filter of the store for a part of the list.
    pub(super) fn filter(&self, limit: usize) -> Result<LeadFilter, Problem> {
        Ok(LeadFilter {
            stage: self.stage.clone(),
            grade: self.grade.clone(),
            route: self.route.clone(),
            owner: self.owner.clone(),
            prefix: self.q.clone(),
            order: self.sort.order().0,
            after: self.cursor.as_ref().map(|cursor| self.sort.place(cursor)).transpose()?,
            limit,
        })
    }

    /// Returns what an attribute has to be.
    pub(super) fn wish(&self, meaning: Option<&Meaning>) -> Result<Option<Wish>, Problem> {
        let Some(name) = &self.attribute else {
            return match self.is.is_some() || self.at_least.is_some() {
                true => Err(wrong("attribute", "choose the attribute that is compared".to_owned())),
                false => Ok(None),
            };
        };
        let attributes = meaning.map(|meaning| meaning.lead.attributes.as_slice()).unwrap_or_default();
        let Some(place) = attributes.iter().position(|attribute| attribute.name == *name) else {
            let near = did_you_mean(name, attributes.iter().map(|attribute| attribute.name.as_str()));
            let near = near.map(|near| format!("; {near}")).unwrap_or_default();
            return Err(wrong("attribute", format!("the definition has no attribute `{name}`{near}")));
        };
        let attribute = attributes.get(place).ok_or_else(|| Problem::fault("an attribute went away"))?;
        let value = |text: &String| value_of(attribute, text);
        let test = match (&self.is, &self.at_least) {
            (Some(text), None) => Test::Is(value(text)?),
            (None, Some(text)) if matches!(attribute.kind, Type::Number | Type::Time) => Test::AtLeast(value(text)?),
            (None, Some(_)) => return Err(wrong("at_least", format!("`{name}` is no number and no time"))),
            (None, None) => Test::IsKnown,
            (Some(_), Some(_)) => return Err(wrong("at_least", "say what it is or what it is at least".to_owned())),
        };
        Ok(Some(Wish { place, test }))
    }
}

impl LeadSort {
    fn is_usual(self) -> bool {
        matches!(self, LeadSort::HighestScore)
    }
}

fn wrong(field: &'static str, message: String) -> Problem {
    Problem::bad_request("invalid_value", message).at(field)
}

fn value_of(attribute: &Attribute, text: &str) -> Result<Value, Problem> {
    let text = text.trim();
    let value = match attribute.kind {
        Type::Text => Some(Value::Text(text.to_owned())),
        Type::Number => bantam_lang::convert::parse_number(text).map(Value::Number),
        Type::Time => parse_time(text).map(Value::Time),
        Type::Boolean => match text.to_ascii_lowercase().as_str() {
            "yes" | "true" => Some(Value::Boolean(true)),
            "no" | "false" => Some(Value::Boolean(false)),
            _ => None,
        },
    };
    value.ok_or_else(|| wrong("is", format!("`{text}` is no {}, which `{}` is", attribute.kind.word(), attribute.name)))
}

/// What an attribute has to be.
pub(super) struct Wish {
    place: usize,
    test: Test,
}

enum Test {
    IsKnown,
    Is(Value),
    AtLeast(Value),
}

impl Wish {
    /// Returns whether a lead is as wished.
    pub(super) fn is_met(&self, lead: &LeadState, rules: &Rules) -> bool {
        let found = lead.attributes(rules).and_then(|attributes| attributes.get(self.place)?.as_ref());
        match (&self.test, found) {
            (_, None) => false,
            (Test::IsKnown, Some(_)) => true,
            (Test::Is(Value::Text(wish)), Some(Value::Text(text))) => wish.to_lowercase() == text.to_lowercase(),
            (Test::Is(wish), Some(value)) => wish == value,
            (Test::AtLeast(Value::Number(least)), Some(Value::Number(number))) => number >= least,
            (Test::AtLeast(Value::Time(least)), Some(Value::Time(time))) => time >= least,
            (Test::AtLeast(_), Some(_)) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::forms::search;

    #[test]
    fn a_list_stands_in_its_address() {
        let shown: Shown = search("q=ann%40&stage=&sort=-score&grade=A1").unwrap();
        assert_eq!(shown.address(&[]), "/leads?q=ann%40&grade=A1&sort=-score");
        assert_eq!(
            shown.address(&[("grade", ""), ("route", "sales & co")]),
            "/leads?q=ann%40&sort=-score&route=sales+%26+co"
        );
        assert_eq!(Shown::default().address(&[]), "/leads");
    }

    #[test]
    fn ui_04_orders_and_filters_are_those_that_are_known() {
        for query in ["sort=colour", "colour=red", "sort=score&sort=fit"] {
            assert!(search::<Shown>(query).is_err(), "{query}");
        }
        for (sort, _) in SORTS {
            assert_eq!(word(search::<Shown>(&format!("sort={}", sort)).unwrap().sort), sort);
        }
    }
}
