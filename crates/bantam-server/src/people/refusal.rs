//! Why something about people was not done.

use super::passwords::PasswordProblem;
use super::provided::ProvidedRefusal;
use bantam_core::CoreError;
use bantam_store::StoreError;

/// Why something was not done. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nobody has this id or address.
    #[error("there is no such person")]
    NoPerson,
    /// Somebody has this address already.
    #[error("somebody with this address is there already")]
    Known,
    /// Nobody has a session of this name.
    #[error("this session has ended already")]
    NoSession,
    /// The text is no address.
    #[error("this is no address of mail; write one such as `ann@acme.example`")]
    Email,
    /// The text is no name.
    #[error("a name has 1 to 100 characters in one line")]
    Name,
    /// Without a role somebody could see nothing.
    #[error("choose at least one role")]
    NoRoles,
    /// There are as many people as there can be.
    #[error("there are as many people as there can be; remove somebody who does not come any more")]
    TooMany,
    /// Nobody could look after people any more.
    #[error("this is the only admin who can sign in; make somebody else an admin first")]
    LastAdmin,
    /// Somebody else was faster.
    #[error("somebody else changed this person meanwhile; look at what is there now")]
    Changed,
    /// It cannot be done to somebody in this standing.
    #[error("that cannot be done to somebody who is {0}")]
    Standing(&'static str),
    /// The link was used, is too old, or never was.
    #[error("this link was used already, is too old, or was replaced by another; ask for a new one")]
    Link,
    /// The password cannot be taken.
    #[error(transparent)]
    Password(#[from] PasswordProblem),
    /// A provider of single sign-on lets nobody in.
    #[error(transparent)]
    Provided(#[from] ProvidedRefusal),
    /// What proves who somebody is does not fit.
    #[error("the address or the password is wrong")]
    Wrong,
    /// The password that was asked for again is wrong.
    #[error("this is not your password")]
    WrongPassword,
    /// The code does not fit, or was used.
    #[error("this code is wrong, too old, or was used already; wait for the next one")]
    Code,
    /// No second factor was offered, or there is one.
    #[error("the second factor was set up or given up meanwhile; look at what is there now")]
    NotOffered,
    /// The password alone would be too short.
    #[error("without a second factor a password needs 15 characters; change the password first")]
    ShortAlone,
    /// Too many tries went wrong.
    #[error("too many tries went wrong; wait {} minutes", .0.div_ceil(60))]
    TooOften(u64),
}

/// Why a change did not happen.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// It may not be.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The facts that follow from it could not be taken.
    #[error(transparent)]
    Core(CoreError),
}

impl From<CoreError> for ChangeError {
    fn from(error: CoreError) -> Self {
        match error {
            CoreError::Store(error) => ChangeError::Store(error),
            other => ChangeError::Core(other),
        }
    }
}

/// Returns a refusal as an answer: the store is as well as before. Whoever refuses has written nothing.
pub(crate) fn settled<T>(result: Result<T, ChangeError>) -> Result<Result<T, Refusal>, CoreError> {
    match result {
        Ok(done) => Ok(Ok(done)),
        Err(ChangeError::Refused(refusal)) => Ok(Err(refusal)),
        Err(ChangeError::Store(error)) => Err(error.into()),
        Err(ChangeError::Core(error)) => Err(error),
    }
}
