//! The templates that `init` starts from, embedded in the binary.

/// A definition to start from.
pub(crate) struct Template {
    /// Its name.
    pub(crate) name: &'static str,
    /// The definition's text.
    pub(crate) definition: &'static str,
    /// First line: one sentence; the rest: when to choose it.
    pub(crate) about: &'static str,
    /// A few leads that show its numbers.
    pub(crate) leads: &'static str,
    /// Their events.
    pub(crate) events: &'static str,
    /// The moment for which they are meant.
    pub(crate) as_of: &'static str,
}

macro_rules! templates {
    ($($name:literal,)*) => {
        /// All templates, in the order in which they are listed.
        pub(crate) const ALL: &[Template] = &[
            $(Template {
                name: $name,
                definition: include_str!(concat!("../templates/", $name, "/definition.yaml")),
                about: include_str!(concat!("../templates/", $name, "/about.md")),
                leads: include_str!(concat!("../templates/", $name, "/leads.csv")),
                events: include_str!(concat!("../templates/", $name, "/events.csv")),
                as_of: include_str!(concat!("../templates/", $name, "/as_of")),
            },)*
        ];
    };
}

templates! {
    "mql-sal-sql",
    "four-levels",
    "lead-spectrum",
    "four-questions",
    "touchpoints",
    "saas-50",
    "ecommerce",
    "bant",
    "meddpicc",
    "score-and-grade",
}

impl Template {
    /// Returns its one-sentence summary.
    pub(crate) fn summary(&self) -> &'static str {
        self.about.lines().next().unwrap_or("").trim_start_matches(['#', ' '])
    }
}

/// Returns the template of a name.
pub(crate) fn find(name: &str) -> Option<&'static Template> {
    ALL.iter().find(|template| template.name == name)
}
