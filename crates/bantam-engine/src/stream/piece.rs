//! Takes the rows of one piece of a file: drops what counts for nothing, keeps the rest, scores leads that are complete.

use super::runs::{RUN_EVENTS, Run, cut};
use super::seen::Seen;
use super::storage::{Place, PropertySet, Stored};
use super::{Stream, lock};
use crate::batch::{Partition, ROWS_PER_PARTITION, score_partition};
use crate::columns::MISSING_CODE;
use crate::input::{Chosen, KeyExtent, LeadKeys, Rows, TapPiece};
use crate::kinds::KindFinder;

/// Marks the number of a lead that has all its events in this piece.
const COMPLETE: u32 = 1 << 31;
/// Marks the number of a lead that has no counting row, so that an event decides whether it comes out.
pub(super) const WITHOUT_ROW: u32 = 1 << 30;
/// The lead number without its marks.
const LEAD: u32 = WITHOUT_ROW - 1;
/// A lead that has not been looked up yet. It has the marks of a lead, so it must not be asked for them.
const UNKNOWN: u32 = u32::MAX;
/// A lead that is being looked up.
const PENDING: u32 = u32::MAX - 1;

/// What is known of a name of a piece.
pub(super) struct PieceName {
    /// Among the names that are listened to.
    pub(super) code: u32,
    /// Which of the properties that are kept something asks for.
    pub(super) needs: PropertySet,
}

/// One piece while it is read.
pub(super) struct StreamPiece<'s, 'm> {
    pub(super) stream: &'s Stream<'m>,
    extent: Option<&'s KeyExtent>,
    /// Marked lead number of each key of the piece.
    leads: Vec<u32>,
    /// Whether a lead without a counting row has come.
    has_strangers: bool,
    pub(super) names: Vec<PieceName>,
    /// The first moment from which on events of each of them count.
    firsts: Vec<i64>,
    /// Where rows that are kept are put together.
    room: Vec<u32>,
    pub(super) kinds: KindFinder,
    /// Events of leads that may have others elsewhere.
    stored: Stored,
    /// Events of leads that have no others.
    complete: Stored,
    seen: Seen,
    oldest: i64,
    newest: i64,
}

impl<'s, 'm> StreamPiece<'s, 'm> {
    pub(super) fn new(stream: &'s Stream<'m>, extent: Option<&'s KeyExtent>) -> Self {
        let beside = stream.storage.beside;
        StreamPiece {
            stream,
            extent,
            leads: Vec::new(),
            has_strangers: false,
            names: Vec::new(),
            firsts: Vec::new(),
            room: Vec::new(),
            kinds: KindFinder::default(),
            stored: lock(&stream.waiting).pop().unwrap_or_else(|| Stored::new(beside)),
            complete: lock(&stream.emptied).pop().unwrap_or_else(|| Stored::new(beside)),
            seen: Seen::default(),
            oldest: i64::MAX,
            newest: i64::MIN,
        }
    }

    /// Takes rows whose leads have marked numbers.
    pub(super) fn take_all(&mut self, leads: &[u32], rows: &Rows) {
        self.know_names(rows);
        self.has_strangers = true;
        let kept = self.counting(rows);
        self.see_strangers(|row| leads.get(row).copied(), rows.times());
        let leads: Vec<u32> = kept.iter().map(|&row| leads.get(row as usize).copied().unwrap_or(0)).collect();
        self.take_rows(&leads, &kept, &kept, rows);
    }

    /// Finds the marked lead number of every key; where only rows that are not kept have it, it may be wrong but for its marks.
    fn find_leads(&mut self, rows: &Rows, kept: &[u32]) -> Result<(), String> {
        let keys = rows.keys();
        let from = self.leads.len();
        let ids = &self.stream.leads.ids;
        // A lead with a row is there whatever its events are: only for those that count it must be known which one it is.
        let numbers = if self.stream.all_have_rows { ids.ranked_numbers(keys.entries(from)) } else { None };
        let mut needed = Vec::new();
        match &numbers {
            Some(numbers) => self.leads.resize(from + numbers.len(), UNKNOWN),
            None => self.find_each(from, keys, &mut needed),
        }
        let has_extent = self.extent.is_some();
        let known = |place: usize| match (&numbers, place.checked_sub(from)) {
            _ if has_extent => None,
            (Some(numbers), Some(at)) => numbers.get(at).and_then(|&number| ids.find_number(number)),
            _ => keys.entry(place).and_then(|key| ids.find_by_rank(key)),
        };
        for &code in kept.iter().filter_map(|&row| keys.codes().get(row as usize)) {
            if let Some(lead @ &mut UNKNOWN) = self.leads.get_mut(code as usize) {
                *lead = known(code as usize).unwrap_or(PENDING);
                if *lead == PENDING {
                    needed.push(code);
                }
            }
        }
        self.look_up_leads(rows, &needed)
    }

    /// Finds, of the keys from a place on, the leads that have a row; all others are `needed`.
    fn find_each(&mut self, from: usize, keys: &LeadKeys, needed: &mut Vec<u32>) {
        let stream = self.stream;
        for (at, key) in (from as u32..).zip(keys.entries(from)) {
            let known = if stream.all_have_rows { stream.leads.ids.find_by_rank(key) } else { None };
            self.leads.push(match (known, self.extent) {
                (Some(lead), None) => lead,
                (Some(_), Some(_)) => UNKNOWN,
                (None, _) => {
                    needed.push(at);
                    PENDING
                }
            });
        }
    }

    /// Takes note of leads without a counting row that have an event at or before *as of*; `lead` is the marked number of a row.
    fn see_strangers(&mut self, lead: impl Fn(usize) -> Option<u32>, times: &[i64]) {
        if !self.has_strangers {
            return;
        }
        let is_without_row = |lead: u32| lead & WITHOUT_ROW != 0 && lead != UNKNOWN;
        let past = times.iter().enumerate().filter(|&(_, &time)| time <= self.stream.as_of);
        for lead in past.filter_map(|(row, _)| lead(row)).filter(|&lead| is_without_row(lead)) {
            self.seen.insert(lead & LEAD);
        }
    }

    /// Looks up the leads of some of a piece's keys.
    fn look_up_leads(&mut self, rows: &Rows, needed: &[u32]) -> Result<(), String> {
        let (stream, extent) = (self.stream, self.extent);
        let wanted = needed.iter().filter_map(|&at| rows.keys().entry(at as usize));
        let (mut targets, mut is_wrong, mut has_strangers) = (needed.iter(), false, self.has_strangers);
        let leads = &mut self.leads;
        stream.leads.ids.find_all(wanted, |key, found| {
            let lead = match found {
                None => {
                    has_strangers = true;
                    stream.newcomer(key) | WITHOUT_ROW
                }
                Some(lead) => {
                    let holds = extent.map_or(Some(false), |extent| extent.holds(key));
                    is_wrong |= holds.is_none();
                    let has_row = stream.all_have_rows || stream.leads.has_row.get(lead as usize) == Some(&true);
                    has_strangers |= !has_row;
                    lead | if holds == Some(true) { COMPLETE } else { 0 } | if has_row { 0 } else { WITHOUT_ROW }
                }
            };
            if let Some(slot) = targets.next().and_then(|&at| leads.get_mut(at as usize)) {
                *slot = lead;
            }
        });
        self.has_strangers = has_strangers;
        if is_wrong {
            return Err("the statistics of its column of leads' keys contradict its rows; write it again".to_owned());
        }
        Ok(())
    }

    /// Takes the rows that are kept, each with its marked lead number; `cells` says where in the columns each of them is.
    fn take_rows(&mut self, leads: &[u32], kept: &[u32], cells: &[u32], rows: &Rows) {
        let times = rows.times();
        let kinds = self.kinds_of(rows, kept, cells);
        let Stream { storage, tables, .. } = self.stream;
        let mut beside: Vec<Vec<u64>> = Vec::new();
        if storage.beside > 0 {
            let mut tables = lock(tables);
            for (property, _) in storage.kept().filter(|(_, place)| matches!(place, Place::Beside(_))) {
                let (Some(column), Some(values)) = (rows.values(property), tables.values.get_mut(property)) else {
                    continue;
                };
                let bits = cells.iter().map(|&cell| storage.bits(property, values, column, cell as usize));
                beside.push(bits.collect());
            }
        }
        self.store(leads, times, kept, &kinds, &beside);
        if self.stored.len() >= RUN_EVENTS {
            lock(&self.stream.runs).push(Run::sort(&mut self.stored));
        }
    }

    /// Puts events with the others of leads that are complete with this piece, or with those that wait.
    fn store(&mut self, leads: &[u32], times: &[i64], kept: &[u32], kinds: &[u32], beside: &[Vec<u64>]) {
        let complete = leads.iter().filter(|&&lead| lead & COMPLETE != 0).count();
        if complete == 0 || complete == kept.len() {
            let target = if complete == 0 { &mut self.stored } else { &mut self.complete };
            target.lead.extend(leads.iter().map(|&lead| lead & LEAD));
            target.time.extend(kept.iter().map(|&row| times.get(row as usize).copied().unwrap_or(0)));
            target.kind.extend_from_slice(kinds);
            target.beside.iter_mut().zip(beside).for_each(|(all, values)| all.extend_from_slice(values));
            return;
        }
        for (at, (&lead, (&row, &kind))) in leads.iter().zip(kept.iter().zip(kinds)).enumerate() {
            let target = if lead & COMPLETE == 0 { &mut self.stored } else { &mut self.complete };
            target.lead.push(lead & LEAD);
            target.time.push(times.get(row as usize).copied().unwrap_or(0));
            target.kind.push(kind);
            target.beside.iter_mut().zip(beside).for_each(|(all, values)| all.extend(values.get(at)));
        }
    }

    /// Looks up names that have not come before in this piece.
    fn know_names(&mut self, rows: &Rows) {
        let Stream { horizons, names, as_of, storage, .. } = self.stream;
        let dictionary = rows.names();
        for code in self.names.len()..dictionary.dictionary.len() {
            let name = dictionary.dictionary.get(code as u32).unwrap_or_default();
            let heard = names.code(name).zip(horizons.first_moment(name, *as_of));
            // After the end of time: no event of an unheard name counts.
            let (code, first) = heard.unwrap_or((MISSING_CODE, i64::MAX));
            self.names.push(PieceName { code, needs: storage.needs_of(name) });
            self.firsts.push(first);
        }
    }

    /// Returns the rows that some rule may count; takes note of the oldest and the newest of all.
    fn counting(&mut self, rows: &Rows) -> Vec<u32> {
        let as_of = self.stream.as_of;
        let times = rows.times();
        // A row is written where the next one that is kept belongs, and stays there if it is one.
        self.room.resize(times.len().max(self.room.len()), 0);
        let kept = &mut self.room;
        let (mut count, mut oldest, mut newest) = (0, self.oldest, self.newest);
        for (row, (&time, &name)) in (0..).zip(times.iter().zip(&rows.names().codes)) {
            let first = self.firsts.get(name as usize).copied().unwrap_or(i64::MAX);
            if let Some(slot) = kept.get_mut(count) {
                *slot = row;
            }
            count += usize::from(time >= first) & usize::from(time <= as_of);
            (oldest, newest) = (oldest.min(time), newest.max(time));
        }
        (self.oldest, self.newest) = (oldest, newest);
        self.room.get(..count).unwrap_or_default().to_vec()
    }

    fn take_kept(&mut self, rows: &mut Rows, kept: &[u32], cells: &[u32]) -> Result<(), String> {
        self.find_leads(rows, kept)?;
        let codes = rows.keys().codes();
        let known = std::mem::take(&mut self.leads);
        let lead_of = |row: usize| codes.get(row).and_then(|&code| known.get(code as usize)).copied();
        self.see_strangers(lead_of, rows.times());
        let leads: Vec<u32> = kept.iter().map(|&row| lead_of(row as usize).unwrap_or(UNKNOWN)).collect();
        self.leads = known;
        self.take_rows(&leads, kept, cells, rows);
        let lasting = rows.clear_taken();
        self.leads.truncate(lasting);
        Ok(())
    }

    /// Brings home what waits for the end of all pieces.
    pub(super) fn bring_home(mut self) {
        self.complete.clear();
        lock(&self.stream.emptied).push(self.complete);
        let mut scores = lock(&self.stream.scored);
        scores.seen.merge(&self.seen);
        if self.oldest <= self.newest {
            scores.oldest = Some(scores.oldest.map_or(self.oldest, |oldest| oldest.min(self.oldest)));
            scores.newest = Some(scores.newest.map_or(self.newest, |newest| newest.max(self.newest)));
        }
        lock(&self.stream.waiting).push(self.stored);
    }

    /// Scores the leads that have all their events in this piece.
    fn score_complete(&mut self) {
        let stream = self.stream;
        let tables = lock(&stream.tables).clone();
        let shape = stream.dictionaries(&tables);
        let plan = stream.plan(&tables, &shape);
        for (leads, events) in cut(&mut self.complete, ROWS_PER_PARTITION) {
            let has_event = vec![true; leads.len()];
            let (events, kinds) = stream.unfold(&plan, &tables, events);
            let part = Partition { leads, events, kinds, has_event };
            let scores = score_partition(&plan, &stream.leads, stream.as_of, stream.options.batch, &part);
            lock(&stream.scored).table.put(scores);
        }
    }
}

impl TapPiece for StreamPiece<'_, '_> {
    fn choose(&mut self, rows: &Rows) -> Option<Chosen> {
        if rows.have_ids() {
            return None;
        }
        self.know_names(rows);
        let chosen = self.counting(rows);
        let codes = &rows.names().codes;
        let needs = |row: u32| self.names.get(*codes.get(row as usize)? as usize).map(|name| name.needs);
        let needs: Vec<PropertySet> = chosen.iter().map(|&row| needs(row).unwrap_or_default()).collect();
        let asked = self.stream.storage.asked(&chosen, &needs);
        Some(Chosen { rows: chosen, asked })
    }

    fn take_chosen(&mut self, rows: &mut Rows, chosen: &[u32]) -> Result<(), String> {
        let cells: Vec<u32> = (0..chosen.len() as u32).collect();
        self.take_kept(rows, chosen, &cells)
    }

    fn take(&mut self, rows: &mut Rows) -> Result<(), String> {
        if rows.have_ids() {
            return Ok(());
        }
        self.know_names(rows);
        let kept = self.counting(rows);
        self.take_kept(rows, &kept, &kept)
    }

    fn end(mut self: Box<Self>) {
        if self.complete.len() > 0 {
            self.score_complete();
        }
        self.bring_home();
    }
}
