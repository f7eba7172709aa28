//! Finds which columns hold what reports need and the language has no word for: owners, amounts, reasons, sources.
//!
//! A column that the definition declares under a usual name plays the role of that name. Where it declares none, the first
//! usual name is read all the same: a file without it gives missing values, and what depends on them is left out.

use bantam_lang::meaning::{Attribute, Meaning, Type, Value};

/// What a column may be to a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Of a lead: when it came to be known.
    Arrived,
    /// Of a lead, or of an answer of sales: who in sales has it.
    Owner,
    /// Of a lead: where it came from.
    Source,
    /// Of a lead: the campaign that brought it.
    Campaign,
    /// Of an answer of sales: what the deal is worth.
    Amount,
    /// Of an answer of sales: why it was rejected, recycled or lost.
    Reason,
}

impl Role {
    /// All roles.
    pub const ALL: [Role; 6] = [Role::Arrived, Role::Owner, Role::Source, Role::Campaign, Role::Amount, Role::Reason];

    /// Returns its name, as people write it.
    pub fn word(self) -> &'static str {
        match self {
            Role::Arrived => "arrived",
            Role::Owner => "owner",
            Role::Source => "source",
            Role::Campaign => "campaign",
            Role::Amount => "amount",
            Role::Reason => "reason",
        }
    }

    /// Names under which it is usually found; the first `read` of them are read although not declared.
    fn usual_names(self) -> (&'static [&'static str], usize) {
        match self {
            Role::Arrived => (
                &["created_at", "created", "create_date", "created_date", "createdate", "CreatedDate", "engage_date"],
                1,
            ),
            Role::Owner => {
                (&["owner", "owner_id", "lead_owner", "sales_agent", "sales_rep", "rep", "agent", "assigned_to"], 1)
            }
            Role::Source => (&["lead_source", "source", "utm_source", "channel"], 2),
            Role::Campaign => (&["campaign", "campaign_name", "utm_campaign"], 1),
            Role::Amount => (&["amount", "close_value", "deal_value", "deal_amount", "value", "revenue"], 1),
            Role::Reason => (&["reason", "reject_reason", "lost_reason", "loss_reason", "closed_reason"], 1),
        }
    }

    fn kind(self) -> Type {
        match self {
            Role::Arrived => Type::Time,
            Role::Amount => Type::Number,
            _ => Type::Text,
        }
    }

    /// Whether a value of the type can play the role: anything can be a name.
    fn takes(self, kind: Type) -> bool {
        self.kind() == Type::Text || self.kind() == kind
    }

    fn is_of_leads(self) -> bool {
        !matches!(self, Role::Amount | Role::Reason)
    }

    fn is_of_answers(self) -> bool {
        matches!(self, Role::Owner | Role::Amount | Role::Reason)
    }
}

/// What the caller knows about columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Headers of columns by role; they come before any guess.
    pub columns: Vec<(Role, String)>,
    /// A column of the leads' rows that tells how it ended, with the text that means won; any other means lost. It takes
    /// the place of the definition's events for opportunities, wins and losses.
    pub outcome: Option<(String, String)>,
}

/// Which columns play which role: indexes into the attributes and properties of the meaning, best first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roles {
    attributes: Vec<(Role, usize)>,
    properties: Vec<(Role, usize)>,
    /// The attribute that tells how it ended, with the text that means won.
    outcome: Option<(usize, String)>,
    /// How many attributes the definition itself has.
    declared: usize,
}

impl Roles {
    /// Returns the attributes of leads that may play a role, best first.
    pub fn attributes(&self, role: Role) -> impl Iterator<Item = usize> {
        self.attributes.iter().filter(move |(of, _)| *of == role).map(|&(_, index)| index)
    }

    /// Returns the properties of events that may play a role, best first.
    pub fn properties(&self, role: Role) -> impl Iterator<Item = usize> {
        self.properties.iter().filter(move |(of, _)| *of == role).map(|&(_, index)| index)
    }

    /// Returns whether outcomes come from a column.
    pub fn has_outcome_column(&self) -> bool {
        self.outcome.is_some()
    }

    /// Returns whether a lead was won, from its attributes; `None` where nothing is known.
    pub(super) fn outcome(&self, attributes: &[Option<Value>]) -> Option<bool> {
        let (index, won) = self.outcome.as_ref()?;
        let value = attributes.get(*index)?.as_ref()?;
        Some(text_of(value) == *won)
    }

    /// Returns whether an attribute says something about a lead that one may compare by: it is declared, or where the lead
    /// came from, and it does not tell how it ended.
    pub(super) fn is_trait(&self, attribute: usize) -> bool {
        let is_outcome = self.outcome.as_ref().is_some_and(|(index, _)| *index == attribute);
        let is_origin =
            [Role::Source, Role::Campaign].iter().any(|&role| self.attributes(role).any(|at| at == attribute));
        !is_outcome && (attribute < self.declared || is_origin)
    }
}

/// Returns a meaning with all columns that play a role, and which these are.
pub(super) fn with_roles(meaning: &Meaning, wishes: &Wishes) -> (Meaning, Roles) {
    let mut meaning = meaning.clone();
    let mut roles = Roles { declared: meaning.lead.attributes.len(), ..Roles::default() };
    let properties_declared = meaning.event.properties.len();
    for role in Role::ALL {
        let wished: Vec<&str> =
            wishes.columns.iter().filter(|(of, _)| *of == role).map(|(_, column)| column.as_str()).collect();
        if role.is_of_leads() {
            let found = play(role, &wished, &mut meaning.lead.attributes, roles.declared);
            roles.attributes.extend(found.into_iter().map(|index| (role, index)));
        }
        if role.is_of_answers() {
            let found = play(role, &wished, &mut meaning.event.properties, properties_declared);
            roles.properties.extend(found.into_iter().map(|index| (role, index)));
        }
    }
    if let Some((column, won)) = &wishes.outcome {
        let index = find_or_add(column, Type::Text, |_| true, &mut meaning.lead.attributes);
        roles.outcome = Some((index, won.clone()));
    }
    (meaning, roles)
}

/// Returns the places of the columns that play a role, appending those that are not declared.
fn play(role: Role, wished: &[&str], columns: &mut Vec<Attribute>, declared: usize) -> Vec<usize> {
    let takes = |attribute: &Attribute| role.takes(attribute.kind);
    let mut found: Vec<usize> = wished.iter().map(|column| find_or_add(column, role.kind(), takes, columns)).collect();
    if !found.is_empty() {
        return found;
    }
    let (names, read) = role.usual_names();
    for name in names {
        let known = columns
            .iter()
            .take(declared)
            .position(|column| (column.name == *name || column.column == *name) && takes(column));
        found.extend(known.filter(|index| !found.contains(index)));
    }
    if found.is_empty() {
        found.extend(names.iter().take(read).map(|name| find_or_add(name, role.kind(), takes, columns)));
    }
    found
}

fn find_or_add(column: &str, kind: Type, takes: impl Fn(&Attribute) -> bool, columns: &mut Vec<Attribute>) -> usize {
    let known = columns.iter().position(|known| known.column == column && takes(known));
    known.unwrap_or_else(|| {
        // Conditions were resolved before, so a name that is already there does no harm; reports show the column.
        let name = column.to_owned();
        columns.push(Attribute { name, kind, column: column.to_owned(), missing: Vec::new(), default: None });
        columns.len() - 1
    })
}

/// Returns a value as people would write it.
pub(super) fn text_of(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Number(number) => bantam_lang::convert::number_text(*number),
        Value::Boolean(truth) => truth.to_string(),
        Value::Time(time) => {
            jiff::Timestamp::from_microsecond(*time).map_or_else(|_| time.to_string(), |time| time.to_string())
        }
    }
}
