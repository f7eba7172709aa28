//! Turns a file of settings into defaults of a command's options. What stands in an argument wins, then the environment,
//! then the file.
//!
//! A key is an option's name, with `_` or `-`. One that is no option is refused: a setting that is not read protects
//! nobody.

use crate::failure::Failure;
use bantam_lang::nearest::nearest_name;
use clap::{Arg, Command};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// The option that names the file, and the variable that does.
const OPTION: &str = "config";
const VARIABLE: &str = "BANTAM_CONFIG";
/// A file of settings is at most this large: all options there are take some kilobytes.
const BYTES_MAX: u64 = 1 << 20;

/// Gives the options of the command that was called the defaults of its file of settings, where it has one.
pub(crate) fn apply(program: Command, arguments: &[OsString]) -> Result<Command, Failure> {
    let called = arguments.get(1).and_then(|name| name.to_str()).unwrap_or_default().to_owned();
    let takes_a_file = |command: &Command| command.get_arguments().any(|option| option.get_id() == OPTION);
    if !program.find_subcommand(&called).is_some_and(takes_a_file) {
        return Ok(program);
    }
    let Some(path) = named(arguments).or_else(|| std::env::var_os(VARIABLE).map(PathBuf::from)) else {
        return Ok(program);
    };
    let settings = read(&path)?;
    let mut problem = None;
    let program = program.mut_subcommand(called, |command| match with_defaults(command.clone(), &settings) {
        Ok(changed) => changed,
        Err(message) => {
            problem = Some(Failure::bad_input(format!("{}: {message}", path.display())));
            command
        }
    });
    problem.map_or(Ok(program), Err)
}

/// Returns the file that the arguments name.
fn named(arguments: &[OsString]) -> Option<PathBuf> {
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let text = argument.to_str().unwrap_or_default();
        if text == "--" {
            return None;
        }
        if text == "--config" {
            return rest.next().map(PathBuf::from);
        }
        if let Some(path) = text.strip_prefix("--config=") {
            return Some(PathBuf::from(path));
        }
    }
    None
}

fn read(path: &Path) -> Result<Table, Failure> {
    let failed = |error: std::io::Error| Failure::file(path, "read", &error);
    if std::fs::metadata(path).map_err(failed)?.len() > BYTES_MAX {
        return Err(Failure::bad_input(format!("{} is larger than {BYTES_MAX} bytes", path.display())));
    }
    let text = std::fs::read_to_string(path).map_err(failed)?;
    text.parse().map_err(|error: toml::de::Error| {
        let line = error.span().map_or(1, |span| text.get(..span.start).unwrap_or_default().lines().count().max(1));
        Failure::bad_input(format!("{}, line {line}: {}", path.display(), error.message()))
    })
}

/// Returns a command whose options have the settings as defaults, or what is wrong with a setting.
fn with_defaults(mut command: Command, settings: &Table) -> Result<Command, String> {
    for (key, value) in settings {
        let id = key.replace('-', "_");
        let options: Vec<String> = command.get_arguments().map(|option| option.get_id().to_string()).collect();
        if !options.contains(&id) || id == OPTION {
            let known = options.iter().map(String::as_str).filter(|known| *known != OPTION);
            let hint = nearest_name(&id, known).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            return Err(format!("`{key}` is no setting{hint}"));
        }
        let values = texts(key, value)?;
        command = command.mut_arg(id, |option| with_default(option, values));
    }
    Ok(command)
}

fn with_default(option: Arg, values: Vec<String>) -> Arg {
    // Shown or not, a secret from the file must not stand in the help.
    let option = option.required(false).hide_default_value(true);
    match values.as_slice() {
        [] => option,
        _ => option.default_values(values.into_iter().map(OsString::from).map(leaked)),
    }
}

/// Defaults live as long as the program, which reads them once.
fn leaked(text: OsString) -> &'static OsStr {
    Box::leak(text.into_boxed_os_str())
}

/// Returns a setting as it would stand in arguments.
fn texts(key: &str, value: &Value) -> Result<Vec<String>, String> {
    match value {
        Value::String(text) => Ok(vec![text.clone()]),
        Value::Integer(number) => Ok(vec![number.to_string()]),
        Value::Float(number) => Ok(vec![number.to_string()]),
        Value::Boolean(truth) => Ok(vec![truth.to_string()]),
        Value::Array(values) => {
            values.iter().map(|value| texts(key, value)).collect::<Result<Vec<_>, _>>().map(|all| all.concat())
        }
        Value::Table(_) | Value::Datetime(_) => {
            Err(format!("`{key}` must be a text, a number, true or false, or a list"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ArgAction;

    fn command() -> Command {
        Command::new("serve")
            .arg(Arg::new("config").long("config"))
            .arg(Arg::new("listen").long("listen").default_value("here"))
            .arg(Arg::new("store").long("store").required(true))
            .arg(Arg::new("webhook_allow").long("webhook-allow").action(ArgAction::Append).num_args(1..))
    }

    fn apply_text(text: &str, arguments: &[&str]) -> Result<(String, String, Vec<String>), String> {
        let command = with_defaults(command(), &text.parse::<Table>().unwrap())?;
        let given = ["serve"].iter().chain(arguments);
        let matches = command.try_get_matches_from(given).map_err(|error| error.to_string())?;
        let one = |id: &str| matches.get_one::<String>(id).cloned().unwrap_or_default();
        let all = matches.get_many::<String>("webhook_allow").into_iter().flatten().cloned().collect();
        Ok((one("listen"), one("store"), all))
    }

    #[test]
    fn arguments_win_over_the_file_and_the_file_over_defaults() {
        let text = "store = 'a.db'\nlisten = 'there'\nwebhook-allow = ['x', 'y']";
        let all = |listen: &str| Ok((listen.into(), "a.db".into(), vec!["x".into(), "y".into()]));
        assert_eq!(apply_text(text, &[]), all("there"));
        assert_eq!(apply_text(text, &["--listen", "nearby"]), all("nearby"));
    }

    #[test]
    fn run_03_a_key_that_is_no_setting_is_refused_with_the_nearest() {
        let problem = |text: &str| apply_text(text, &[]).unwrap_err();
        assert_eq!(problem("stor = 'a.db'"), "`stor` is no setting; did you mean `store`?");
        assert_eq!(
            problem("webhooks_allowed = 'a'"),
            "`webhooks_allowed` is no setting; did you mean `webhook_allow`?"
        );
        assert_eq!(problem("config = 'a'"), "`config` is no setting");
        assert_eq!(problem("[store]\na = 1"), "`store` must be a text, a number, true or false, or a list");
    }

    #[test]
    fn the_file_is_found_in_both_ways_of_writing_an_option() {
        let find = |arguments: &[&str]| named(&arguments.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(find(&["bantam", "serve", "--config", "a"]), Some("a".into()));
        assert_eq!(find(&["bantam", "serve", "--config=a"]), Some("a".into()));
        assert_eq!(find(&["bantam", "serve", "--", "--config=a"]), None);
    }
}
