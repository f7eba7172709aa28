//! A document with every kind of cell and chart, made up, and hostile on demand.

use bantam_insight::document::{Axis, Cell, Chart, ChartKind, Column, Document, Finding, Particular, Section, Table};
use bantam_insight::statistics::{Interval, Observation, Rate, SurvivalQuantile, enough, survival};

pub(crate) const HOSTILE: [&str; 9] = [
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "=HYPERLINK(\"https://example.org\",\"pay\")",
    "\u{202e}gnp.exe \u{200f}",
    "שלום עולם, זה טקסט מימין לשמאל",
    "\u{1f469}\u{200d}\u{1f4bb} \u{1f1e9}\u{1f1ea} Zoë 東京株式会社",
    "|pipe| *star* [link](javascript:alert(1)) `code`",
    "a name that goes on and on, as names of companies, campaigns and job titles do when nobody stops them, and then some",
    "Averyveryverylongwordwithoutanyblankinitatallwhichnobodycouldbreakanywhereelsethanrighthereorthereandmore",
];

pub(crate) fn realistic() -> Document {
    Document {
        title: "Lead report".to_owned(),
        subtitle: vec![
            Particular::new("Period", "2026-01-01 to 2026-03-31"),
            Particular::new("Definition", "acme, 3f6c1a09d2b4"),
            Particular::new("As of", "2026-04-15T09:00:00Z"),
        ],
        sections: vec![waterfall(), calibration(), thresholds(), cycle(), rules(), grades(), weeks()],
    }
}

pub(crate) fn hostile() -> Document {
    let mut document = realistic();
    document.title = HOSTILE[0].to_owned();
    document.subtitle = HOSTILE.iter().map(|text| Particular::new(*text, *text)).collect();
    let rows = |n: usize| -> Vec<Vec<Cell>> {
        (0..n)
            .map(|row| {
                let text = HOSTILE[row % HOSTILE.len()];
                vec![
                    Cell::text(text),
                    Cell::Count(row as u64 * 977),
                    Cell::Rate(Rate::new(row as u64, 500)),
                    Cell::text(text),
                ]
            })
            .collect()
    };
    let columns = || {
        vec![Column::text(HOSTILE[1]), Column::figures(HOSTILE[0]), Column::figures("won"), Column::text(HOSTILE[6])]
    };
    let bars = Chart {
        title: HOSTILE[0].to_owned(),
        subtitle: HOSTILE[1].to_owned(),
        x: Axis::new(HOSTILE[0], HOSTILE[1]),
        y: Axis::new("won", "%"),
        kind: ChartKind::Bars { label: 0, series: vec![2] },
    };
    for (n, charts) in [(0, vec![bars.clone()]), (9, vec![bars.clone()]), (500, vec![])] {
        document.sections.push(Section {
            id: format!("{}{n}", HOSTILE[0]),
            heading: HOSTILE[n % HOSTILE.len()].to_owned(),
            meaning: HOSTILE[7].to_owned(),
            finding: Some(Finding::of_counts(HOSTILE[0])),
            tables: vec![Table {
                id: format!("t{n}"),
                caption: format!("{} {n} rows", HOSTILE[4]),
                columns: columns(),
                rows: rows(n),
                charts,
            }],
            notes: HOSTILE.iter().map(|text| (*text).to_owned()).collect(),
        });
    }
    document
}

fn waterfall() -> Section {
    let stages = [("Inquiry", 12_480_u64), ("MQL", 1_910), ("SAL", 1_204), ("SQL", 611), ("Won", 187)];
    let rows = stages.iter().enumerate().map(|(place, &(name, count))| {
        let before = place.checked_sub(1).map(|before| stages[before].1);
        let reached = before.map_or(Cell::None, |before| Cell::Rate(Rate::new(count, before)));
        let days = SurvivalQuantile {
            time: Some(200_000 * place as u64),
            low: Some(90_000),
            high: (place < 4).then_some(900_000),
        };
        vec![Cell::text(name), Cell::Count(count), reached, if place == 0 { Cell::None } else { Cell::Lasting(days) }]
    });
    Section {
        id: "waterfall".into(),
        heading: "Waterfall".into(),
        meaning:
            "How many leads entered each stage in the period, the share of those before them, and how long that took."
                .into(),
        finding: Some(Finding::of_counts(
            "15.3 % of inquiries became marketing-qualified; marks in print are 5 to 15 %.",
        )),
        tables: vec![Table {
            id: "waterfall".into(),
            caption: "Leads by stage".into(),
            columns: vec![
                Column::text("stage"),
                Column::figures("leads"),
                Column::figures("of those before"),
                Column::figures("median time since"),
            ],
            rows: rows.collect(),
            charts: vec![Chart {
                title: "One inquiry in seven is marketing-qualified, one in 67 is won".into(),
                subtitle: "n = 12,480 leads that entered in the period".into(),
                x: Axis::new("stage", ""),
                y: Axis::new("leads", ""),
                kind: ChartKind::Funnel { label: 0, value: 1 },
            }],
        }],
        notes: vec![
            "214 leads without a time of their first event are left out: nothing says when they entered.".into(),
        ],
    }
}

fn calibration() -> Section {
    let bands = [(4.0, 12, 410), (11.0, 40, 360), (22.0, 61, 300), (35.0, 70, 240), (52.0, 98, 170), (70.0, 62, 81)];
    Section {
        id: "calibration".into(),
        heading: "Does a higher score convert more often?".into(),
        meaning:
            "Of the leads handed off in each score band, the share that was won, against what the definition predicts."
                .into(),
        finding: Some(Finding::of_outcomes(
            enough(343, 1_218).unwrap(),
            "Conversion rises with the score in every band.",
        )),
        tables: vec![Table {
            id: "calibration".into(),
            caption: "Conversion by score band".into(),
            columns: vec![Column::text("band"), Column::figures_in("predicted", "%"), Column::figures("won")],
            rows: bands
                .iter()
                .enumerate()
                .map(|(band, &(predicted, won, n))| {
                    vec![
                        Cell::text(format!("{} to {}", band * 15, band * 15 + 14)),
                        Cell::Number(predicted, 1),
                        Cell::Rate(Rate::new(won, n)),
                    ]
                })
                .collect(),
            charts: vec![
                Chart {
                    title: "Predictions are a little low in the upper bands".into(),
                    subtitle: "n = 1,561 hand-offs that are won or lost".into(),
                    x: Axis::new("predicted", "%"),
                    y: Axis::new("won", "%"),
                    kind: ChartKind::Calibration { predicted: 1, observed: 2 },
                },
                Chart {
                    title: "Every band converts better than the one below".into(),
                    subtitle: "n = 1,561 hand-offs that are won or lost; whiskers: 95 % intervals".into(),
                    x: Axis::new("score band", ""),
                    y: Axis::new("won", "%"),
                    kind: ChartKind::Bars { label: 0, series: vec![2] },
                },
            ],
        }],
        notes: vec![],
    }
}

fn thresholds() -> Section {
    let rows = (0..=30).map(|step| {
        let caught = 1_600 - step * 52;
        let won = 340 - step * step * 340 / 1_000;
        vec![
            Cell::Number(f64::from(step as u32) * 5.0, 0),
            Cell::Number(caught as f64 / 13.0, 1),
            Cell::Rate(Rate::new(won, caught)),
            Cell::Rate(Rate::new(won, 340)),
        ]
    });
    Section {
        id: "thresholds".into(),
        heading: "Where should the hand-off begin?".into(),
        meaning: "What a hand-off from each score on would have caught: precision is the share of those that was won, recall the share of all won that was caught.".into(),
        finding: Some(Finding::of_outcomes(enough(340, 1_260).unwrap(), "With 80 leads a week, hand off from 55 on: 35 % are won, and 70 % of all wins are caught.")),
        tables: vec![Table {
            id: "thresholds".into(),
            caption: "Thresholds".into(),
            columns: vec![Column::figures_in("threshold", "points"), Column::figures("leads a week"), Column::figures("precision"), Column::figures("recall")],
            rows: rows.collect(),
            charts: vec![Chart {
                title: "Above 60 points, each further point costs more wins than it saves calls".into(),
                subtitle: "n = 1,600 hand-offs; bands: 95 % intervals".into(),
                x: Axis::new("threshold", "points"),
                y: Axis::new("share", "%"),
                kind: ChartKind::Thresholds { threshold: 0, series: vec![2, 3], marked: Some((11, "80 a week".into())) },
            }],
        }],
        notes: vec!["Outcomes of leads that were never handed off are not known.".into()],
    }
}

fn cycle() -> Section {
    let observed: Vec<Observation> =
        (1..200).map(|n| Observation { duration: n * n % 173 + 3, ended: n % 3 > 0 }).collect();
    let lasting = survival(&observed).unwrap();
    let rows = lasting.points().iter().map(|point| {
        vec![Cell::Number(point.time as f64, 0), Cell::percent(point.share, point.log_log), Cell::Count(point.at_risk)]
    });
    Section {
        id: "cycle".into(),
        heading: "How long until a lead is won?".into(),
        meaning: "The share of hand-offs not won yet after so many days; those still open count for as long as they have been watched.".into(),
        finding: None,
        tables: vec![Table {
            id: "cycle".into(),
            caption: "Hand-offs not won yet".into(),
            columns: vec![Column::figures_in("after", "days"), Column::figures_in("not won yet", "%"), Column::figures("watched")],
            rows: rows.collect(),
            charts: vec![Chart {
                title: "How long does it take until half are won?".into(),
                subtitle: "n = 199 hand-offs, 133 of them won; band: 95 % interval".into(),
                x: Axis::new("after", "days"),
                y: Axis::new("not won yet", "%"),
                kind: ChartKind::Steps { time: 0, series: vec![1] },
            }],
        }],
        notes: vec![],
    }
}

fn rules() -> Section {
    let rules =
        [("Asked for a demo", 2.4, 1.9, 3.1), ("Decision maker", 1.7, 1.3, 2.2), ("Uses a free e-mail", 0.6, 0.4, 0.9)];
    Section {
        id: "rules".into(),
        heading: "Which rules speak for a win?".into(),
        meaning: "How many times as often leads that a rule gave points to were won, against all the rest.".into(),
        finding: None,
        tables: vec![Table {
            id: "rules".into(),
            caption: "Lift by rule".into(),
            columns: vec![
                Column::text("rule"),
                Column::figures("lift"),
                Column::figures("adjusted p"),
                Column::figures("change"),
                Column::figures_in("won amount", "EUR"),
            ],
            rows: rules
                .iter()
                .map(|&(name, ratio, low, high)| {
                    vec![
                        Cell::text(name),
                        Cell::Estimate(ratio, Interval { low, high }, 1),
                        Cell::Number(0.0123, 3),
                        Cell::Change(-4.0, 0),
                        Cell::Money(123_456.7),
                    ]
                })
                .collect(),
            charts: vec![Chart {
                title: "Who asks for a demo is won more than twice as often".into(),
                subtitle: "n = 1,561 hand-offs; whiskers: 95 % intervals".into(),
                x: Axis::new("rule", ""),
                y: Axis::new("lift", "times"),
                kind: ChartKind::Bars { label: 0, series: vec![1] },
            }],
        }],
        notes: vec![],
    }
}

fn grades() -> Section {
    let mut rows = Vec::new();
    for (f, fit) in ["A", "B", "C", "D"].into_iter().enumerate() {
        for engagement in 1_u64..=4 {
            let n = 20 * (f as u64 + engagement);
            rows.push(vec![
                Cell::text(fit),
                Cell::text(engagement.to_string()),
                Cell::Rate(Rate::new(n / (2 + f as u64 * 2 + engagement), n)),
            ]);
        }
    }
    rows[3][2] = Cell::Rate(Rate::new(0, 0));
    Section {
        id: "grades".into(),
        heading: "Fit and engagement".into(),
        meaning: "The share won by fit grade and engagement grade.".into(),
        finding: None,
        tables: vec![Table {
            id: "grades".into(),
            caption: "Conversion by grade".into(),
            columns: vec![Column::text("fit"), Column::text("engagement"), Column::figures("won")],
            rows,
            charts: vec![Chart {
                title: "Fit weighs more than engagement".into(),
                subtitle: "n = 1,280 hand-offs that are won or lost; shares in percent".into(),
                x: Axis::new("engagement", ""),
                y: Axis::new("fit", ""),
                kind: ChartKind::HeatMap { x: 1, y: 0, value: 2 },
            }],
        }],
        notes: vec![],
    }
}

fn weeks() -> Section {
    let rows = (1_u64..=13).map(|week| {
        let answered = Cell::Duration(600 + week * 977);
        vec![
            Cell::text(format!("2026-W{week:02}")),
            Cell::Rate(Rate::new(20 + week % 5, 60 + week)),
            Cell::Rate(Rate::new(9 + week % 7, 50)),
            answered,
        ]
    });
    Section {
        id: "weeks".into(),
        heading: "Week by week".into(),
        meaning: "Of the hand-offs opened in each week, the shares accepted and rejected.".into(),
        finding: None,
        tables: vec![Table {
            id: "weeks".into(),
            caption: "Answers by week".into(),
            columns: vec![
                Column::text("week"),
                Column::figures("accepted"),
                Column::figures("rejected"),
                Column::figures("median answer"),
            ],
            rows: rows.collect(),
            charts: vec![Chart {
                title: "Is acceptance stable?".into(),
                subtitle: "n = 871 hand-offs; bands: 95 % intervals".into(),
                x: Axis::new("week", ""),
                y: Axis::new("share", "%"),
                kind: ChartKind::Line { x: 0, series: vec![1, 2] },
            }],
        }],
        notes: vec![],
    }
}
