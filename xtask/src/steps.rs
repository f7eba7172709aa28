//! Runs one step of a task after the other, each with a heading and its time, and sums up at the end.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What became of a step.
pub(crate) enum Outcome {
    /// It held.
    Passed,
    /// It did not hold; what is wrong was printed, or is told here.
    Failed(String),
    /// It could not be run here, for the reason given.
    Skipped(String),
}

/// Steps that were run, in order.
#[derive(Default)]
pub(crate) struct Steps {
    done: Vec<(&'static str, Outcome, Duration)>,
}

impl Steps {
    /// Runs a step. A failed one does not stop the next: one run tells everything that is wrong.
    pub(crate) fn run(&mut self, name: &'static str, step: impl FnOnce() -> Outcome) {
        println!("==> {name}");
        let start = Instant::now();
        let outcome = step();
        let time = start.elapsed();
        println!("    {}\n", line(name, &outcome, time));
        self.done.push((name, outcome, time));
    }

    /// Prints all steps with their times; an error where one failed.
    pub(crate) fn finish(self) -> Result<(), String> {
        let mut total = Duration::ZERO;
        for (name, outcome, time) in &self.done {
            println!("{}", line(name, outcome, *time));
            total += *time;
        }
        println!("{:>8.1} s  in all", total.as_secs_f64());
        let failed: Vec<&str> = self
            .done
            .iter()
            .filter(|(_, outcome, _)| matches!(outcome, Outcome::Failed(_)))
            .map(|done| done.0)
            .collect();
        if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", "))) }
    }
}

fn line(name: &str, outcome: &Outcome, time: Duration) -> String {
    let (word, why) = match outcome {
        Outcome::Passed => ("passed", String::new()),
        Outcome::Failed(why) => ("FAILED", format!(": {why}")),
        Outcome::Skipped(why) => ("skipped", format!(": {why}")),
    };
    format!("{:>8.1} s  {name} {word}{why}", time.as_secs_f64())
}

/// Returns a call of the cargo that runs this task, in the workspace.
pub(crate) fn cargo(root: &Path, arguments: &[&str]) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.current_dir(root).args(arguments);
    command
}

/// Runs a command in the open.
pub(crate) fn outcome(mut command: Command) -> Outcome {
    match command.status() {
        Ok(status) if status.success() => Outcome::Passed,
        Ok(status) => Outcome::Failed(status.to_string()),
        Err(error) => Outcome::Failed(format!("cannot start {}: {error}", command.get_program().display())),
    }
}

/// Returns whether a command works here, in silence.
pub(crate) fn works(mut command: Command) -> bool {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
