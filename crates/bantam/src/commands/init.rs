//! `bantam init`: writes a definition to start from.

use crate::cli::InitArguments;
use crate::failure::Failure;
use crate::sink::{Sink, refuse_existing};
use crate::templates::Template;
use crate::{Done, templates, terminal};
use bantam_lang::nearest::{did_you_mean, list_names};
use std::io::Write;
use std::path::Path;

pub(crate) fn run(arguments: &InitArguments) -> Result<Done, Failure> {
    let Some(template) = templates::find(&arguments.template) else {
        let names = || templates::ALL.iter().map(|template| template.name);
        let help = did_you_mean(&arguments.template, names())
            .unwrap_or_else(|| format!("templates are {}", list_names(names(), templates::ALL.len())));
        let name = terminal::printable(&arguments.template);
        return Err(Failure::bad_input(format!("there is no template `{name}`")).help(help));
    };
    let beside = |name: &str| arguments.file.with_file_name(name);
    let (leads, events) = (beside("leads.csv"), beside("events.csv"));
    let mut files = vec![(arguments.file.as_path(), template.definition)];
    if arguments.with_example {
        files.extend([(leads.as_path(), template.leads), (events.as_path(), template.events)]);
    }
    // Either all files are written or none: the first that may not be replaced stops before any is touched.
    files.iter().try_for_each(|(path, _)| refuse_existing(path, arguments.force))?;
    files.iter().try_for_each(|(path, text)| write(path, text, arguments.force))?;
    tell(arguments, template);
    Ok(Done::Well)
}

fn write(path: &Path, text: &str, force: bool) -> Result<(), Failure> {
    let mut sink = Sink::open(path, force)?;
    sink.write_all(text.as_bytes()).map_err(|error| sink.failure(&error))?;
    sink.finish()
}

fn tell(arguments: &InitArguments, template: &Template) {
    let file = arguments.file.display();
    let as_of = if arguments.with_example { format!(" --as-of {}", template.as_of.trim()) } else { String::new() };
    terminal::say(&format!(
        "wrote {file}: {}\nNext: edit it, then `bantam check {file}` and `bantam score {file} --leads leads.csv --events events.csv{as_of}`",
        template.summary()
    ));
}
