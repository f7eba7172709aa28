//! Whether higher scores convert better.

use super::cohort::{Cohort, Known, Success, Tried, known};
use crate::statistics::{Area, Cuts, Rate, area_under_curve, isotonic};

/// Into how many bands of about equal size scores are put.
const BANDS: usize = 10;

/// How often leads of a band of scores convert.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// The least score in it.
    pub from: i64,
    /// The greatest score in it.
    pub to: i64,
    /// How many convert.
    pub rate: Rate,
    /// The nearest share that never falls with the score; `None` where there are too few outcomes for a conclusion.
    pub rising: Option<f64>,
    /// Whether fewer convert than in the band below.
    pub falls: bool,
    /// Whether they do so by more than chance makes: the intervals are apart.
    pub falls_for_certain: bool,
}

/// How often leads of a grade convert.
#[derive(Clone, Debug, PartialEq)]
pub struct GradeCell {
    /// The letter of fit; empty where the definition gives none.
    pub fit: String,
    /// The letter of engagement; empty where the definition gives none.
    pub engagement: String,
    /// How many convert.
    pub rate: Rate,
}

/// Whether higher scores convert better.
#[derive(Clone, Debug, PartialEq)]
pub struct CalibrationReport {
    /// What converting means here.
    pub success: Success,
    /// Bands of scores at the moment of the hand-off, lowest first.
    pub bands: Vec<Band>,
    /// Grades at that moment, best first.
    pub grades: Vec<GradeCell>,
    /// How well score, fit and engagement tell the two apart; `None` where there are too few outcomes.
    pub areas: [Option<Area>; 3],
    /// How many converted, and how many did not.
    pub known: Known,
}

pub(super) fn calibration(cohort: &Cohort<'_>) -> CalibrationReport {
    let (success, tried) = cohort.tried();
    let known = known(&tried);
    let area = |points: fn(&Tried) -> i64| {
        let scored: Vec<(f64, bool)> = tried.iter().map(|tried| (points(tried) as f64, tried.success)).collect();
        known.enough().ok().and_then(|enough| area_under_curve(enough, &scored))
    };
    let areas = [area(Tried::score), area(|tried| tried.fit), area(|tried| tried.engagement)];
    CalibrationReport { success, bands: bands(&tried, known), grades: grades(cohort, &tried), areas, known }
}

fn bands(tried: &[Tried], known: Known) -> Vec<Band> {
    let cuts = Cuts::of(tried.iter().map(|tried| Some(tried.score() as f64)), BANDS);
    let mut members: Vec<Vec<&Tried>> = vec![Vec::new(); cuts.values().len() + 1];
    for one in tried {
        let place = cuts.values().partition_point(|&cut| cut < one.score() as f64);
        members.get_mut(place).into_iter().for_each(|band| band.push(one));
    }
    members.retain(|band| !band.is_empty());
    let rates: Vec<Rate> = members.iter().map(|band| band.iter().map(|tried| tried.success).collect()).collect();
    let weighted: Vec<(f64, f64)> = rates.iter().filter_map(|rate| Some((rate.share()?, rate.n() as f64))).collect();
    let rising = known.enough().ok().and_then(|_| isotonic(&weighted)).unwrap_or_default();
    let mut bands: Vec<Band> = Vec::new();
    for (place, (band, rate)) in members.iter().zip(rates).enumerate() {
        let scores = || band.iter().map(|tried| tried.score());
        let below = bands.last().map(|band| band.rate);
        let falls = below.is_some_and(|below| rate.share() < below.share());
        let apart = below.and_then(|below| Some(!below.interval()?.overlaps(rate.interval()?)));
        bands.push(Band {
            from: scores().min().unwrap_or_default(),
            to: scores().max().unwrap_or_default(),
            rate,
            rising: rising.get(place).copied(),
            falls,
            falls_for_certain: falls && apart == Some(true),
        });
    }
    bands
}

fn grades(cohort: &Cohort<'_>, tried: &[Tried]) -> Vec<GradeCell> {
    let history = cohort.history;
    let [fit, engagement] = &history.letters;
    if fit.is_empty() && engagement.is_empty() {
        return Vec::new();
    }
    let one = vec![String::new()];
    let or_one = |letters: &'_ Vec<String>| if letters.is_empty() { one.clone() } else { letters.clone() };
    let mut cells = Vec::new();
    for fit in or_one(fit) {
        for engagement in or_one(engagement) {
            let code = history.texts.code(&format!("{fit}{engagement}"));
            let of_grade = tried.iter().filter(|tried| Some(tried.grade) == code);
            let rate = of_grade.map(|tried| tried.success).collect();
            cells.push(GradeCell { fit: fit.clone(), engagement, rate });
        }
    }
    cells
}
