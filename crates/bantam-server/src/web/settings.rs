//! Settings: teams, office hours, keys, webhooks, connectors, the service itself. Whatever is changed here is written down.

mod connector;
mod connectors;
mod deliveries;
mod hours;
mod keys;
mod service;
mod team_form;
mod teams;
mod webhook;
mod webhooks;

use super::access::{ADMIN, Access, KEEPERS};
use super::errors::{Errors, FieldError, sentence};
use crate::api::routes::Routes;
use crate::problem::Problem;
use axum::routing::{get, post};

/// Adds the pages of the settings.
pub(crate) fn add(routes: Routes) -> Routes {
    routes
        .page(Access::Person, "/settings/teams", get(teams::list))
        .page(Access::Person, "/settings/teams/{name}", get(teams::show))
        .page(KEEPERS, "/settings/teams/{name}/member", post(team_form::save))
        .page(KEEPERS, "/settings/teams/{name}/remove", post(team_form::remove))
        .page(Access::Person, "/settings/hours", get(hours::show))
        .page(ADMIN, "/settings/keys", get(keys::list).post(keys::create))
        .page(ADMIN, "/settings/keys/{id}/revoke", post(keys::revoke))
        .page(ADMIN, "/settings/webhooks", get(webhooks::list).post(webhooks::create))
        .page(ADMIN, "/settings/webhooks/{id}", get(webhook::show).post(webhook::change))
        .page(ADMIN, "/settings/webhooks/{id}/test", post(webhook::test))
        .page(ADMIN, "/settings/webhooks/{id}/enable", post(webhook::enable))
        .page(ADMIN, "/settings/webhooks/{id}/disable", post(webhook::disable))
        .page(ADMIN, "/settings/webhooks/{id}/rotate", post(webhook::rotate))
        .page(ADMIN, "/settings/webhooks/{id}/remove", post(webhook::remove))
        .page(ADMIN, "/settings/webhooks/{id}/resend", post(deliveries::resend_parked))
        .page(ADMIN, "/settings/webhooks/{id}/deliveries/{delivery}/resend", post(deliveries::resend))
        .page(ADMIN, "/settings/connectors", get(connectors::list).post(connectors::create))
        .page(ADMIN, "/settings/connectors/{id}", get(connector::show).post(connector::change))
        .page(ADMIN, "/settings/connectors/{id}/test", post(connector::test))
        .page(ADMIN, "/settings/connectors/{id}/enable", post(connector::enable))
        .page(ADMIN, "/settings/connectors/{id}/disable", post(connector::disable))
        .page(ADMIN, "/settings/connectors/{id}/secret", post(connector::renew))
        .page(ADMIN, "/settings/connectors/{id}/remove", post(connector::remove))
        .page(ADMIN, "/settings/connectors/{id}/resend", post(deliveries::resend_parked))
        .page(ADMIN, "/settings/connectors/{id}/deliveries/{delivery}/resend", post(deliveries::resend))
        .page(ADMIN, "/settings/service", get(service::show))
}

/// Returns a problem at the field of a form that it is about, where it is the form's and not ours.
fn at_field(problem: Problem, fields: &[&'static str]) -> Result<Errors, Problem> {
    let field = fields.iter().find(|name| problem.field.as_deref() == Some(**name));
    match field.or(fields.first()) {
        Some(field) if problem.status.is_client_error() && problem.code != "not_found" => {
            // What programs call it stands in front of what people read.
            let message = problem.message.replace(&format!("`{field}`: "), "");
            Ok(Errors::all_of(vec![FieldError { field, message: sentence(&message) }]))
        }
        _ => Err(problem),
    }
}
