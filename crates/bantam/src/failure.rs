//! Why a command could not do its work, with the exit code that says whose fault it was.

use bantam_engine::input::InputError;
use std::fmt;
use std::io;
use std::path::Path;

/// A command that stopped.
#[derive(Debug)]
pub(crate) struct Failure {
    kind: Kind,
    message: String,
    help: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// What was given cannot be used: 2.
    BadInput,
    /// A disk, pipe or device failed: 74, as `sysexits.h` has it.
    Device,
    /// Nobody reads our output any more; not an error.
    BrokenPipe,
    /// Something of ours: 1.
    Ours,
}

impl Failure {
    /// Returns a failure that lies with what was given.
    pub(crate) fn bad_input(message: impl Into<String>) -> Failure {
        Failure { kind: Kind::BadInput, message: message.into(), help: None }
    }

    /// Returns a failure that should not happen.
    pub(crate) fn ours(message: impl Into<String>) -> Failure {
        Failure { kind: Kind::Ours, message: message.into(), help: None }
    }

    /// Returns a failure of a disk or a device.
    pub(crate) fn device(message: impl Into<String>) -> Failure {
        Failure { kind: Kind::Device, message: message.into(), help: None }
    }

    /// Returns a failure to use a file.
    pub(crate) fn file(path: &Path, doing: &str, error: &io::Error) -> Failure {
        let kind = match error.kind() {
            io::ErrorKind::BrokenPipe => Kind::BrokenPipe,
            io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied | io::ErrorKind::IsADirectory => Kind::BadInput,
            io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists | io::ErrorKind::InvalidData => Kind::BadInput,
            _ => Kind::Device,
        };
        let reason = match error.kind() {
            io::ErrorKind::NotFound => "no such file or folder".to_owned(),
            _ => error.to_string(),
        };
        Failure { kind, message: format!("cannot {doing} {}: {reason}", path.display()), help: None }
    }

    /// Returns a failure to write to standard output.
    pub(crate) fn output(error: &io::Error) -> Failure {
        Failure::file(Path::new("standard output"), "write to", error)
    }

    /// Adds the way out.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Failure {
        self.help = Some(help.into());
        self
    }

    /// Returns whether the reader of our output went away.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        self.kind == Kind::BrokenPipe
    }

    /// Returns the exit code: 2 for bad input, 74 for a failing device, else 1.
    pub(crate) fn exit_code(&self) -> u8 {
        match self.kind {
            Kind::BadInput => 2,
            Kind::Device => 74,
            Kind::BrokenPipe => 0,
            Kind::Ours => 1,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        self.help.iter().try_for_each(|help| write!(f, "\n  help: {help}"))
    }
}

impl From<InputError> for Failure {
    fn from(error: InputError) -> Self {
        let kind = match &error {
            InputError::Read { source, .. } if source.kind() != io::ErrorKind::InvalidData => Kind::Device,
            _ => Kind::BadInput,
        };
        let help = match &error {
            InputError::Header { help, .. } => help.clone(),
            _ => None,
        };
        Failure { kind, message: error.to_string(), help }
    }
}
