//! The registry of diagnostic codes. A code is stable and never reused; its page stands in `codes/`, one file each.
//!
//! B00xx: the text cannot be read. B01xx: names and types. B02xx: points, stages and what can never happen.
//! B03xx: the definition beside real data.

use crate::diagnostic::Code;

/// One code with its page.
#[derive(Clone, Copy, Debug)]
pub struct CodeEntry {
    /// The code.
    pub code: Code,
    /// What it checks, why it matters, an example and what to write instead: Markdown.
    pub page: &'static str,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident = $code:literal;)*) => {
        $($(#[doc = $doc])* pub const $name: Code = Code($code);)*

        /// All codes in their order.
        pub const ALL: &[CodeEntry] = &[
            $(CodeEntry { code: Code($code), page: include_str!(concat!("../codes/", $code, ".md")) },)*
        ];
    };
}

codes! {
    /// The text is not YAML.
    NOT_YAML = "B0001";
    /// An expression must be quoted.
    NEEDS_QUOTES = "B0002";
    /// YAML that the language leaves out.
    YAML_EXTRA = "B0003";
    /// A key stands twice in one map.
    DUPLICATE_KEY = "B0004";
    /// The definition is too large.
    TOO_LARGE = "B0005";
    /// A list stands where a map belongs, or the like.
    WRONG_SHAPE = "B0006";
    /// A key nobody knows.
    UNKNOWN_KEY = "B0007";
    /// A key is missing.
    MISSING_KEY = "B0008";
    /// Keys that exclude each other.
    KEYS_EXCLUDE = "B0009";
    /// A language version this program does not read.
    WRONG_VERSION = "B0010";
    /// A number, duration or word that cannot be read.
    BAD_VALUE = "B0011";
    /// An expression that cannot be read.
    BAD_EXPRESSION = "B0012";
    /// An expression is empty.
    EMPTY_EXPRESSION = "B0013";
    /// A list file cannot be read.
    LIST_FILE = "B0014";

    /// A name nobody declared.
    UNKNOWN_NAME = "B0101";
    /// A name that is not known yet here.
    NAME_NOT_YET = "B0102";
    /// A name that is reserved or badly formed.
    BAD_NAME = "B0103";
    /// A name declared twice.
    NAME_TAKEN = "B0104";
    /// A value of the wrong type.
    WRONG_TYPE = "B0105";
    /// A function nobody knows, or called wrongly.
    BAD_CALL = "B0106";
    /// A regular expression outside the subset.
    BAD_PATTERN = "B0107";
    /// A time that cannot be read.
    BAD_TIME = "B0108";
    /// A default that does not convert.
    BAD_DEFAULT = "B0110";
    /// An event's value where there is no event.
    NO_EVENT_HERE = "B0111";
    /// A property from a reserved column.
    RESERVED_COLUMN = "B0112";

    /// Points or bounds out of range.
    OUT_OF_RANGE = "B0201";
    /// A table key of the wrong kind.
    BAD_TABLE_KEY = "B0202";
    /// Two keys or bounds that are equal.
    EQUAL_BOUNDS = "B0203";
    /// Two kinds of decay in one place.
    TWO_DECAYS = "B0204";
    /// A rule without what it needs.
    INCOMPLETE_RULE = "B0205";
    /// A hand-off to a stage that is not there.
    UNKNOWN_STAGE = "B0206";
    /// A reserved key of `once_per`.
    RESERVED_KEY = "B0207";
    /// A name that the language keeps for itself.
    RESERVED_STAGE = "B0208";

    /// A stage out of reach.
    STAGE_OUT_OF_REACH = "B0221";
    /// A grade out of reach.
    GRADE_OUT_OF_REACH = "B0222";
    /// A rule that can never apply.
    RULE_NEVER_APPLIES = "B0223";
    /// A table key that can never apply.
    KEY_NEVER_APPLIES = "B0224";
    /// A persona that can never apply.
    PERSONA_NEVER_APPLIES = "B0225";
    /// A route that can never be taken.
    ROUTE_NEVER_TAKEN = "B0226";
    /// A stage implied by the one before.
    STAGE_IMPLIED = "B0227";
    /// A condition that contradicts itself.
    CONTRADICTION = "B0228";
    /// A condition that is always true.
    ALWAYS_TRUE = "B0229";
    /// A limit that never binds.
    LIMIT_NEVER_BINDS = "B0230";
    /// Something declared and never used.
    UNUSED = "B0231";
    /// A decay longer than its window.
    DECAY_OUTLIVES_WINDOW = "B0232";
    /// No hand-off.
    NO_HAND_OFF = "B0233";
    /// A stage of sales that score alone can reach.
    SALES_STAGE_BY_SCORE = "B0234";
    /// A comparison with a value that never occurs.
    VALUE_NEVER_OCCURS = "B0235";

    /// A rule that hits nothing in the data.
    NO_HITS = "B0301";
    /// Values a table does not know.
    TABLE_MISSES = "B0302";
    /// An attribute that is always missing.
    ALWAYS_MISSING = "B0303";
    /// Values that do not convert.
    DOES_NOT_CONVERT = "B0304";
    /// Events nobody listens to.
    UNHEARD_EVENT = "B0305";
    /// A listened-to event that never comes.
    EVENT_NEVER_COMES = "B0306";
    /// A column that is not in the data.
    COLUMN_NOT_FOUND = "B0307";
}

/// Returns the entry of a code as people type it, in any case.
pub fn find_code(text: &str) -> Option<&'static CodeEntry> {
    ALL.iter().find(|entry| entry.code.0.eq_ignore_ascii_case(text.trim()))
}
