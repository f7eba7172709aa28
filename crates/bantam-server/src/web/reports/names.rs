//! The reports there are, in the order in which one asks.

use super::wish::Asked;
use crate::insight::ReportName;

/// A page with a report.
pub(super) struct Page {
    pub(super) report: ReportName,
    /// The last part of its address.
    pub(super) path: &'static str,
    /// What it is called where there is little room.
    pub(super) name: &'static str,
    /// The section that it shows.
    pub(super) section: &'static str,
}

/// All of them.
pub(super) const PAGES: [Page; 10] = [
    page(ReportName::KeyMetrics, "key-metrics", "Key metrics"),
    page(ReportName::Waterfall, "waterfall", "Waterfall"),
    page(ReportName::Calibration, "calibration", "Calibration"),
    page(ReportName::Threshold, "threshold", "Threshold"),
    page(ReportName::Wasted, "wasted", "Wasted"),
    page(ReportName::Missed, "missed", "Missed"),
    page(ReportName::Journeys, "journeys", "Journeys"),
    page(ReportName::Speed, "speed", "Speed"),
    page(ReportName::Drift, "drift", "Drift"),
    page(ReportName::Turned, "turned", "Turned"),
];

const fn page(report: ReportName, path: &'static str, name: &'static str) -> Page {
    Page { report, path, name, section: path }
}

impl Page {
    /// Returns the page of a report; `None` of all together, which is the overview.
    pub(super) fn of(report: ReportName) -> Option<&'static Page> {
        PAGES.iter().find(|page| page.report == report)
    }
}

/// A way to another report.
pub(super) struct Tab {
    pub(super) name: &'static str,
    pub(super) path: String,
    pub(super) is_current: bool,
}

/// Returns the ways to all reports over the same time.
pub(super) fn tabs(current: Option<&str>, asked: &Asked) -> Vec<Tab> {
    let of_time = asked.of_time();
    let overview = Tab { name: "Overview", path: of_time.path("/reports"), is_current: current.is_none() };
    let tab = |page: &Page| Tab {
        name: page.name,
        path: of_time.path(&format!("/reports/{}", page.path)),
        is_current: current == Some(page.path),
    };
    std::iter::once(overview).chain(PAGES.iter().map(tab)).collect()
}
