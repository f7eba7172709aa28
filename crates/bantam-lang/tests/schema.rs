//! What is without errors is valid by the schema; what has another shape is not.

#![cfg(test)]

#[path = "format_generator/mod.rs"]
mod generator;

use bantam_lang::schema::json_schema;
use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::Value;
use std::path::PathBuf;
use std::sync::LazyLock;

static SCHEMA: LazyLock<Validator> = LazyLock::new(|| jsonschema::draft7::new(&json_schema()).unwrap());

/// Reads YAML as an editor's language server does, by another reader than the language's own.
fn read(yaml: &str) -> Value {
    serde_saphyr::from_str(yaml).unwrap_or_else(|error| panic!("{error}\n{yaml}"))
}

fn check_valid(yaml: &str) {
    let value = read(yaml);
    let errors: Vec<String> = SCHEMA.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{yaml}");
}

#[test]
fn the_schema_is_itself_valid() {
    assert!(jsonschema::meta::is_valid(&json_schema()));
}

#[test]
fn a_whole_definition_is_valid() {
    check_valid(include_str!("format_layout.yaml"));
}

#[test]
fn plain_scalars_stand_for_texts() {
    check_valid(
        "bantam: 1\nname: 1.0\nmissing: [true, 12, ~, null, -1.5]\nlead: {a: {type: number, default: 5}, b: }\n\
         stages: [1, {2: true}]\nroutes: [{to: 7, if:}]\nlists: {l: [1.50, no]}\nqualification:\n\
         fit: {cap:, rules: {1: {by: a, points: {50+: +3, else: '4'}}, 2: {if: true, points: -1}}}\n",
    );
}

#[test]
fn longer_and_shorter_forms_are_valid() {
    check_valid("bantam: '1'\nhand_off: {stage: S, recycle_after: 2w}\nstages: [S]\nqualification: [need, budget]\n");
    check_valid("bantam: 1\nlists: {a: {file: a.txt}}\nevent: {time: {from: At}, x: {from: y}}\n");
    check_valid(
        "bantam: 1\nengagement: {fade_over: never, since: [], rules: {R: {on: [a], points: 3, within: never}}}\n",
    );
    check_valid("bantam: 1\noffice_hours: {days: {Mon-Fri: 09:00-18:00, sat: [8:00-9:00, 10:00-11:00]}}\n");
}

#[test]
fn what_has_another_shape_is_not_valid() {
    let wrong = [
        "name: no version",
        "bantam: 2",
        "bantam: 1\nnmae: x",
        "bantam: 1\nlead: {Email: text}",
        "bantam: 1\nlead: {email: string}",
        "bantam: 1\nlead: {id: text}",
        "bantam: 1\nreview_every: 90",
        "bantam: 1\nreview_every: 0d",
        "bantam: 1\nreview_every: never",
        "bantam: 1\nmissing: N/A",
        "bantam: 1\nactions: {a: {if: x}}",
        "bantam: 1\nactions: {a: {on: []}}",
        "bantam: 1\nlists: {l: {path: x}}",
        "bantam: 1\nsales: {taken: x}",
        "bantam: 1\nqualification: GPCT",
        "bantam: 1\nderive: {a:}",
        "bantam: 1\nsignals: {a: {within: 3d}}",
        "bantam: 1\nsignals: {a: {count: x, last: y}}",
        "bantam: 1\nsignals: {a: {sum: x}}",
        "bantam: 1\nsignals: {a: {count: x, span: 3d}}",
        "bantam: 1\nsignals: {a: {last: x, times: 3}}",
        "bantam: 1\nsignals: {a: {sequence: [x]}}",
        "bantam: 1\npersonas: {Buyer: x}",
        "bantam: 1\npersonas: [Buyer]",
        "bantam: 1\nfit: {cap: 3}",
        "bantam: 1\nfit: {range: [0, 1], cap: 3, rules: {}}",
        "bantam: 1\nfit: {rules: {A: {points: 3}}}",
        "bantam: 1\nfit: {rules: {A: {if: x}}}",
        "bantam: 1\nfit: {rules: {A: {by: x, points: 3}}}",
        "bantam: 1\nfit: {rules: {A: {if: x, points: {a: 3}}}}",
        "bantam: 1\nfit: {rules: {A: {by: x, points: {}}}}",
        "bantam: 1\nfit: {rules: {A: {by: x, points: {a: 10001}}}}",
        "bantam: 1\nfit: {rules: {A: {by: x, points: {a: 1.5}}}}",
        "bantam: 1\nfit: {rules: {A: {on: x, points: 3}}}",
        "bantam: 1\nfit: {rules: {A: {if: x, points: 3, cap: 0}}}",
        "bantam: 1\nfit: {rules: {A: {if: x, rules: {}}}}",
        "bantam: 1\nfit: {rules: {A: {rules: {B: {rules: {}}}}}}",
        "bantam: 1\nengagement: {rules: {A: {if: x, points: 3, within: 3d}}}",
        "bantam: 1\nengagement: {halve_every: 3d, fade_over: 3d, rules: {}}",
        "bantam: 1\nengagement: {rules: {A: {on: x, points: 3, times: 0}}}",
        "bantam: 1\nstages: [{A: x, B: y}]",
        "bantam: 1\nhand_off: {recycle_after: 3d}",
        "bantam: 1\ngrades: {fit: {A: high}}",
        "bantam: 1\nroutes: [{if: x}]",
        "bantam: 1\noffice_hours: {days: {monday: 09:00-18:00}}",
        "bantam: 1\noffice_hours: {days: {mon: 9-18}}",
    ];
    for yaml in wrong {
        assert!(!SCHEMA.is_valid(&read(yaml)), "valid, and should not be: {yaml}");
    }
}

#[test]
fn given_definitions_are_valid() {
    let folders = ["../../../shared/conformance", "../bantam/templates"];
    let folders = folders.map(|folder| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder));
    let cases = folders.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().flatten();
    for path in cases.map(|case| case.path().join("definition.yaml")).filter(|path| path.exists()) {
        check_valid(&std::fs::read_to_string(path).unwrap());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_without_errors_is_valid(tape in prop::collection::vec(any::<u8>(), 0..300)) {
        let text = generator::generate(&tape);
        let checked = generator::check(&text);
        check_valid(&text);
        check_valid(&bantam_lang::format::format_definition(checked.definition()));
    }
}
