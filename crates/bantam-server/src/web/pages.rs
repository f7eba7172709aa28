//! All pages and forms, each with whom it is for. There is no other way to add one.

use super::access::{ADMIN, Access, MARKETING, SALES, TEAMS, redirect};
use super::{answers, assets, changes, lead, queue};
use crate::api::routes::Routes;
use axum::routing::{get, post};

/// Adds them to the routes.
pub(crate) fn add(routes: Routes) -> Routes {
    routes
        .page(Access::Anybody, "/assets/{name}", get(assets::show))
        .page(Access::Person, "/", get(async || redirect("/queue")))
        .page(Access::Person, "/changes", get(changes::stream))
        .page(Access::Person, "/queue", get(queue::show))
        .page(SALES, "/hand-offs/{key}/undo", post(answers::undo))
        .page(SALES, "/hand-offs/{key}/{answer}", post(answers::answer))
        .page(Access::Person, "/leads/{id}", get(lead::show))
        .page(SALES, "/leads/{id}/qualification", post(answers::qualify))
        .page(TEAMS, "/leads/{id}/hand-off", post(lead::hand_over))
        .page(MARKETING, "/leads/{id}/merge", post(lead::merge))
        .page(MARKETING, "/leads/{id}/do-not-score", post(lead::do_not_score))
        .page(MARKETING, "/facts/{message_id}/retract", post(lead::retract))
        .page(ADMIN, "/leads/{id}/export", get(lead::export))
        .page(ADMIN, "/leads/{id}/erase", post(lead::erase))
}
