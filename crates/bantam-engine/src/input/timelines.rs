//! Turns the facts of leads, which a store has lead by lead, into the columns that files are read into.

use super::dataset::{Dataset, History, NO_ROW, pick};
use crate::columns::{Column, EventTable, LeadTable, MISSING_TIME, TextColumn};
use crate::ids::Key;
use crate::timeline::Timeline;
use bantam_lang::meaning::{Attribute, Meaning, Value};

impl Dataset {
    /// Returns the dataset whose timelines these are, in this order; rows of leads count as of a moment. No two timelines
    /// may be one lead's, and their values are those of the meaning's attributes and properties, with defaults.
    pub fn of_timelines(meaning: &Meaning, timelines: impl IntoIterator<Item = Timeline>, as_of: i64) -> Dataset {
        let mut gathering = Gathering::new(meaning);
        for timeline in timelines {
            gathering.add(&timeline, as_of);
        }
        gathering.finish(meaning)
    }
}

struct Gathering {
    leads: LeadTable,
    events: EventTable,
    event_ids: TextColumn,
    history: History,
    /// The row of each lead that counts.
    chosen: Vec<u32>,
}

impl Gathering {
    fn new(meaning: &Meaning) -> Gathering {
        let columns = |attributes: &[Attribute]| attributes.iter().map(|known| Column::new(known.kind)).collect();
        let history = History { lead: Vec::new(), since: Vec::new(), attributes: columns(&meaning.lead.attributes) };
        let events = EventTable { properties: columns(&meaning.event.properties), ..EventTable::default() };
        let (leads, event_ids) = (LeadTable::default(), TextColumn::default());
        Gathering { leads, events, event_ids, history, chosen: Vec::new() }
    }

    fn add(&mut self, timeline: &Timeline, as_of: i64) {
        let lead = self.leads.ids.intern(Key::of(&timeline.lead_id));
        let mut best: Option<(i64, u32)> = None;
        for profile in &timeline.profiles {
            let row = self.history.lead.len() as u32;
            let since = profile.since.unwrap_or(MISSING_TIME);
            if since <= as_of && best.is_none_or(|(earlier, _)| earlier <= since) {
                best = Some((since, row));
            }
            self.history.lead.push(lead);
            self.history.since.push(since);
            push_all(&mut self.history.attributes, &profile.attributes);
        }
        self.chosen.push(best.map_or(NO_ROW, |(_, row)| row));
        for event in &timeline.events {
            self.events.lead.push(lead);
            self.events.name.push(Some(&event.name));
            self.events.time.push(event.time);
            push_all(&mut self.events.properties, &event.properties);
            self.event_ids.push(event.id.as_deref());
        }
    }

    fn finish(self, meaning: &Meaning) -> Dataset {
        let Gathering { mut leads, events, event_ids, history, chosen } = self;
        leads.attributes = history.attributes.iter().map(|column| pick(column, &chosen)).collect();
        leads.has_row = chosen.iter().map(|&row| row != NO_ROW).collect();
        let defaults: Vec<Option<Value>> =
            meaning.lead.attributes.iter().map(|attribute| attribute.default.clone()).collect();
        leads.pad(&defaults);
        leads.ids.settle();
        Dataset { leads, events, event_ids, history: Some(history), ..Dataset::default() }
    }
}

fn push_all(columns: &mut [Column], values: &[Option<Value>]) {
    // A value for each, also where a timeline has too few.
    let values = values.iter().map(Option::as_ref).chain(std::iter::repeat(None));
    columns.iter_mut().zip(values).for_each(|(column, value)| column.push(value));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::{Profile, TimelineEvent};
    use bantam_lang::source::Source;

    fn meaning() -> std::sync::Arc<Meaning> {
        let text = "bantam: 1\nlead:\n  size: number\n  land: {type: text, default: de}\nevent: {plan: text}\n\
                    fit: {rules: {Big: {if: size > 10, points: 5}}}\nstages: [A]\n";
        let loaded = bantam_lang::load(Source::new("d.yaml", text), &mut |_: &str| Err(String::new()));
        loaded.checked.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics)).meaning()
    }

    #[test]
    fn a_dataset_of_timelines_has_these_timelines() {
        let text = |text: &str| Some(Value::Text(text.to_owned()));
        let row = |since, size: f64| Profile { since, attributes: vec![Some(Value::Number(size)), text("fr")] };
        let event =
            |name: &str, time, plan| TimelineEvent { name: name.into(), time, properties: vec![plan], id: None };
        let timelines = [
            Timeline { lead_id: "7".into(), profiles: vec![row(Some(5), 1.0), row(Some(9), 2.0)], events: Vec::new() },
            Timeline {
                lead_id: "ann".into(),
                profiles: Vec::new(),
                events: vec![event("x", 3, text("p")), event("y", 1, None)],
            },
            Timeline { lead_id: "5".into(), profiles: vec![row(None, 4.0)], events: vec![event("x", 2, None)] },
        ];
        let data = Dataset::of_timelines(&meaning(), timelines.clone(), 8);
        assert_eq!(data.timelines().collect::<Vec<_>>(), timelines);
        assert_eq!(data.timeline("ann").as_ref(), Some(&timelines[1]));
        assert_eq!(data.leads.has_row, [true, false, true]);
        let Column::Number(sizes) = &data.leads.attributes[0] else { panic!() };
        assert_eq!((sizes[0], sizes[2]), (1.0, 4.0), "the row of 9 is later than 8");
        let Column::Text(lands) = &data.leads.attributes[1] else { panic!() };
        assert_eq!(lands.get(1), Some("de"), "without a row a lead has the defaults");
    }
}
