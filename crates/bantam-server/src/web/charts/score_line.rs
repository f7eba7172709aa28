//! A lead's score over time: a line in steps, with what was decided and answered marked on it.

use crate::web::words::Calendar;

/// The plane, in units of its own.
const WIDTH: i64 = 720;
const HEIGHT: i64 = 160;
/// Room left of it for the scale, above for the highest mark, below for the dates.
const LEFT: i64 = 44;
const TOP: i64 = 12;
const BOTTOM: i64 = 24;
/// Steps drawn at most: more than there are pixels to tell them apart.
const STEPS_MAX: usize = 1_500;

/// A score from a moment on.
#[derive(Clone, Copy)]
pub(crate) struct Step {
    pub(crate) at: i64,
    pub(crate) fit: i64,
    pub(crate) score: i64,
}

/// Something that happened, to be marked.
pub(crate) struct Event {
    pub(crate) at: i64,
    pub(crate) text: String,
    pub(crate) is_answer: bool,
}

/// The chart, ready to be drawn.
pub(crate) struct ScoreLine {
    pub(crate) width: i64,
    pub(crate) height: i64,
    /// The line of the score, and the area of fit under it.
    pub(crate) line: String,
    pub(crate) fit: String,
    pub(crate) scale: Vec<Tick>,
    pub(crate) dates: Vec<Tick>,
    pub(crate) marks: Vec<Mark>,
    pub(crate) base: i64,
    pub(crate) left: i64,
}

pub(crate) struct Tick {
    pub(crate) at: i64,
    pub(crate) text: String,
}

pub(crate) struct Mark {
    pub(crate) x: i64,
    pub(crate) y: i64,
    pub(crate) text: String,
    pub(crate) is_answer: bool,
}

/// Returns the chart of some steps, ascending, up to a moment; `None` where there is nothing to draw.
pub(crate) fn score_line(steps: &[Step], events: &[Event], calendar: &Calendar) -> Option<ScoreLine> {
    let (first, until) = (steps.first()?.at, calendar.now());
    let length = until.saturating_sub(first).max(1);
    let values = || steps.iter().flat_map(|step| [step.score, step.fit, 0]);
    let (low, high) = (values().min().unwrap_or(0), nice(values().max().unwrap_or(0).max(10)));
    let range = i128::from(high.saturating_sub(low).max(1));
    let x = |at: i64| LEFT + scaled(at.clamp(first, until).saturating_sub(first), length, WIDTH);
    let y = |points: i64| {
        let up = i128::from(points.saturating_sub(low)) * i128::from(HEIGHT) / range;
        TOP + HEIGHT - i64::try_from(up).unwrap_or(0)
    };
    let shown = thinned(steps);
    let path = |of: fn(&Step) -> i64| {
        let mut path = String::new();
        for (place, step) in shown.iter().enumerate() {
            match place {
                0 => path.push_str(&format!("M{},{}", x(step.at), y(of(step)))),
                _ => path.push_str(&format!("H{}V{}", x(step.at), y(of(step)))),
            }
        }
        path.push_str(&format!("H{}", LEFT + WIDTH));
        path
    };
    let score_at = |at: i64| {
        let before = steps.partition_point(|step| step.at <= at);
        steps.get(before.saturating_sub(1)).map_or(0, |step| step.score)
    };
    let mark = |event: &Event| Mark {
        x: x(event.at),
        y: y(score_at(event.at)),
        text: format!("{}: {}", calendar.day(event.at), event.text),
        is_answer: event.is_answer,
    };
    let fit = format!("{}V{}H{}Z", path(|step| step.fit), y(0), x(first));
    let ticks = [low.min(0), 0, high / 2, high];
    let mut scale: Vec<Tick> = Vec::new();
    for points in ticks {
        if scale.iter().all(|tick| tick.at != y(points)) {
            scale.push(Tick { at: y(points), text: crate::web::words::grouped(points) });
        }
    }
    let dates = (0..=3).map(|part| {
        let at = first.saturating_add(length / 3 * part);
        Tick { at: x(at), text: calendar.day(at) }
    });
    Some(ScoreLine {
        width: LEFT + WIDTH + 12,
        height: TOP + HEIGHT + BOTTOM,
        line: path(|step| step.score),
        fit,
        scale,
        dates: dates.collect(),
        marks: events.iter().filter(|event| event.at >= first).map(mark).collect(),
        base: TOP + HEIGHT,
        left: LEFT,
    })
}

fn scaled(part: i64, whole: i64, length: i64) -> i64 {
    let scaled = i128::from(part) * i128::from(length) / i128::from(whole.max(1));
    i64::try_from(scaled).unwrap_or(0)
}

/// Returns the least round number that is not less.
fn nice(most: i64) -> i64 {
    let mut unit = 10_i64;
    while unit.saturating_mul(10) < most {
        unit = unit.saturating_mul(10);
    }
    let step = if most <= unit.saturating_mul(5) { unit } else { unit.saturating_mul(2) };
    most.saturating_add(step - 1) / step * step
}

/// Returns every so manieth step, and the last.
fn thinned(steps: &[Step]) -> Vec<Step> {
    let every = steps.len().div_ceil(STEPS_MAX).max(1);
    let mut kept: Vec<Step> = steps.iter().step_by(every).copied().collect();
    if let Some(last) = steps.last() {
        kept.push(*last);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_end_at_round_numbers() {
        assert_eq!([10, 11, 49, 51, 120, 130, 501, 999].map(nice), [10, 20, 50, 60, 200, 200, 600, 1_000]);
    }

    #[test]
    fn a_score_is_drawn_from_its_first_moment_to_now() {
        let day = 86_400_000_000;
        let calendar = Calendar::new(10 * day, None);
        let steps = [Step { at: 0, fit: 20, score: 20 }, Step { at: 5 * day, fit: 20, score: 50 }];
        let events = [Event { at: 5 * day, text: "Sales-ready".into(), is_answer: false }];
        let chart = score_line(&steps, &events, &calendar).unwrap();
        assert_eq!(chart.line, "M44,108H404V12H404V12H764");
        assert_eq!(chart.marks.iter().map(|mark| (mark.x, mark.y)).collect::<Vec<_>>(), [(404, 12)]);
        assert_eq!(chart.marks.first().map(|mark| mark.text.as_str()), Some("6 Jan 1970: Sales-ready"));
        assert!(score_line(&[], &[], &calendar).is_none());
    }
}
