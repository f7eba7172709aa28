//! What a store keeps of messages on their way to others, inside one transaction.

use crate::error::StoreError;
use crate::records::{DeliveryCounts, DeliveryRow, DeliveryState, EndpointRow, MessageRow, SubjectId};

/// Endpoints, and what is on its way to them.
///
/// INVARIANT: of the waiting deliveries of one endpoint and lane only the first has a moment at which it is due. Kept by
/// [`Deliveries::arrange_lane`], which whoever changes a lane calls.
pub trait Deliveries {
    /// Returns all endpoints, in order.
    fn endpoints(&mut self) -> Result<Vec<EndpointRow>, StoreError>;
    /// Returns an endpoint by its number.
    fn endpoint(&mut self, id: i64) -> Result<Option<EndpointRow>, StoreError>;
    /// Returns the endpoint with an identity.
    fn find_endpoint(&mut self, identity: &str) -> Result<Option<EndpointRow>, StoreError>;
    /// Writes an endpoint; returns its number, a new one where it has none.
    fn save_endpoint(&mut self, endpoint: &EndpointRow) -> Result<i64, StoreError>;
    /// Removes an endpoint with its deliveries, and the messages that nobody else waits for.
    fn remove_endpoint(&mut self, id: i64) -> Result<(), StoreError>;

    /// Returns messages of which no deliveries were made, in order.
    fn untaken(&mut self, limit: usize) -> Result<Vec<MessageRow>, StoreError>;
    /// Says that deliveries were made of a message, and what is sent from now on. `None` removes it: nobody wants it.
    fn take_message(&mut self, id: i64, at: i64, body: Option<&[u8]>) -> Result<(), StoreError>;
    /// Returns a message by its number.
    fn message(&mut self, id: i64) -> Result<Option<MessageRow>, StoreError>;
    /// Returns the messages about a subject that are still kept, in order.
    fn messages_about(&mut self, subject: SubjectId) -> Result<Vec<MessageRow>, StoreError>;
    /// Returns the deliveries of a message, in order.
    fn deliveries_of(&mut self, message: i64) -> Result<Vec<DeliveryRow>, StoreError>;
    /// Adds a delivery at the end of its lane, unless the endpoint has that message already.
    fn add_delivery(&mut self, endpoint: i64, message: i64, lane: i64, at: i64) -> Result<(), StoreError>;
    /// Returns a delivery by its number.
    fn delivery(&mut self, id: i64) -> Result<Option<DeliveryRow>, StoreError>;
    /// Writes a delivery that is there.
    fn save_delivery(&mut self, delivery: &DeliveryRow) -> Result<(), StoreError>;
    /// Lets the first that waits in a lane be due at `at`, unless it has a moment already, and no other.
    fn arrange_lane(&mut self, endpoint: i64, lane: i64, at: i64) -> Result<(), StoreError>;
    /// Returns deliveries to an endpoint that are due up to a moment, the longest due first.
    fn due_deliveries(&mut self, endpoint: i64, until: i64, limit: usize) -> Result<Vec<DeliveryRow>, StoreError>;
    /// Lets what is due to an endpoint after a moment be due then.
    fn hasten(&mut self, endpoint: i64, at: i64) -> Result<(), StoreError>;
    /// Parks what waits for an endpoint since a moment or longer; returns how many that were.
    fn park_old(&mut self, endpoint: i64, queued_until: i64, at: i64, error: &str) -> Result<usize, StoreError>;
    /// Lets parked deliveries of an endpoint wait again, some of them; returns how many that were.
    fn unpark(&mut self, endpoint: i64, at: i64, limit: usize) -> Result<usize, StoreError>;
    /// Lists deliveries to an endpoint before a number, latest first.
    fn list_deliveries(
        &mut self,
        endpoint: i64,
        state: Option<DeliveryState>,
        before: i64,
        limit: usize,
    ) -> Result<Vec<DeliveryRow>, StoreError>;
    /// Counts what waits and what is parked, for one endpoint or all.
    fn count_deliveries(&mut self, endpoint: Option<i64>) -> Result<DeliveryCounts, StoreError>;
    /// Removes what was delivered or skipped before a moment, some of it, with messages that nobody waits for; returns how many.
    fn forget_delivered(&mut self, before: i64, limit: usize) -> Result<usize, StoreError>;
}
