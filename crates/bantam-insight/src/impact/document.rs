//! Says an impact in sentences and tables: what differs and who moves here, what it means for sales in `sales`.

mod sales;

use super::moves::RuleChange;
use super::{Impact, Moves, Place};
use crate::document::{Cell, Column, Document, Finding, Particular, Section, Table};

/// As what two definitions are laid beside each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reading {
    /// A definition and a version that is to take its place.
    #[default]
    Change,
    /// The answers of two teams to the same question, neither of which is the older.
    Disagreement,
}

/// Returns an impact as a document.
pub fn document(impact: &Impact, reading: Reading) -> Document {
    let words = Words::new(impact, reading);
    Document {
        title: match reading {
            Reading::Change => "What the change would do".into(),
            Reading::Disagreement => "Where the two definitions disagree".into(),
        },
        subtitle: particulars(impact, &words),
        sections: vec![
            differences(impact, &words),
            stages(impact, &words),
            rules(&impact.moves, &words),
            leads(&impact.moves, &words),
            sales::hand_offs(impact, &words),
            sales::outcomes(impact, &words),
        ],
    }
}

/// What the two definitions are called.
struct Words {
    reading: Reading,
    /// In headings of columns.
    sides: [String; 2],
    /// Whether these are the definitions' titles.
    are_names: bool,
}

impl Words {
    fn new(impact: &Impact, reading: Reading) -> Words {
        let names = impact.definitions.each_ref().map(|definition| definition.name.as_deref());
        let (sides, are_names) = match (reading, names) {
            (Reading::Change, _) => (["old", "new"], false),
            (Reading::Disagreement, [Some(one), Some(other)]) if one != other => ([one, other], true),
            (Reading::Disagreement, _) => (["first", "second"], false),
        };
        Words { reading, sides: sides.map(str::to_owned), are_names }
    }

    fn column(&self, what: &str, side: usize) -> Column {
        Column::figures(format!("{what}, {}", self.side(side)))
    }

    fn side(&self, side: usize) -> &str {
        self.sides.get(side).map_or("", String::as_str)
    }

    /// Returns what a definition is called within a sentence.
    fn the(&self, side: usize) -> String {
        let name = self.side(side);
        if self.are_names { format!("\"{name}\"") } else { format!("the {name} definition") }
    }
}

fn particulars(impact: &Impact, words: &Words) -> Vec<Particular> {
    let mut all: Vec<Particular> = impact
        .definitions
        .iter()
        .zip(&words.sides)
        .map(|(definition, side)| {
            let name = definition.name.as_deref().unwrap_or("without a title");
            let role = if side == name { "Definition".to_owned() } else { format!("Definition, {side}") };
            Particular::new(role, format!("{name} ({})", definition.fingerprint))
        })
        .collect();
    all.push(Particular::new("As of", moment(impact.as_of)));
    if let Some(period) = impact.period {
        all.push(Particular::new("Hand-offs from", moment(period.from)));
        all.push(Particular::new("Hand-offs before", moment(period.to)));
    }
    all
}

fn moment(micros: i64) -> String {
    let Ok(time) = jiff::Timestamp::from_microsecond(micros) else { return micros.to_string() };
    // Nobody asks for seconds here; a day that begins needs no hour either.
    let minute = time.strftime("%Y-%m-%d %H:%M").to_string();
    minute.strip_suffix(" 00:00").map_or_else(|| format!("{minute} UTC"), str::to_owned)
}

fn differences(impact: &Impact, words: &Words) -> Section {
    let rows = impact.changes.iter().map(|change| {
        let effect = if change.affects_scores { "may change scores" } else { "changes no score" };
        vec![Cell::text(change.section), Cell::text(&change.words), Cell::text(effect)]
    });
    let affecting = impact.changes.iter().filter(|change| change.affects_scores).count();
    let finding = match (impact.changes.len(), affecting) {
        (0, _) => "The two mean the same.".to_owned(),
        (all, 0) => format!("{} none of which changes a score.", counted(all as u64, "difference,", "differences,")),
        (all, some) if some == all => {
            format!("{} which may change scores.", counted(all as u64, "difference", "differences"))
        }
        (all, some) => {
            format!("{} {some} of which may change scores.", counted(all as u64, "difference,", "differences,"))
        }
    };
    let arrow = match words.reading {
        Reading::Change => "Each line says what was and what is to be.",
        Reading::Disagreement => "Left of an arrow stands what the first says, right of it what the second says.",
    };
    Section {
        id: "differences".into(),
        heading: "What differs in words".into(),
        meaning: format!("How the meanings of the two texts differ; layout and comments do not count. {arrow}"),
        finding: Some(Finding::of_counts(finding)),
        tables: vec![Table {
            id: "differences".into(),
            caption: "Differences between the two definitions".into(),
            columns: vec![Column::text("section"), Column::text("difference"), Column::text("effect")],
            rows: rows.collect(),
            charts: Vec::new(),
        }],
        notes: Vec::new(),
    }
}

fn stages(impact: &Impact, words: &Words) -> Section {
    let moves = &impact.moves;
    let name = |ladder: &super::Ladder, place: Place| ladder.name(place).unwrap_or("no stage").to_owned();
    let new: Vec<Place> = moves.new.places().collect();
    let mut columns = vec![Column::text(format!("stage, {}", words.side(0)))];
    columns.extend(new.iter().map(|&place| Column::figures(name(&moves.new, place))));
    let rows = moves.old.places().zip(&moves.stages).map(|(place, counts)| {
        let counts = counts.iter().map(|&count| Cell::Count(count));
        std::iter::once(Cell::text(name(&moves.old, place))).chain(counts).collect()
    });
    Section {
        id: "stages".into(),
        heading: "Leads by stage".into(),
        meaning: format!(
            "Where leads stand: each row is a stage by {}, each column one by {}.",
            words.the(0),
            words.the(1)
        ),
        finding: Some(Finding::of_counts(moved(moves, words))),
        tables: vec![Table {
            id: "stages".into(),
            caption: "Leads by stage under both definitions".into(),
            columns,
            rows: rows.collect(),
            charts: Vec::new(),
        }],
        notes: vec![format!(
            "{} another score, whether or not it moves them.",
            counted(moves.other_scores, "lead has", "leads have")
        )],
    }
}

fn moved(moves: &Moves, words: &Words) -> String {
    if moves.is_none() {
        return format!("None of {} stands elsewhere.", counted(moves.leads, "lead", "leads"));
    }
    let ways = [(moves.up, "up"), (moves.down, "down"), (moves.aside, "to a stage the other does not have")];
    let ways: Vec<String> =
        ways.iter().filter(|(count, _)| *count > 0).map(|&(count, way)| format!("{} {way}", grouped(count))).collect();
    let verb = match words.reading {
        Reading::Change => "would move",
        Reading::Disagreement => "stand elsewhere by the second than by the first",
    };
    format!("{} of {} {verb}: {}.", grouped(moves.moved()), counted(moves.leads, "lead", "leads"), ways.join(", "))
}

fn rules(moves: &Moves, words: &Words) -> Section {
    let rows = moves.rules.iter().map(|effect| {
        vec![
            Cell::text(effect.source.to_string()),
            Cell::text(effect.source.section.word()),
            Cell::Count(effect.up),
            Cell::Count(effect.down),
            Cell::Count(effect.aside),
            Cell::Change(effect.points as f64, 0),
        ]
    });
    let mut notes = Vec::new();
    if moves.by_conditions_alone > 0 {
        let leads = counted(moves.by_conditions_alone, "lead moves", "leads move");
        notes.push(format!("{leads} with the same points: only conditions of stages or disqualifiers differ."));
    }
    let (one, other) = (words.the(0), words.the(1));
    Section {
        id: "rules".into(),
        heading: "By criterion".into(),
        meaning: format!(
            "Rules that give other points by {other} than by {one} to leads that stand elsewhere; a lead counts at each of them."
        ),
        finding: None,
        tables: vec![Table {
            id: "rules".into(),
            caption: "Leads that stand elsewhere, by the rules that differ for them".into(),
            columns: vec![
                Column::text("rule"),
                Column::text("section"),
                Column::figures("up"),
                Column::figures("down"),
                Column::figures("aside"),
                Column::figures_in("all together", "points"),
            ],
            rows: rows.collect(),
            charts: Vec::new(),
        }],
        notes,
    }
}

fn leads(moves: &Moves, words: &Words) -> Section {
    let rows = moves.named.iter().map(|lead| {
        let stage = |name: &Option<String>| Cell::text(name.as_deref().unwrap_or("no stage"));
        let because = match lead.rules.as_slice() {
            [] => "conditions alone".to_owned(),
            rules => rules.iter().map(because).collect::<Vec<_>>().join("; "),
        };
        vec![
            Cell::text(&lead.lead_id),
            stage(&lead.from),
            stage(&lead.to),
            Cell::text(lead.direction.word()),
            Cell::Number(lead.old_score as f64, 0),
            Cell::Number(lead.new_score as f64, 0),
            Cell::text(because),
        ]
    });
    let left = moves.moved() - moves.named.len() as u64;
    let more = (left > 0).then(|| format!("{} more are not named here.", grouped(left)));
    Section {
        id: "leads".into(),
        heading: "By lead".into(),
        meaning: "Leads that stand elsewhere, the highest score first, with the rules whose points differ.".into(),
        finding: None,
        tables: vec![Table {
            id: "leads".into(),
            caption: "Leads that stand elsewhere".into(),
            columns: vec![
                Column::text("lead"),
                Column::text(format!("stage, {}", words.side(0))),
                Column::text(format!("stage, {}", words.side(1))),
                Column::text("way"),
                words.column("score", 0),
                words.column("score", 1),
                Column::text("because"),
            ],
            rows: rows.collect(),
            charts: Vec::new(),
        }],
        notes: more.into_iter().collect(),
    }
}

fn because(change: &RuleChange) -> String {
    format!("{} {} -> {}", change.source, change.old, change.new)
}

fn counted(count: u64, one: &str, more: &str) -> String {
    format!("{} {}", grouped(count), if count == 1 { one } else { more })
}

/// Sets thousands apart.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
