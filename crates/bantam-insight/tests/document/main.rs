//! Holds the renderings of a document to what a reader, a program and a spreadsheet need, hostile texts included.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "a test stops at the first thing that cannot be"
)]

mod sample;

use bantam_insight::document::{Cell, Column, Embedding, Table};
use bantam_insight::statistics::{Interval, Rate};
use sample::{HOSTILE, hostile, realistic};
use serde_json::Value;

/// Returns what stands between tags, scripts and styles left out, and all tags.
fn parts(html: &str) -> (String, Vec<String>) {
    let (mut text, mut tags, mut rest) = (String::new(), Vec::new(), html);
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        let (tag, after) = after.split_once('>').unwrap();
        tags.push(tag.to_owned());
        rest = after;
        for raw in ["script", "style"] {
            if tag == raw || tag.starts_with(&format!("{raw} ")) {
                rest = rest.split_once(&format!("</{raw}>")).unwrap().1;
            }
        }
    }
    (text, tags)
}

#[test]
fn hostile_texts_make_no_tags() {
    // Each text stands in places of every kind; the tags are those of the same page with harmless texts.
    let (text, tags) = parts(&hostile().to_html());
    let known = [
        "!doctype",
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "a",
        "header",
        "h1",
        "h2",
        "h3",
        "dl",
        "div",
        "dt",
        "dd",
        "bdi",
        "nav",
        "ol",
        "ul",
        "li",
        "main",
        "section",
        "p",
        "figure",
        "figcaption",
        "details",
        "summary",
        "table",
        "caption",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "span",
        "script",
    ];
    for tag in &tags {
        let name = tag.trim_start_matches('/').split(' ').next().unwrap();
        assert!(known.contains(&name), "<{tag}>");
        assert!(!tag.contains("onerror") && !tag.contains("javascript:"), "<{tag}>");
    }
    assert!(text.contains("&lt;img src=x onerror=alert(1)&gt;"));
    assert!(!text.contains('\u{202e}') && text.contains("\\u{202e}gnp.exe"));
    // Data, behaviour and charts: no text has opened or closed a script.
    assert_eq!(tags.iter().filter(|tag| tag.starts_with("script")).count(), 3);
}

#[test]
fn a_page_asks_no_other_for_anything() {
    for page in [realistic().to_html(), hostile().to_html()] {
        let (_, tags) = parts(&page);
        for tag in &tags {
            assert!(!tag.contains("src=") && !tag.contains("action="), "<{tag}>");
            assert!(!tag.starts_with("link"), "<{tag}>");
            assert!(!tag.contains("href=") || tag.contains("href=\"#"), "<{tag}>");
        }
        assert!(page.contains("content=\"default-src 'none'; script-src 'unsafe-inline'"));
        assert!(!page.contains("@import") && !page.contains("url(http") && !page.contains("sourceMappingURL"));
    }
}

#[test]
fn ui_02_what_stands_in_pages_of_others_holds_no_script_and_no_style() {
    for document in [realistic(), hostile()] {
        let csv = |id: &str| format!("/tables/{}\"><script>", id.len());
        let html = document.to_embedded_html(&Embedding { heading: Some("top"), csv: &csv });
        let (text, tags) = parts(&html);
        for tag in &tags {
            assert!(!tag.contains("style=") && !tag.starts_with("style"), "<{tag}>");
            assert!(!tag.contains(" onerror") && !tag.contains("javascript:"), "<{tag}>");
            assert!(!tag.starts_with("script") || tag.starts_with("script type=\"application/json\""), "<{tag}>");
        }
        let count = |name: &str| tags.iter().filter(|tag| tag.split(' ').next() == Some(name)).count();
        assert_eq!(count("table"), document.tables().count());
        assert_eq!(count("a"), document.tables().count());
        assert_eq!(count("h2"), document.sections.len() - 1);
        assert!(tags.iter().any(|tag| tag.starts_with("section ") && tag.contains("aria-labelledby=\"top\"")));
        assert!(!text.contains('\u{202e}'));
    }
}

#[test]
fn links_and_labels_lead_to_parts_of_the_page() {
    for page in [realistic().to_html(), hostile().to_html()] {
        let (_, tags) = parts(&page);
        let values = |name: &str| -> Vec<String> {
            let of = |tag: &String| Some(tag.split_once(&format!(" {name}=\""))?.1.split_once('"')?.0.to_owned());
            tags.iter().filter_map(of).collect()
        };
        let ids = values("id");
        let mut distinct = ids.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), ids.len(), "an id stands twice");
        for target in
            values("href").iter().map(|href| href.trim_start_matches('#').to_owned()).chain(values("aria-labelledby"))
        {
            assert!(ids.contains(&target), "{target} is nowhere");
        }
        let levels: Vec<u32> = tags.iter().filter_map(|tag| tag.strip_prefix('h')?.get(..1)?.parse().ok()).collect();
        assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1);
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "a level of headings is left out");
        let count = |name: &str| tags.iter().filter(|tag| tag.split(' ').next() == Some(name)).count();
        assert_eq!((count("table"), count("table")), (count("caption"), count("thead")));
        assert!(tags.iter().filter(|tag| tag.starts_with("th ")).all(|tag| tag.contains("scope=")));
    }
}

#[test]
fn pages_without_charts_do_without_their_script() {
    let mut document = realistic();
    document.sections.iter_mut().flat_map(|section| &mut section.tables).for_each(|table| table.charts.clear());
    let page = document.to_html();
    assert!(page.len() < 100_000, "{}", page.len());
    assert!(realistic().to_html().len() > 500_000);
}

#[test]
fn json_has_every_figure_in_its_stable_shape() {
    let json: Value = serde_json::from_str(&realistic().to_json()).unwrap();
    assert_eq!(json["format"], "bantam-document/1");
    let table = &json["sections"][0]["tables"][0];
    assert_eq!(table["id"], "waterfall");
    assert_eq!(table["columns"][1], serde_json::json!({"name": "leads", "unit": null, "alignment": "end"}));
    let rate = &table["rows"][1][2];
    assert_eq!((&rate["kind"], &rate["hits"], &rate["n"]), (&"rate".into(), &1_910.into(), &12_480.into()));
    assert!((rate["share"].as_f64().unwrap() - 0.153_045).abs() < 1e-6);
    assert_eq!(table["rows"][0][2], serde_json::json!({"kind": "none"}));
    assert_eq!(table["charts"][0]["kind"], "funnel");
    assert_eq!(json["sections"][2]["tables"][0]["charts"][0]["marked"]["row"], 11);
    // Programs get texts as they came.
    let json: Value = serde_json::from_str(&hostile().to_json()).unwrap();
    assert_eq!(json["title"], HOSTILE[0]);
}

#[test]
fn rates_and_estimates_take_columns_of_their_own_in_csv() {
    let table = Table {
        id: "t".into(),
        caption: "a table".into(),
        columns: vec![
            Column::text("rule"),
            Column::figures("won"),
            Column::figures_in("lift", "times"),
            Column::figures("change"),
        ],
        rows: vec![
            vec![
                Cell::text("=cmd()"),
                Cell::Rate(Rate::new(1, 4)),
                Cell::Estimate(2.0, Interval { low: 1.5, high: 3.0 }, 1),
                Cell::Change(-3.0, 0),
            ],
            vec![Cell::text("b, \"c\""), Cell::Rate(Rate::new(0, 0)), Cell::None],
        ],
        charts: vec![],
    };
    let csv = table.to_csv();
    let lines: Vec<&str> = csv.split("\r\n").collect();
    assert_eq!(lines[0], "rule,won,won low,won high,won hits,won n,lift (times),lift low,lift high,change");
    assert!(lines[1].starts_with("\"'=cmd()\",0.25,0.0455") && lines[1].ends_with(",1,4,2,1.5,3,-3"), "{}", lines[1]);
    assert_eq!(lines[2], "\"b, \"\"c\"\"\",,,,0,0,,,,");
    assert_eq!(lines[3..], [""]);
}

#[test]
fn all_tables_in_one_csv_have_a_line_for_each_cell() {
    let csv = realistic().to_csv();
    let mut lines = csv.split("\r\n");
    assert_eq!(lines.next(), Some("table,row,name,column,unit,value,low,high,hits,n"));
    assert_eq!(lines.next(), Some("waterfall,1,Inquiry,leads,,12480,,,,"));
    assert!(csv.contains("waterfall,2,MQL,of those before,share,0.15304487179487"));
    assert!(csv.contains("rules,1,Asked for a demo,won amount,EUR,123456.7,,,,"));
    for line in hostile().to_csv().split("\r\n").filter(|line| !line.contains('"')) {
        assert!(line.is_empty() || line.matches(',').count() == 9, "{line}");
    }
}

#[test]
fn markdown_shows_tables_that_stay_tables() {
    let page = realistic().to_markdown();
    assert!(page.starts_with("# Lead report\n\n- **Period**: 2026-01-01 to 2026-03-31\n"));
    assert!(page.contains("| stage | leads | of those before | median time since |\n|---|---:|---:|---:|\n"));
    assert!(page.contains("| MQL | 1,910 | 15.3 % (14.7 to 15.9 %, 1,910 of 12,480) |"));
    assert!(page.contains("**15.3 % of inquiries became marketing-qualified;"));
    let page = hostile().to_markdown();
    assert!(!page.contains('\u{202e}'));
    // What is left when escaped characters are gone is what Markdown may obey.
    let mut obeyed = page.clone();
    for mark in ['<', '>', '[', ']', '`', '*', '|'] {
        obeyed = obeyed.replace(&format!("\\{mark}"), "");
    }
    assert!(!obeyed.contains(['<', '>', '[', ']', '`']));
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| ")).collect();
    assert!(rows.len() > 500);
    for row in rows.iter().filter(|row| row.contains("977")) {
        assert_eq!(row.replace("\\|", "").matches('|').count(), 5, "{row}");
    }
}

#[test]
fn text_fits_the_terminal() {
    use unicode_width::UnicodeWidthStr as _;
    for width in [60, 80, 120] {
        let page = realistic().to_text(width);
        for line in page.lines() {
            assert!(line.width() <= width, "{line:?} is wider than {width}");
        }
        assert!(page.starts_with("Lead report\n===========\nPeriod: 2026-01-01 to 2026-03-31\n"));
    }
    let page = hostile().to_text(100);
    assert!(!page.contains('\u{1b}') && !page.contains('\u{202e}'));
    assert!(page.contains("... and 450 more rows"));
    assert!(page.contains("Nothing to show."));
}

#[test]
fn text_is_a_table_where_that_fits_and_paragraphs_where_not() {
    let wide = realistic().to_text(100);
    assert!(wide.contains("stage     leads "), "{wide}");
    let narrow = realistic().to_text(40);
    assert!(narrow.contains("- stage: Inquiry\n    leads: 12,480\n"), "{narrow}");
}
