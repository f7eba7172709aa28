//! `bantam templates`: what `init` can start from.

use crate::cli::TemplatesArguments;
use crate::failure::Failure;
use crate::{Done, templates, terminal};
use serde_json::{Value, json};

pub(crate) fn run(arguments: &TemplatesArguments) -> Result<Done, Failure> {
    let text = if arguments.json {
        let list: Vec<Value> = templates::ALL
            .iter()
            .map(|template| json!({"name": template.name, "summary": template.summary()}))
            .collect();
        format!("{:#}\n", Value::from(list))
    } else {
        let longest = templates::ALL.iter().map(|template| template.name.len()).max().unwrap_or(0);
        let lines: Vec<String> = templates::ALL
            .iter()
            .map(|template| format!("  {:longest$}  {}", template.name, template.summary()))
            .collect();
        format!("{}\n\nStart from one with `bantam init --template NAME`.\n", lines.join("\n"))
    };
    terminal::print(&text)?;
    Ok(Done::Well)
}
