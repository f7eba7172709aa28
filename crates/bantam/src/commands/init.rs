//! `bantam init`: writes a definition to start from.

use crate::cli::InitArguments;
use crate::failure::Failure;
use crate::sink::Sink;
use crate::{Done, templates, terminal};
use bantam_lang::nearest::{did_you_mean, list_names};
use std::io::Write;

pub(crate) fn run(arguments: &InitArguments) -> Result<Done, Failure> {
    let Some(template) = templates::find(&arguments.template) else {
        let names = || templates::ALL.iter().map(|template| template.name);
        let help = did_you_mean(&arguments.template, names())
            .unwrap_or_else(|| format!("templates are {}", list_names(names(), templates::ALL.len())));
        let name = terminal::printable(&arguments.template);
        return Err(Failure::bad_input(format!("there is no template `{name}`")).help(help));
    };
    let mut sink = Sink::open(&arguments.file, arguments.force)?;
    sink.write_all(template.definition.as_bytes()).map_err(|error| sink.failure(&error))?;
    sink.finish()?;
    let file = arguments.file.display();
    terminal::say(&format!(
        "wrote {file}: {}\nNext: edit it, then `bantam check {file}` and `bantam score {file} --leads leads.csv --events events.csv`",
        template.summary()
    ));
    Ok(Done::Well)
}
