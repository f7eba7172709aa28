//! What people may do.

use serde::{Deserialize, Serialize};

/// A part that somebody has in the service. A person may have several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Reads.
    Viewer,
    /// Edits definitions and signs them for marketing, enters spend, retracts events.
    Marketing,
    /// Works hand-offs and signs for sales.
    Sales,
    /// Looks after people, keys, webhooks and connectors, and erases leads; signs nothing.
    Admin,
}

impl Role {
    /// All roles, from the one that may least.
    pub const ALL: [Role; 4] = [Role::Viewer, Role::Marketing, Role::Sales, Role::Admin];

    /// Returns its name, as it is written in settings and sent by forms.
    pub fn name(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Marketing => "marketing",
            Role::Sales => "sales",
            Role::Admin => "admin",
        }
    }

    /// Returns what people call somebody who has it.
    pub fn word(self) -> &'static str {
        match self {
            Role::Viewer => "viewers",
            Role::Marketing => "marketing",
            Role::Sales => "sales",
            Role::Admin => "admins",
        }
    }

    /// Returns what it lets somebody do, for those who choose.
    pub fn says(self) -> &'static str {
        match self {
            Role::Viewer => "Reads everything, changes nothing.",
            Role::Marketing => "Edits the definition and signs it for marketing, enters spend, takes events back.",
            Role::Sales => "Works the queue of leads and signs the definition for sales.",
            Role::Admin => "Looks after people, keys, webhooks and connectors, and erases leads. Signs nothing.",
        }
    }

    /// Returns the role with a name.
    pub fn of_name(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.name() == name)
    }
}
