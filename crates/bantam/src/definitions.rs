//! Reads definitions from disk, and shows what is wrong with them.

use crate::failure::Failure;
use crate::terminal;
use bantam_lang::diagnostic::{Diagnostic, Severity};
use bantam_lang::render::{RenderStyle, render};
use bantam_lang::source::Source;
use bantam_lang::{CheckedDefinition, Loaded, load};
use std::fs;
use std::path::{Component, Path};

/// A list file is at most this large: 64 MiB is a million long values.
const LIST_BYTES_MAX: u64 = 64 << 20;

/// Reads and checks a definition, whatever is wrong with it.
pub(crate) fn read(path: &Path) -> Result<Loaded, Failure> {
    let bytes = fs::read(path).map_err(|error| Failure::file(path, "read", &error))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Failure::bad_input(format!("{} is not UTF-8 text (byte {at})", path.display())).help("save it as UTF-8")
    })?;
    let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    let source = Source::new(terminal::printable(&path.display().to_string()), text);
    Ok(load(source, &mut |name| read_list(&folder, name)))
}

/// Reads a definition that is to be used; fails where it has errors, after showing them. Warnings are counted only.
pub(crate) fn read_usable(path: &Path) -> Result<CheckedDefinition, Failure> {
    let loaded = read(path)?;
    match loaded.checked {
        Some(definition) => {
            let warnings = loaded.diagnostics.len() as u64;
            if warnings > 0 {
                let warnings = terminal::counted(warnings, "warning");
                terminal::say(&format!(
                    "note: {} has {warnings}; `bantam check {}` shows them",
                    path.display(),
                    path.display()
                ));
            }
            Ok(definition)
        }
        None => {
            let errors: Vec<Diagnostic> =
                loaded.diagnostics.into_iter().filter(|each| each.severity == Severity::Error).collect();
            terminal::say(&show(&errors, &loaded.source));
            let errors = terminal::counted(errors.len() as u64, "error");
            Err(Failure::bad_input(format!("{} has {errors}", path.display())))
        }
    }
}

/// Renders diagnostics with the lines they are about, in colour where somebody looks.
pub(crate) fn show(diagnostics: &[Diagnostic], source: &Source) -> String {
    let style = RenderStyle { color: terminal::is_colourful(), width: terminal::width() };
    render(diagnostics, source, style)
}

/// Reads a list file beside a definition. It may lie in the definition's folder or below, nowhere else: a definition from
/// somebody else must not be a way to read other files.
pub(crate) fn read_list(folder: &Path, name: &str) -> Result<String, String> {
    let relative = Path::new(name);
    let stays_inside = relative.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if !stays_inside {
        return Err("it must lie in the definition's folder or below, without `..`".into());
    }
    let path = folder.join(relative);
    let home = folder_or_here(folder).canonicalize().map_err(|error| error.to_string())?;
    let real = path.canonicalize().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "no such file".to_owned(),
        _ => error.to_string(),
    })?;
    if !real.starts_with(&home) {
        return Err("it is a link that leads out of the definition's folder".into());
    }
    let size = fs::metadata(&real).map_err(|error| error.to_string())?.len();
    if size > LIST_BYTES_MAX {
        return Err(format!("it is {size} bytes large, at most {LIST_BYTES_MAX} are read"));
    }
    let bytes = fs::read(&real).map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned())
}

fn folder_or_here(folder: &Path) -> &Path {
    if folder == Path::new("") { Path::new(".") } else { folder }
}
