//! Draws job titles the way people write them: abbreviated, punctuated, over all levels and departments.

use crate::dice::Dice;

/// How high a title stands, highest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    Chief,
    VicePresident,
    Director,
    Manager,
    Staff,
}

/// Draws a level: few chiefs, many members of staff.
pub(crate) fn draw_level(dice: &mut Dice) -> Level {
    dice.pick_weighted(&[
        (Level::Chief, 9),
        (Level::VicePresident, 10),
        (Level::Director, 17),
        (Level::Manager, 28),
        (Level::Staff, 36),
    ])
}

/// Writes a title of this level.
pub(crate) fn draw_title(level: Level, dice: &mut Dice) -> String {
    let patterns = match level {
        Level::Chief => return dice.pick(CHIEFS).to_owned(),
        Level::Staff if dice.chance(0.3) => return dice.pick(STAFF).to_owned(),
        Level::VicePresident => VICE_PRESIDENTS,
        Level::Director => DIRECTORS,
        Level::Manager => MANAGERS,
        Level::Staff => STAFF_PATTERNS,
    };
    dice.pick(patterns).replace('*', dice.pick(DEPARTMENTS))
}

/// Writes a title of someone who studies.
pub(crate) fn draw_student_title(dice: &mut Dice) -> String {
    dice.pick(&[
        "Student",
        "Student",
        "Intern",
        "Marketing Intern",
        "PhD Student",
        "MBA student",
        "Student Assistant",
        "Intern, Sales",
    ])
    .to_owned()
}

const CHIEFS: &[&str] = &[
    "CEO",
    "Chief Executive Officer",
    "C.E.O.",
    "CEO & Co-Founder",
    "Founder",
    "Co-Founder",
    "Owner",
    "CTO",
    "Chief Technology Officer",
    "CMO",
    "Chief Marketing Officer",
    "CFO",
    "Chief Financial Officer",
    "COO",
    "Chief Revenue Officer (CRO)",
    "CIO",
    "President",
];

const VICE_PRESIDENTS: &[&str] = &[
    "VP *",
    "VP of *",
    "VP, *",
    "V.P. *",
    "Vice President, *",
    "Vice President of *",
    "SVP *",
    "Sr. VP - *",
    "EVP, *",
];

const DIRECTORS: &[&str] =
    &["Director of *", "Director, *", "* Director", "Dir. *", "Sr. Director, *", "Senior Director of *", "Head of *"];

const MANAGERS: &[&str] = &[
    "* Manager",
    "Manager, *",
    "* Mgr",
    "Mgr. *",
    "Sr. * Manager",
    "Senior Manager - *",
    "Team Lead, *",
    "Manager of *",
];

const STAFF_PATTERNS: &[&str] =
    &["* Specialist", "* Analyst", "* Coordinator", "* Associate", "Sr. * Analyst", "* Assistant", "* Consultant"];

const STAFF: &[&str] = &[
    "Software Engineer",
    "Sr. Software Engineer",
    "Accountant",
    "Consultant",
    "Office Administrator",
    "Buyer",
    "Recruiter",
    "Developer",
];

const DEPARTMENTS: &[&str] = &[
    "Marketing",
    "Mktg",
    "Sales",
    "Sales Operations",
    "Engineering",
    "Eng.",
    "IT",
    "Information Technology",
    "Finance",
    "Operations",
    "Ops",
    "HR",
    "Human Resources",
    "Product",
    "Customer Success",
    "Legal",
    "Purchasing",
    "Demand Generation",
    "R&D",
];
