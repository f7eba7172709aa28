//! Sends links by mail, where there is a mail server and it is known by which address others reach the service.
//!
//! A link in a mail never goes by the host that a request names: whoever asks for one could name a host of their own.

use super::links::{Link, LinkKind};
use super::person::{Person, by_email, folded};
use super::{Actor, Origin, People, Who, reset_link};
use crate::peer::own_address;
use axum::http::HeaderMap;

impl People<'_> {
    /// Returns whether links are sent by mail.
    pub(crate) fn can_mail(&self) -> bool {
        self.app.outgoing.has_mail() && self.app.public_address().is_some()
    }

    /// Returns an address of the service, for somebody who looks at it now.
    pub(crate) fn url_of(&self, headers: &HeaderMap, path: &str) -> String {
        let own = self.app.public_address().or_else(|| own_address(None, headers, self.app.proxies()));
        own.map_or_else(|| path.to_owned(), |(scheme, host)| format!("{scheme}://{host}{path}"))
    }

    /// Sends a link to the address it was made for; returns whether the mail server took it.
    pub(crate) async fn mail_link(&self, person: &Person, link: &Link) -> bool {
        let Some((scheme, host)) = self.app.public_address().filter(|_| self.can_mail()) else { return false };
        let url = format!("{scheme}://{host}{}", link.path());
        let (subject, says) = match link.kind() {
            LinkKind::Reset => ("Another password for bantam", "choose another password"),
            _ => ("You were invited to bantam", "come in"),
        };
        let text = format!(
            "With this link you can {says}:\r\n\r\n{url}\r\n\r\nIt works once, for a day. Whoever has it can use it, so do \
             not pass it on.\r\nIf you did not expect this, there is nothing to do.\r\n"
        );
        let sent = self.app.outgoing.send_words(&person.email, subject, text).await;
        if let Err(problem) = &sent {
            tracing::warn!(problem, "a link could not be sent by mail");
        }
        sent.is_ok()
    }

    /// Makes a link for somebody who forgot the password, and sends it. Nobody learns whether there is such a person.
    pub(crate) async fn mail_reset_link(&self, origin: &Origin, email: &str) {
        let email = folded(email);
        let account = format!("forgotten {email}");
        if self.state().throttle.begin(&account, origin.address, self.app.now()).is_err() {
            return;
        }
        let actor = Actor { who: Who::Nobody, address: origin.shown() };
        let made = self.change(move |ledger, now| match by_email(ledger, &email)?.filter(Person::is_active) {
            Some(person) => reset_link(ledger, now, &actor, &person.id, false).map(Some),
            None => Ok(None),
        });
        if let Ok(Ok(Some((person, link)))) = made.await {
            self.mail_link(&person, &link).await;
        }
    }
}
