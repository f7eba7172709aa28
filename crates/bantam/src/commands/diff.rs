use crate::cli::DiffArguments;
use crate::failure::Failure;
use crate::Done;
pub(crate) fn run(_arguments: &DiffArguments) -> Result<Done, Failure> { Ok(Done::Well) }
