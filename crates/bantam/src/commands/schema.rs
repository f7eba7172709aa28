//! `bantam schema`: the JSON Schema of definitions.

use crate::Done;
use crate::failure::Failure;
use crate::terminal;

pub(crate) fn run() -> Result<Done, Failure> {
    terminal::print(&format!("{:#}\n", bantam_lang::schema::json_schema()))?;
    Ok(Done::Well)
}
