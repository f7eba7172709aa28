//! Words a message for a chat that takes what Slack takes. All that came from outside is a text and nothing else there.

use super::visible::visible;
use serde::Deserialize;
use serde_json::{Value, json};

/// The longest text, in characters: one that people read at a glance, and below what chats take.
const TEXT_MAX: usize = 3_000;
/// The longest single value in it.
const VALUE_MAX: usize = 200;
/// How many reasons are named.
const REASONS_MAX: usize = 5;

/// What people are told about a hand-off, taken from a payload.
#[derive(Deserialize)]
pub(super) struct Notice {
    r#type: String,
    data: NoticeData,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct NoticeData {
    lead: String,
    stage: Option<String>,
    scores: Option<NoticeScores>,
    route: Option<String>,
    owner: Option<String>,
    evidence: Vec<Reason>,
    hand_off: Option<Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct NoticeScores {
    score: i64,
    grade: Option<String>,
}

#[derive(Deserialize)]
struct Reason {
    rule: Option<String>,
    points: i64,
}

impl Notice {
    /// Reads a payload; `None` where it is none.
    pub(super) fn read(payload: &[u8]) -> Option<Notice> {
        serde_json::from_slice(payload).ok()
    }

    /// Returns what happened, in a line. `show` makes a value safe for where it is read.
    pub(super) fn title(&self, show: &dyn Fn(&str) -> String) -> String {
        let lead = show(&self.data.lead);
        match self.r#type.as_str() {
            "hand_off.opened" => format!("New hand-off: {lead}"),
            "hand_off.overdue" => format!("Overdue hand-off: {lead}"),
            "webhook.test" => "A test: notifications of hand-offs arrive here".to_owned(),
            other => format!("{}: {lead}", show(other)),
        }
    }

    /// Returns what else is known, a line each.
    pub(super) fn lines(&self, show: &dyn Fn(&str) -> String) -> Vec<String> {
        let data = &self.data;
        let mut lines = Vec::new();
        let mut line = |name: &str, value: Option<String>| lines.extend(value.map(|value| format!("{name}: {value}")));
        let shown = |value: &Option<String>| value.as_deref().map(show);
        line("Stage", shown(&data.stage));
        let grade = |scores: &NoticeScores| scores.grade.as_deref().map(|grade| format!(" ({})", show(grade)));
        line(
            "Score",
            data.scores.as_ref().map(|scores| format!("{}{}", scores.score, grade(scores).unwrap_or_default())),
        );
        line("Route", shown(&data.route));
        line("Owner", Some(shown(&data.owner).unwrap_or_else(|| "nobody yet".to_owned())));
        let due = data.hand_off.as_ref().and_then(|hand_off| hand_off.get("due_at")).and_then(Value::as_str);
        line("Answer by", due.map(show));
        let mut reasons: Vec<&Reason> = data.evidence.iter().filter(|reason| reason.rule.is_some()).collect();
        reasons.sort_by_key(|reason| std::cmp::Reverse(reason.points.abs()));
        let reason =
            |reason: &&Reason| format!("{} {:+}", show(reason.rule.as_deref().unwrap_or_default()), reason.points);
        let named: Vec<String> = reasons.iter().take(REASONS_MAX).map(reason).collect();
        line("Because of", (!named.is_empty()).then(|| named.join(", ")));
        lines
    }
}

/// Returns a payload as a chat takes it.
pub(super) fn message(payload: &[u8]) -> Option<Vec<u8>> {
    let notice = Notice::read(payload)?;
    let mut text = notice.title(&plain);
    for line in notice.lines(&plain) {
        text.push('\n');
        text.push_str(&line);
    }
    let text: String = text.chars().take(TEXT_MAX).collect();
    let message = json!({
        "text": text, "mrkdwn": false, "parse": "none", "link_names": false,
        "unfurl_links": false, "unfurl_media": false,
    });
    Some(message.to_string().into_bytes())
}

/// Makes a value a text: it mentions nobody, links nowhere and looks like nothing else.
fn plain(value: &str) -> String {
    let mut text = String::new();
    let mut before = None;
    for c in visible(value, VALUE_MAX).chars() {
        match c {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            // Inside an address it stays readable; before a name it would call people.
            '@' if before.is_none_or(|before: char| !before.is_alphanumeric()) => text.push('＠'),
            // Between the two halves of a link.
            '(' if before == Some(']') => text.push_str(" ("),
            '`' => text.push('\''),
            other => text.push(other),
        }
        before = Some(c);
    }
    for name in ["channel", "here", "everyone", "all", "group"] {
        text = text.replace(&format!("@{name}"), &format!("＠{name}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(lead: &str) -> String {
        let payload = json!({"type": "hand_off.opened", "data": {
            "lead": lead, "stage": "Sales-ready", "scores": {"score": 60, "grade": "A1"}, "route": "sales",
            "owner": null, "evidence": [{"section": "fit", "rule": "Right <industry>", "points": 20},
            {"section": "engagement", "rule": "Demo", "points": -40}],
            "hand_off": {"due_at": "2026-11-21T13:00:00Z"},
        }});
        let body = message(payload.to_string().as_bytes()).unwrap();
        serde_json::from_slice::<Value>(&body).unwrap()["text"].as_str().unwrap().to_owned()
    }

    #[test]
    fn whk_10_a_hand_off_is_told_in_a_few_lines() {
        assert_eq!(
            text_of("ann@example.com"),
            "New hand-off: ann@example.com\nStage: Sales-ready\nScore: 60 (A1)\nRoute: sales\nOwner: nobody yet\n\
             Answer by: 2026-11-21T13:00:00Z\nBecause of: Demo -40, Right &lt;industry&gt; +20"
        );
    }

    #[test]
    fn whk_10_ui_01_hostile_ids_mention_nobody_and_link_nowhere() {
        let first =
            |lead: &str| text_of(lead).lines().next().unwrap().strip_prefix("New hand-off: ").unwrap().to_owned();
        assert_eq!(first("<!channel> & <@U1>"), "&lt;!channel&gt; &amp; &lt;＠U1&gt;");
        assert_eq!(first("@channel @here x@everyone @all"), "＠channel ＠here x＠everyone ＠all");
        assert_eq!(first("[click](http://evil.example)"), "[click] (http://evil.example)");
        assert_eq!(first("a\nStage: Won\u{202e}"), "a[U+000A]Stage: Won[U+202E]");
        assert!(text_of(&"x".repeat(100_000)).chars().count() <= TEXT_MAX);
    }
}
