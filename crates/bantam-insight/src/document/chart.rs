//! Pictures of a table's figures, told by which columns they draw.

/// A picture of some columns of the table that it stands in.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// A sentence that states the finding or the question.
    pub title: String,
    /// What it is drawn from, with how many: "n = 1,204 hand-offs".
    pub subtitle: String,
    /// What lies along the horizontal axis.
    pub x: Axis,
    /// What lies along the vertical axis.
    pub y: Axis,
    /// How it is drawn. Columns are counted from 0; rows whose cells have no value leave a gap.
    pub kind: ChartKind,
}

/// What lies along an axis.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Axis {
    /// What it is.
    pub name: String,
    /// Its unit, such as "%" or "days". Rates are drawn in percent, and time spans in days where that is the unit.
    pub unit: String,
}

/// How a chart is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChartKind {
    /// A bar for each row, longest first as a rule: how many are left of those before.
    Funnel {
        /// The column with the names of the steps.
        label: usize,
        /// The column with their sizes.
        value: usize,
    },
    /// A line for each series, with a band where its cells have intervals.
    Line {
        /// The column along the axis: numbers, or texts in order.
        x: usize,
        /// The columns to draw.
        series: Vec<usize>,
    },
    /// Bars for each row, side by side, with whiskers where cells have intervals.
    Bars {
        /// The column with the names.
        label: usize,
        /// The columns to draw.
        series: Vec<usize>,
    },
    /// A field for each pair of texts, darker for more.
    HeatMap {
        /// The column whose texts lie along the horizontal axis.
        x: usize,
        /// The column whose texts lie along the vertical axis.
        y: usize,
        /// The column with the values.
        value: usize,
    },
    /// What happened against what was predicted, in percent, beside the line on which they agree.
    Calibration {
        /// The column with predictions, in percent.
        predicted: usize,
        /// The column with rates.
        observed: usize,
    },
    /// Lines over thresholds, with one of them marked.
    Thresholds {
        /// The column with thresholds.
        threshold: usize,
        /// The columns to draw.
        series: Vec<usize>,
        /// The row to mark, and what to call it.
        marked: Option<(usize, String)>,
    },
    /// A line that falls in steps: the share that lasts longer than a time, in percent.
    Steps {
        /// The column with times.
        time: usize,
        /// The columns with shares.
        series: Vec<usize>,
    },
}

impl Axis {
    /// Returns an axis; the unit is empty where the name says it all.
    #[must_use]
    pub fn new(name: impl Into<String>, unit: impl Into<String>) -> Self {
        Self { name: name.into(), unit: unit.into() }
    }
}

impl ChartKind {
    /// Returns the name of the kind, as it stands in JSON.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Funnel { .. } => "funnel",
            Self::Line { .. } => "line",
            Self::Bars { .. } => "bars",
            Self::HeatMap { .. } => "heat_map",
            Self::Calibration { .. } => "calibration",
            Self::Thresholds { .. } => "thresholds",
            Self::Steps { .. } => "steps",
        }
    }

    /// Returns the column along the horizontal axis.
    #[must_use]
    pub fn x(&self) -> usize {
        match *self {
            Self::Funnel { label, .. } | Self::Bars { label, .. } => label,
            Self::Line { x, .. } | Self::HeatMap { x, .. } => x,
            Self::Calibration { predicted, .. } => predicted,
            Self::Thresholds { threshold, .. } => threshold,
            Self::Steps { time, .. } => time,
        }
    }

    /// Returns the columns that are drawn; of a heat map the one with the values.
    #[must_use]
    pub fn series(&self) -> &[usize] {
        match self {
            Self::Funnel { value, .. } | Self::HeatMap { value, .. } => std::slice::from_ref(value),
            Self::Calibration { observed, .. } => std::slice::from_ref(observed),
            Self::Line { series, .. }
            | Self::Bars { series, .. }
            | Self::Thresholds { series, .. }
            | Self::Steps { series, .. } => series,
        }
    }
}
