//! The text of a lead's key, as a reader of scores sees it.

use super::key::Digits;
use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

/// The text of a lead's key; of one that is kept as a number, written when it is asked for. It is used as a `&str`.
#[derive(Clone, Copy)]
pub struct LeadId<'i>(Text<'i>);

#[derive(Clone, Copy)]
enum Text<'i> {
    Kept(&'i str),
    Written(Digits),
}

impl LeadId<'_> {
    #[inline]
    pub(super) fn written(text: Digits) -> Self {
        LeadId(Text::Written(text))
    }
}

impl<'i> From<&'i str> for LeadId<'i> {
    fn from(text: &'i str) -> LeadId<'i> {
        LeadId(Text::Kept(text))
    }
}

impl Default for LeadId<'_> {
    fn default() -> Self {
        LeadId(Text::Kept(""))
    }
}

impl Deref for LeadId<'_> {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        match &self.0 {
            Text::Kept(text) => text,
            Text::Written(text) => text.text(),
        }
    }
}

impl AsRef<str> for LeadId<'_> {
    fn as_ref(&self) -> &str {
        self
    }
}

impl Borrow<str> for LeadId<'_> {
    fn borrow(&self) -> &str {
        self
    }
}

impl fmt::Display for LeadId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl fmt::Debug for LeadId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl PartialEq for LeadId<'_> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl PartialEq<str> for LeadId<'_> {
    fn eq(&self, other: &str) -> bool {
        **self == *other
    }
}

impl PartialEq<&str> for LeadId<'_> {
    fn eq(&self, other: &&str) -> bool {
        **self == **other
    }
}

impl Eq for LeadId<'_> {}

impl PartialOrd for LeadId<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for LeadId<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(&**other)
    }
}

/// As of the text, so that a table by ids is asked with texts.
impl Hash for LeadId<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}
