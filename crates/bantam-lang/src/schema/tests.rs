use super::json_schema;
use crate::keys;
use serde_json::Value;

/// Every map of the language: its name under `definitions`, its keys.
const MAPS: &[(&str, &[&str])] = &[
    ("attribute", keys::ATTRIBUTE),
    ("reserved_column", keys::RESERVED_COLUMN),
    ("action", keys::ACTION),
    ("list_file", keys::LIST),
    ("sales", keys::SALES),
    ("signal", keys::SIGNAL),
    ("fit", keys::FIT),
    ("fit_rule", keys::FIT_RULE),
    ("fit_group", keys::FIT_GROUP),
    ("engagement", keys::ENGAGEMENT),
    ("engagement_rule", keys::ENGAGEMENT_RULE),
    ("engagement_group", keys::ENGAGEMENT_GROUP),
    ("hand_off", keys::HAND_OFF),
    ("grades", keys::GRADES),
    ("route", keys::ROUTE),
    ("office_hours", keys::OFFICE_HOURS),
];

fn sorted(keys: impl IntoIterator<Item = impl Into<String>>) -> Vec<String> {
    let mut keys: Vec<String> = keys.into_iter().map(Into::into).collect();
    keys.sort();
    keys
}

fn properties(map: &Value) -> Vec<String> {
    sorted(map["properties"].as_object().unwrap().keys().cloned())
}

#[test]
fn every_map_has_the_keys_of_the_language_and_no_others() {
    let schema = json_schema();
    assert_eq!(properties(&schema), sorted(keys::TOP.iter().copied()));
    for (name, keys) in MAPS {
        assert_eq!(properties(&schema["definitions"][name]), sorted(keys.iter().copied()), "{name}");
        assert_eq!(schema["definitions"][name]["additionalProperties"], false, "{name}");
    }
}

#[test]
fn every_map_of_the_schema_is_one_of_the_language() {
    let schema = json_schema();
    let closed =
        schema["definitions"].as_object().unwrap().iter().filter(|(_, map)| map["additionalProperties"] == false);
    assert_eq!(sorted(closed.map(|(name, _)| name.clone())), sorted(MAPS.iter().map(|(name, _)| *name)));
}

#[test]
fn every_key_has_words_for_its_author() {
    let schema = json_schema();
    for map in [&schema].into_iter().chain(MAPS.iter().map(|(name, _)| &schema["definitions"][name])) {
        for (key, property) in map["properties"].as_object().unwrap() {
            let words = property["description"].as_str().unwrap_or_else(|| panic!("{key} has no description"));
            assert!(words.ends_with('.'), "{key}: {words}");
        }
    }
}
