//! Finds which entry of the new definition was which of the old.

use super::{ChangeKind, Changes};

/// The entries of two lists, paired.
pub(super) struct Pairing {
    /// Indexes into old and new of entries that are the same thing, in the order of new; renamed ones too.
    pub(super) pairs: Vec<(usize, usize)>,
    /// Indexes into old of entries that are gone.
    pub(super) removed: Vec<usize>,
    /// Indexes into new of entries that came.
    pub(super) added: Vec<usize>,
}

/// Pairs entries: first those equal in name and content, then by name, then by content, which is a renaming.
pub(super) fn pair<T>(
    old: &[T],
    new: &[T],
    same_name: impl Fn(&T, &T) -> bool,
    same_content: impl Fn(&T, &T) -> bool,
) -> Pairing {
    let mut partner_of_old: Vec<Option<usize>> = vec![None; old.len()];
    let mut partner_of_new: Vec<Option<usize>> = vec![None; new.len()];
    let mut join = |same: &dyn Fn(&T, &T) -> bool| {
        for (at, (entry, partner)) in old.iter().zip(&mut partner_of_old).enumerate().filter(|(_, (_, p))| p.is_none())
        {
            let free = new.iter().zip(&mut partner_of_new).enumerate();
            let found = free.filter(|(_, (_, taken))| taken.is_none()).find(|(_, (other, _))| same(entry, other));
            if let Some((index, (_, taken))) = found {
                *partner = Some(index);
                *taken = Some(at);
            }
        }
    };
    join(&|one, other| same_name(one, other) && same_content(one, other));
    join(&same_name);
    join(&same_content);
    let indexes_of_none = |partners: &[Option<usize>]| {
        partners.iter().enumerate().filter(|(_, partner)| partner.is_none()).map(|(index, _)| index).collect()
    };
    Pairing {
        pairs: partner_of_new.iter().enumerate().filter_map(|(new, old)| Some(((*old)?, new))).collect(),
        removed: indexes_of_none(&partner_of_old),
        added: indexes_of_none(&partner_of_new),
    }
}

impl Pairing {
    /// Returns the indexes into new of the fewest entries that were moved, given that all others kept their order.
    pub(super) fn moved(&self) -> Vec<usize> {
        // The longest run of pairs whose old places ascend stays; patience sorting finds it.
        let mut tails: Vec<usize> = Vec::new();
        let mut before: Vec<Option<usize>> = Vec::new();
        let place = |pair: usize| self.pairs.get(pair).map_or(0, |(old, _)| *old);
        for (index, (old, _)) in self.pairs.iter().enumerate() {
            let at = tails.partition_point(|&tail| place(tail) < *old);
            before.push(at.checked_sub(1).and_then(|at| tails.get(at).copied()));
            match tails.get_mut(at) {
                Some(tail) => *tail = index,
                None => tails.push(index),
            }
        }
        let mut stays = vec![false; self.pairs.len()];
        let mut next = tails.last().copied();
        while let Some(index) = next {
            if let Some(stay) = stays.get_mut(index) {
                *stay = true;
            }
            next = before.get(index).copied().flatten();
        }
        self.pairs.iter().zip(stays).filter(|(_, stays)| !stays).map(|((_, new), _)| *new).collect()
    }
}

/// How the entries of a list are spoken of.
pub(super) struct Speech<'a, T> {
    pub(super) section: &'static str,
    /// The name that stands for an entry.
    pub(super) name: &'a dyn Fn(&T) -> String,
    /// What stands before the name, such as `route to `; may be empty.
    pub(super) noun: &'static str,
    /// What stands between the old name and the new one of an entry whose name alone differs.
    pub(super) renamed: &'static str,
    /// What an entry is, for `Name added: ...`; empty for nothing to say.
    pub(super) described: &'a dyn Fn(&T) -> String,
    /// Whether the order has to be reported at all, and whether scoring may differ by it.
    pub(super) order: Order,
    /// Whether scoring may differ by a name.
    pub(super) name_affects: bool,
    /// Whether scoring may differ by an entry that came.
    pub(super) adding_affects: bool,
}

/// What the order of a list means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// Nothing.
    Free,
    /// It belongs to the definition, and scoring does not differ by it.
    Kept,
    /// The first that applies counts, or each builds on those before it.
    Decisive,
}

/// Reports entries that came, went, were renamed or moved.
pub(super) fn report<T>(changes: &mut Changes, speech: &Speech<'_, T>, old: &[T], new: &[T], pairing: &Pairing) {
    let section = speech.section;
    let label = |entry: &T| format!("{}{}", speech.noun, (speech.name)(entry));
    for gone in pairing.removed.iter().filter_map(|&index| old.get(index)) {
        let words = match (speech.described)(gone) {
            description if description.is_empty() => format!("{} removed", label(gone)),
            description => format!("{} removed ({description})", label(gone)),
        };
        changes.push(section, &(speech.name)(gone), ChangeKind::Removed, words, true);
    }
    let moved = if speech.order == Order::Free { Vec::new() } else { pairing.moved() };
    for (index, entry) in new.iter().enumerate() {
        let name = (speech.name)(entry);
        let before = index.checked_sub(1).and_then(|before| new.get(before)).map(label);
        if pairing.added.contains(&index) {
            let place = match (speech.order, before.as_ref()) {
                (Order::Free, _) => String::new(),
                (_, Some(before)) => format!(" after {before}"),
                (_, None) => " at the top".into(),
            };
            let words = match (speech.described)(entry) {
                description if description.is_empty() => format!("{} added{place}", label(entry)),
                description => format!("{} added{place}: {description}", label(entry)),
            };
            changes.push(section, &name, ChangeKind::Added, words, speech.adding_affects);
        }
        let partner = pairing.pairs.iter().find(|(_, new)| *new == index).and_then(|(partner, _)| old.get(*partner));
        if let Some(partner) = partner.filter(|partner| (speech.name)(partner) != name) {
            let words = format!("{} {} {name}", label(partner), speech.renamed);
            changes.push(section, &name, ChangeKind::Changed, words, speech.name_affects);
        }
        if moved.contains(&index) {
            let place = before.map_or("to the top".into(), |before| format!("after {before}"));
            let affects = speech.order == Order::Decisive;
            changes.push(section, &name, ChangeKind::Moved, format!("{} moved {place}", label(entry)), affects);
        }
    }
}
