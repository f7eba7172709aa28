//! What came out, for people: the best leads, and how many stand on which stage and grade.

use crate::clock;
use crate::failure::Failure;
use crate::terminal::{self, bar, brief, counted};
use bantam_engine::batch::{BatchScores, ScoredLead};
use bantam_engine::input::InputReport;
use bantam_lang::CheckedDefinition;
use bantam_lang::meaning::DISQUALIFIED;
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::Path;

/// Longest bar of a chart, in characters.
const BAR_LENGTH: usize = 30;

/// Counts of a scored set of leads.
pub(crate) struct Summary {
    definition: String,
    fingerprint: String,
    as_of: i64,
    leads: u64,
    /// Stages in ladder order, then disqualified ones, then none; with counts.
    stages: Vec<(String, u64)>,
    /// Grades that occur, best first; with counts.
    grades: Vec<(String, u64)>,
    lead_rows: u64,
    event_rows: u64,
    repeats: u64,
    rejected: u64,
    failed: u64,
}

impl Summary {
    pub(crate) fn new(
        scores: &BatchScores<'_>,
        definition: &CheckedDefinition,
        report: &InputReport,
        as_of: i64,
    ) -> Self {
        let stages: HashMap<Option<&str>, u64> = scores.count_stages().into_iter().collect();
        // Two pairs of letters may read alike.
        let mut grades: HashMap<Option<&str>, u64> = HashMap::new();
        scores.count_grades().into_iter().for_each(|(grade, leads)| *grades.entry(grade).or_default() += leads);
        let ladder = definition.stages.iter().map(|stage| stage.name.as_str()).chain([DISQUALIFIED]);
        let mut stage_counts: Vec<(String, u64)> = ladder
            .map(|name| (name.to_owned(), stages.get(&Some(name)).copied().unwrap_or(0)))
            .filter(|(name, count)| *count > 0 || name != DISQUALIFIED)
            .collect();
        stage_counts.extend(stages.get(&None).map(|count| ("(no stage)".to_owned(), *count)));
        let mut grade_counts: Vec<(String, u64)> =
            grades.into_iter().filter_map(|(grade, count)| grade.map(|grade| (grade.to_owned(), count))).collect();
        grade_counts.sort();
        Summary {
            definition: definition.name.clone().unwrap_or_else(|| "unnamed definition".to_owned()),
            fingerprint: definition.fingerprint().to_string(),
            as_of,
            leads: scores.len() as u64,
            stages: if definition.stages.is_empty() { Vec::new() } else { stage_counts },
            grades: grade_counts,
            lead_rows: report.lead_rows,
            event_rows: report.event_rows,
            repeats: report.repeats,
            rejected: report.rejected(),
            failed: report.failed(),
        }
    }

    /// Says in one line what was scored.
    fn headline(&self) -> String {
        let mut facts = vec![counted(self.lead_rows, "lead row"), counted(self.event_rows, "event")];
        if self.repeats > 0 {
            facts.push(format!("{} left out", counted(self.repeats, "repeat")));
        }
        format!(
            "{} scored as of {} by \"{}\" ({}), from {}",
            counted(self.leads, "lead"),
            clock::show(self.as_of),
            terminal::printable(&self.definition),
            self.fingerprint.get(..12).unwrap_or(""),
            facts.join(", ")
        )
    }

    /// Says on standard error what was written where.
    pub(crate) fn tell_written(&self, path: &Path) {
        let target = if path == Path::new("-") { "standard output".to_owned() } else { path.display().to_string() };
        terminal::say(&format!("{}, written to {target}", self.headline()));
    }

    /// Returns the summary with the best leads.
    pub(crate) fn to_json(&self, scores: &BatchScores<'_>, top: usize) -> Value {
        let counts = |counts: &[(String, u64)]| -> Value {
            counts.iter().map(|(name, count)| json!({"name": name, "leads": count})).collect()
        };
        json!({
            "definition": self.definition,
            "fingerprint": self.fingerprint,
            "as_of": clock::show(self.as_of),
            "leads": self.leads,
            "stages": counts(&self.stages),
            "grades": counts(&self.grades),
            "input": {
                "lead_rows": self.lead_rows,
                "event_rows": self.event_rows,
                "repeats": self.repeats,
                "rejected": self.rejected,
                "unreadable_values": self.failed,
            },
            "top": scores.iter().take(top).map(lead_json).collect::<Vec<_>>(),
        })
    }

    pub(crate) fn print_json(&self, scores: &BatchScores<'_>, top: usize) -> Result<(), Failure> {
        terminal::print(&format!("{:#}\n", self.to_json(scores, top)))
    }
}

fn lead_json(lead: ScoredLead<'_>) -> Value {
    let reasons: Vec<Value> = lead
        .reasons()
        .into_iter()
        .map(|reason| {
            json!({"section": reason.section.word(), "rule": reason.rule, "group": reason.group, "points": reason.points})
        })
        .collect();
    let mut row = json!({
        "lead_id": &*lead.lead_id(),
        "stage": lead.stage(),
        "score": lead.score(),
        "fit": lead.fit(),
        "fit_unknown": lead.fit_unknown(),
        "engagement": lead.engagement(),
        "grade": lead.grade(),
        "persona": lead.persona(),
        "disqualified_by": lead.disqualified_by(),
        "route": lead.route(),
        "respond_within_s": lead.respond_within_seconds(),
    });
    if let (true, Some(row)) = (lead.is_explained(), row.as_object_mut()) {
        row.insert("reasons".into(), reasons.into());
        row.insert("missing_for_next".into(), json!(lead.missing_for_next()));
    }
    row
}

/// Prints the best leads and the summary.
pub(crate) fn print_ranking(scores: &BatchScores<'_>, summary: &Summary, top: usize) -> Result<(), Failure> {
    let mut out = format!("{}\n\n", summary.headline());
    if !scores.is_empty() && top > 0 {
        out.push_str(&ranking(scores, top));
        out.push('\n');
        if scores.len() > top {
            out.push_str(&format!("… and {}\n", counted((scores.len() - top) as u64, "more lead")));
        }
        out.push('\n');
    }
    for (title, counts) in [("Stages", &summary.stages), ("Grades", &summary.grades)] {
        if !counts.is_empty() {
            out.push_str(&chart(title, counts, summary.leads));
            out.push('\n');
        }
    }
    terminal::print(out.trim_end_matches('\n'))?;
    terminal::print("\n")
}

/// Columns of the ranking, and which of them are numbers. The last ones give way first where there is no room.
const RANKING: [(&str, bool); 9] = [
    ("#", true),
    ("lead", false),
    ("score", true),
    ("fit", true),
    ("engagement", true),
    ("stage", false),
    ("grade", false),
    ("route", false),
    ("persona", false),
];

/// Lays the best leads out as a table, with as many columns as the terminal has room for. Nothing is wrapped: an id torn
/// over two lines could not be copied.
fn ranking(scores: &BatchScores<'_>, top: usize) -> String {
    let rows: Vec<[String; 9]> =
        scores.iter().take(top).enumerate().map(|(index, lead)| ranking_row(index, lead)).collect();
    let mut columns = RANKING.len();
    loop {
        let lines = table_lines(&rows, columns);
        let widest = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
        if widest <= terminal::width() || columns <= 6 {
            return lines.join("\n");
        }
        columns -= 1;
    }
}

fn ranking_row(index: usize, lead: ScoredLead<'_>) -> [String; 9] {
    [
        (index + 1).to_string(),
        brief(&lead.lead_id(), 40),
        lead.score().to_string(),
        lead.fit().to_string(),
        lead.engagement().to_string(),
        brief(lead.stage().unwrap_or("-"), 24),
        brief(lead.grade().unwrap_or("-"), 12),
        brief(lead.route().unwrap_or("-"), 24),
        brief(lead.persona().unwrap_or("-"), 24),
    ]
}

fn table_lines(rows: &[[String; 9]], columns: usize) -> Vec<String> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(RANKING.iter().take(columns).map(|(title, _)| Cell::new(title)));
    for row in rows {
        table.add_row(row.iter().take(columns));
    }
    for (index, _) in RANKING.iter().enumerate().filter(|(_, (_, is_number))| *is_number) {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.lines().map(|line| line.trim_end().to_owned()).collect()
}

fn chart(title: &str, counts: &[(String, u64)], leads: u64) -> String {
    let longest = counts.iter().map(|(name, _)| brief(name, 30).chars().count()).max().unwrap_or(0);
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
    let mut out = format!("{title}\n");
    for (name, count) in counts {
        let name = brief(name, 30);
        let share = if leads == 0 { 0.0 } else { *count as f64 * 100.0 / leads as f64 };
        let padding = " ".repeat(longest - name.chars().count());
        let line = format!(
            "  {name}{padding}  {:>9}  {share:>5.1} %  {}",
            terminal::count(*count),
            bar(*count, most, BAR_LENGTH)
        );
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
