//! Passwords: which can be taken, how they are kept, and how many are looked at at once.

use super::person::Person;
use super::secrets::{NoChance, chance};
use crate::problem::Problem;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use std::collections::HashSet;
use std::sync::{Arc, LazyLock};
use tokio::sync::Semaphore;

/// The shortest password that is all there is.
pub(crate) const ALONE_CHARACTERS_MIN: usize = 15;
/// The shortest password beside a second factor.
pub(crate) const CHARACTERS_MIN: usize = 8;
/// The longest, in characters.
pub(crate) const CHARACTERS_MAX: usize = 128;
/// What one look costs: 19 MiB, twice gone through, as OWASP asks of Argon2id at least.
const MEMORY_KIB: u32 = 19 * 1_024;
const PASSES: u32 = 2;
/// How many are looked at at once: 38 MiB.
const AT_ONCE: usize = 2;
/// How many wait for it: some seconds.
const WAITING_MAX: usize = 64;
/// How many different characters there are at least.
const DIFFERENT_MIN: usize = 5;
/// How many characters have to be left without the person's own name and address.
const LEFT_MIN: usize = 6;
/// A password that is suggested has so many groups of so many letters, which take so much chance.
const SUGGESTED_GROUPS: usize = 4;
const SUGGESTED_GROUP: usize = 5;
const SUGGESTED_BYTES: usize = 13;
/// A part of a name that is shorter is in many words.
const PART_MIN: usize = 3;

/// Passwords that many people have, in lower case.
static COMMON: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("common_passwords.txt").lines().collect());

/// Why a password cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordProblem {
    /// It has too few characters.
    #[error(
        "a password has at least {0} characters; four words that have nothing to do with each other are easy to keep in mind"
    )]
    Short(usize),
    /// It has too many.
    #[error("a password has at most 128 characters")]
    Long,
    /// Many people have it.
    #[error("many people have this password, so it is among the first to be tried; choose another")]
    Common,
    /// It is little more than the name.
    #[error("this password is little more than your name or address; choose another")]
    Personal,
    /// It goes on as it began.
    #[error("this password repeats itself or counts up, so it is easy to guess; choose another")]
    Repeats,
}

/// Returns whether a password is long enough to be all there is.
pub(crate) fn is_long(password: &str) -> bool {
    password.chars().count() >= ALONE_CHARACTERS_MIN
}

/// Says why somebody cannot have a password, if they cannot.
pub(crate) fn check(password: &str, person: &Person) -> Result<(), PasswordProblem> {
    let least = if person.has_second_factor() { CHARACTERS_MIN } else { ALONE_CHARACTERS_MIN };
    let count = password.chars().count();
    if count < least {
        return Err(PasswordProblem::Short(least));
    }
    if count > CHARACTERS_MAX {
        return Err(PasswordProblem::Long);
    }
    let folded = password.to_lowercase();
    let characters: Vec<char> = folded.chars().collect();
    let period = period(&characters);
    let unit: String = characters.iter().take(period).collect();
    if is_common(&folded) || (period < characters.len() && is_common(&unit)) {
        return Err(PasswordProblem::Common);
    }
    let different = characters.iter().collect::<HashSet<_>>().len();
    if different < DIFFERENT_MIN || (period < characters.len() && period < CHARACTERS_MIN) || counts_up(&characters) {
        return Err(PasswordProblem::Repeats);
    }
    if left_without_names(&folded, person) < LEFT_MIN {
        return Err(PasswordProblem::Personal);
    }
    Ok(())
}

/// Returns whether many have a password, or have it with figures and signs around it.
fn is_common(folded: &str) -> bool {
    COMMON.contains(folded) || COMMON.contains(folded.trim_matches(|c: char| !c.is_alphabetic()))
}

/// Returns after how many characters a text repeats itself; its length where it does not.
fn period(characters: &[char]) -> usize {
    let repeats =
        |period: &usize| characters.iter().skip(*period).eq(characters.iter().take(characters.len() - *period));
    (1..=characters.len() / 2).find(repeats).unwrap_or(characters.len())
}

/// Returns whether four of five characters follow from the one before.
fn counts_up(characters: &[char]) -> bool {
    let follows = |(a, b): (&char, &char)| {
        let step = i64::from(u32::from(*b)) - i64::from(u32::from(*a));
        step.abs() <= 1 || (step.abs() == 9 && a.is_ascii_digit() && b.is_ascii_digit())
    };
    let steps = characters.iter().zip(characters.iter().skip(1)).filter(|pair| follows(*pair)).count();
    steps * 5 >= characters.len() * 4
}

/// Returns how many characters are left when the person's own names are taken out.
fn left_without_names(folded: &str, person: &Person) -> usize {
    let known = format!("{} {} bantam", person.name, person.email).to_lowercase();
    let mut parts: Vec<&str> = known.split(|c: char| !c.is_alphanumeric()).collect();
    parts.retain(|part| part.chars().count() >= PART_MIN);
    parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
    let left = parts.into_iter().fold(folded.to_owned(), |left, part| left.replace(part, ""));
    left.chars().filter(|c| c.is_alphanumeric()).count()
}

/// Returns a password that nobody has: 100 bits of chance, in groups that can be typed.
pub(crate) fn suggest() -> Result<String, NoChance> {
    let letters = crate::base32::encode(&chance::<SUGGESTED_BYTES>()?);
    let characters: Vec<char> = letters.chars().take(SUGGESTED_GROUPS * SUGGESTED_GROUP).collect();
    Ok(characters.chunks(SUGGESTED_GROUP).map(|group| group.iter().collect()).collect::<Vec<String>>().join("-"))
}

/// Looks at passwords, few at once.
#[derive(Clone)]
pub(crate) struct Passwords {
    turns: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Passwords {
    pub(crate) fn new() -> Passwords {
        Passwords { turns: Arc::new(Semaphore::new(AT_ONCE)), waiting: Arc::new(Semaphore::new(WAITING_MAX)) }
    }

    /// Returns what is kept of a password.
    pub(crate) async fn hash(&self, password: String) -> Result<String, Problem> {
        self.turn(move || hash(&password)).await?
    }

    /// Returns whether a password is the one of a hash. Without a hash it takes as long, and is wrong.
    pub(crate) async fn is_right(&self, password: String, hash: Option<String>) -> Result<bool, Problem> {
        self.turn(move || is_right(&password, hash.as_deref())).await
    }

    async fn turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        let _place = self.waiting.try_acquire().map_err(|_| Problem::busy())?;
        let turn = self.turns.clone().acquire_owned().await.map_err(|_| Problem::fault("the turns are gone"))?;
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            // Whoever asked may have gone away; the memory is free only now.
            drop(turn);
            result
        });
        done.await.map_err(|_| Problem::fault("a look at a password panicked"))
    }
}

fn hasher() -> Result<Argon2<'static>, argon2::Error> {
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(MEMORY_KIB, PASSES, 1, None)?))
}

pub(crate) fn hash(password: &str) -> Result<String, Problem> {
    let salt = chance::<16>().map_err(|NoChance| NoChance)?;
    let hashed = hasher().map_err(Problem::fault)?.hash_password_with_salt(cut(password).as_bytes(), &salt);
    Ok(hashed.map_err(Problem::fault)?.to_string())
}

fn is_right(password: &str, hash: Option<&str>) -> bool {
    let password = cut(password);
    let known = hash.and_then(|hash| PasswordHash::new(hash).ok());
    match (known, hasher()) {
        (Some(known), Ok(hasher)) => hasher.verify_password(password.as_bytes(), &known).is_ok(),
        (None, Ok(hasher)) => {
            let _ = std::hint::black_box(hasher.hash_password_with_salt(password.as_bytes(), &[0; 16]));
            false
        }
        (_, Err(_)) => false,
    }
}

/// What is longer than any password need not be looked at whole.
fn cut(password: &str) -> &str {
    let end = password.char_indices().nth(CHARACTERS_MAX + 1).map_or(password.len(), |(end, _)| end);
    password.get(..end).unwrap_or(password)
}

#[cfg(test)]
mod tests {
    use super::super::second_factor::SecondFactor;
    use super::*;
    use std::collections::BTreeSet;

    fn person(has_second_factor: bool) -> Person {
        let mut person =
            Person::new("p".into(), "ann.smith@acme.example".into(), "Ann Smith".into(), BTreeSet::new(), 0);
        person.second_factor = has_second_factor.then(SecondFactor::default);
        person
    }

    #[test]
    fn aut_05_passwords_are_long_and_not_easy_to_guess() {
        let check = |password: &str| check(password, &person(false));
        for taken in ["correct horse battery", "ünïcödé wörds älso", "         k9 x z7 q", "0q8d63hx81gbv55"] {
            assert_eq!(check(taken), Ok(()), "{taken}");
        }
        for (refused, why) in [
            ("fourteen chars", PasswordProblem::Short(15)),
            ("1q2w3e4r5t6y7u8i9o0p", PasswordProblem::Common),
            ("Password1234567", PasswordProblem::Common),
            ("password12password12", PasswordProblem::Common),
            ("aaaaaaaaaaaaaaaaaaa", PasswordProblem::Repeats),
            ("123456789012345", PasswordProblem::Repeats),
            ("abcdefghijklmnopq", PasswordProblem::Repeats),
            ("x7!x7!x7!x7!x7!x7!", PasswordProblem::Repeats),
            ("annsmithannsmith", PasswordProblem::Personal),
            ("Ann.Smith@Acme.Example1", PasswordProblem::Personal),
            (&"long ".repeat(30), PasswordProblem::Long),
        ] {
            assert_eq!(check(refused), Err(why), "{refused}");
        }
        assert_eq!(check(&format!("{}é", "k9x?z".repeat(25).replacen('k', "m", 1))), Ok(()), "126 characters");
    }

    #[test]
    fn aut_05_with_a_second_factor_eight_characters_will_do() {
        assert_eq!(check("k9x?z7qm", &person(true)), Ok(()));
        assert_eq!(check("k9x?z7q", &person(true)), Err(PasswordProblem::Short(8)));
        assert_eq!(check("baseball", &person(true)), Err(PasswordProblem::Common));
    }

    #[test]
    fn aut_05_passwords_are_kept_as_argon2id() {
        let kept = hash("correct horse battery").unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert_ne!(kept, hash("correct horse battery").unwrap(), "each has a salt of its own");
        assert!(is_right("correct horse battery", Some(&kept)));
        for wrong in ["correct horse batterx", "correct horse battery ", "", "Correct horse battery"] {
            assert!(!is_right(wrong, Some(&kept)), "{wrong}");
        }
        assert!(!is_right("", None) && !is_right("x", Some("no hash")));
        let longest = "é".repeat(128);
        assert!(!is_right(&format!("{longest}x"), Some(&hash(&longest).unwrap())));
    }

    #[tokio::test]
    async fn aut_05_hash_work_is_capped() {
        let passwords = Passwords::new();
        let _turns = passwords.turns.clone().acquire_many_owned(2).await.unwrap();
        let waiting: Vec<_> = (0..WAITING_MAX)
            .map(|_| {
                let passwords = passwords.clone();
                tokio::spawn(async move { passwords.is_right("x".into(), None).await.is_ok() })
            })
            .collect();
        while passwords.waiting.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let refused = passwords.is_right("x".into(), None).await.unwrap_err();
        assert_eq!(refused.code, "busy");
        waiting.iter().for_each(tokio::task::JoinHandle::abort);
    }
}
