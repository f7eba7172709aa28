//! What a store keeps, as rows. What stands in a `body` or a `state` is the caller's: a store neither scores nor decides.

/// The number of a fact in the order of receipt, from 1.
pub type Seq = i64;
/// The number of a subject.
pub type SubjectId = i64;

/// The first half of a SHA-256: of a message id, or of a content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(pub [u8; 16]);

impl Digest {
    /// Computes the digest of some bytes.
    pub fn of(bytes: &[u8]) -> Digest {
        use sha2::Digest as _;
        let full = sha2::Sha256::digest(bytes);
        let mut half = [0; 16];
        half.iter_mut().zip(full.iter()).for_each(|(to, from)| *to = *from);
        Digest(half)
    }

    /// Returns it in hexadecimal digits.
    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// How a subject is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SubjectKind {
    /// By the id of a user: it is a lead, or part of one.
    User,
    /// By an anonymous id alone.
    Anonymous,
}

impl SubjectKind {
    /// Returns the number by which it is kept, in either database.
    pub(crate) fn number(self) -> i64 {
        match self {
            SubjectKind::User => 0,
            SubjectKind::Anonymous => 1,
        }
    }

    /// Returns the kind that a number stands for.
    pub(crate) fn of_number(number: i64) -> SubjectKind {
        if number == 0 { SubjectKind::User } else { SubjectKind::Anonymous }
    }
}

/// Somebody facts are about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Its number.
    pub id: SubjectId,
    /// How it is known.
    pub kind: SubjectKind,
    /// The id.
    pub name: String,
    /// The subject by whose number the lead goes that it is part of; `None` for a visitor nobody has identified.
    pub lead: Option<SubjectId>,
    /// Whether it was erased: no more facts about it are taken.
    pub erased: bool,
}

/// A fact to append.
#[derive(Clone, Copy, Debug)]
pub struct NewFact<'a> {
    /// Of its message id.
    pub message: Digest,
    /// Of its content.
    pub digest: Digest,
    /// Who it is about.
    pub subject: Option<SubjectId>,
    /// When it was learned.
    pub received_at: i64,
    /// When it happened.
    pub happened_at: i64,
    /// All of it.
    pub body: &'a [u8],
}

/// What became of a fact to append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It is new.
    New(Seq),
    /// A fact with its message id is there already.
    Known {
        /// That fact.
        seq: Seq,
        /// Whether the content is the same.
        is_same: bool,
    },
}

/// A fact as it was appended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFact {
    /// Its number.
    pub seq: Seq,
    /// Who it is about.
    pub subject: Option<SubjectId>,
    /// When it was learned.
    pub received_at: i64,
    /// When it happened.
    pub happened_at: i64,
    /// All of it; empty where it was erased.
    pub body: Vec<u8>,
    /// The fact that retracts it.
    pub retracted_by: Option<Seq>,
}

/// What an edge says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EdgeKind {
    /// An anonymous id (source) is a user's (target).
    Link,
    /// Two users' ids are one lead's.
    Merge,
}

/// What ties two subjects together, unless it was retracted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The fact that says so.
    pub fact: Seq,
    /// The one side.
    pub source: SubjectId,
    /// The other side.
    pub target: SubjectId,
    /// What it says.
    pub kind: EdgeKind,
    /// When it happened.
    pub at: i64,
    /// The fact's message id, which decides between links of one moment.
    pub message_id: String,
}

/// A lead as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeadRow {
    /// The subject by whose number it goes.
    pub id: SubjectId,
    /// Its stage.
    pub stage: Option<String>,
    /// Its score, and the two halves of it.
    pub score: i64,
    /// Who it is.
    pub fit: i64,
    /// What it does.
    pub engagement: i64,
    /// Its grade.
    pub grade: Option<String>,
    /// Its route.
    pub route: Option<String>,
    /// When its stage was decided last; 0 where that never was.
    pub changed_at: i64,
    /// The next moment at which time alone may change something.
    pub due_at: Option<i64>,
    /// What the caller needs to go on from here.
    pub state: Vec<u8>,
}

/// How many leads have the same place.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeadCount {
    /// Their stage.
    pub stage: Option<String>,
    /// Their grade.
    pub grade: Option<String>,
    /// Their route.
    pub route: Option<String>,
    /// How many.
    pub count: i64,
}

/// A hand-off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HandOffRow {
    /// Its number; 0 before it has one.
    pub id: i64,
    /// The subject it was opened for.
    pub subject: SubjectId,
    /// Whether it has not ended.
    pub in_progress: bool,
    /// Where it is, in one word.
    pub state: String,
    /// The team that has it.
    pub team: Option<String>,
    /// Who has it.
    pub owner: Option<String>,
    /// When its first answer is due, as long as none was given.
    pub due_at: Option<i64>,
    /// Whether that moment has passed without an answer.
    pub is_overdue: bool,
    /// All of it.
    pub body: Vec<u8>,
}

/// A decision, a message to others: whatever is written once, about a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub id: i64,
    /// Who it is about.
    pub subject: Option<SubjectId>,
    /// All of it.
    pub body: Vec<u8>,
}

/// In which order leads are listed. Of equal ones the latest number comes first; where it begins with the lowest, last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LeadOrder {
    /// The highest score first.
    #[default]
    HighestScore,
    /// The lowest score first.
    LowestScore,
    /// The best fit first.
    Fit,
    /// The highest engagement first.
    Engagement,
    /// By id, in the order of its bytes.
    Name,
    /// The one whose stage was decided last first.
    Changed,
}

/// A place in a list of leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeadPlace {
    /// What a lead is listed by, and its number.
    Number(i64, SubjectId),
    /// A lead's id, in a list by id.
    Name(String),
}

impl LeadOrder {
    /// Returns where a lead stands in a list.
    pub fn place(self, name: &str, lead: &LeadRow) -> LeadPlace {
        match self {
            LeadOrder::HighestScore | LeadOrder::LowestScore => LeadPlace::Number(lead.score, lead.id),
            LeadOrder::Fit => LeadPlace::Number(lead.fit, lead.id),
            LeadOrder::Engagement => LeadPlace::Number(lead.engagement, lead.id),
            LeadOrder::Changed => LeadPlace::Number(lead.changed_at, lead.id),
            LeadOrder::Name => LeadPlace::Name(name.to_owned()),
        }
    }
}

/// Which leads to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeadFilter {
    /// Only those on a stage.
    pub stage: Option<String>,
    /// Only those with a grade.
    pub grade: Option<String>,
    /// Only those that go to a route.
    pub route: Option<String>,
    /// Only those whose hand-off in progress somebody has.
    pub owner: Option<String>,
    /// Only those with an id of a user that begins so.
    pub prefix: Option<String>,
    /// In which order.
    pub order: LeadOrder,
    /// Only those after this place.
    pub after: Option<LeadPlace>,
    /// How many at most.
    pub limit: usize,
}

/// Which hand-offs to list: those in progress by when their first answer is due, then by number; others by number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HandOffFilter {
    /// Only those that have not ended.
    pub in_progress: bool,
    /// Only those in a state.
    pub state: Option<String>,
    /// Only those of a team.
    pub team: Option<String>,
    /// Only those that somebody has.
    pub owner: Option<String>,
    /// Only those that are overdue, or are not.
    pub is_overdue: Option<bool>,
    /// Only those after this place: when the first answer is due, if at all, and the number.
    pub after: Option<(Option<i64>, i64)>,
    /// How many at most.
    pub limit: usize,
}

/// Where messages go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointRow {
    /// Its number; 0 before it has one.
    pub id: i64,
    /// What tells it from others: no two have the same.
    pub identity: String,
    /// All of it.
    pub body: Vec<u8>,
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeliveryState {
    /// It is sent when it is its turn.
    Waiting,
    /// The receiver has it.
    Delivered,
    /// It was given up, and waits for somebody to send it again.
    Parked,
    /// It ended without anything to send: its error says why.
    Skipped,
}

impl DeliveryState {
    /// Returns the number by which it is kept, in either database.
    pub(crate) fn number(self) -> i64 {
        match self {
            DeliveryState::Waiting => 0,
            DeliveryState::Delivered => 1,
            DeliveryState::Parked => 2,
            DeliveryState::Skipped => 3,
        }
    }

    /// Returns the state that a number stands for.
    pub(crate) fn of_number(number: i64) -> DeliveryState {
        match number {
            0 => DeliveryState::Waiting,
            1 => DeliveryState::Delivered,
            3 => DeliveryState::Skipped,
            _ => DeliveryState::Parked,
        }
    }
}

/// A message on its way to an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryRow {
    /// Its number: lower ones of a lane go first.
    pub id: i64,
    /// The endpoint.
    pub endpoint: i64,
    /// The message, by its number in the outbox.
    pub message: i64,
    /// Whose turn it waits for: deliveries of one lane to one endpoint go one after the other.
    pub lane: i64,
    /// What became of it.
    pub state: DeliveryState,
    /// When it was made.
    pub queued_at: i64,
    /// When it is sent next; `None` while another of its lane goes first, and when it has ended.
    pub due_at: Option<i64>,
    /// When it was first tried.
    pub first_tried_at: Option<i64>,
    /// How often it was tried.
    pub attempts: i64,
    /// When it was delivered or parked.
    pub ended_at: Option<i64>,
    /// What the receiver answered last, as an HTTP status.
    pub status: Option<i64>,
    /// Why the last try failed.
    pub error: Option<String>,
}

/// A message to others, as it stands in the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageRow {
    /// Its number.
    pub id: i64,
    /// Who it is about.
    pub subject: Option<SubjectId>,
    /// What it tells, such as `hand_off.opened`.
    pub kind: String,
    /// All of it.
    pub body: Vec<u8>,
}

/// How many deliveries there are of a kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeliveryCounts {
    /// Waiting for their turn.
    pub waiting: i64,
    /// Given up.
    pub parked: i64,
}
