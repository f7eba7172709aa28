//! All pages and forms, each with whom it is for. There is no other way to add one.

use super::access::{ADMIN, Access, MARKETING, SALES, TEAMS, redirect};
use super::{
    account, answers, assets, audit, changes, data, definition, lead, leads, links, people, queue, reports, settings,
    sign_in, sso,
};
use crate::api::routes::Routes;
use crate::sso::CALLBACK;
use axum::routing::{get, post};

/// Adds them to the routes.
pub(crate) fn add(routes: Routes) -> Routes {
    let routes = routes
        .page(Access::Anybody, "/assets/{name}", get(assets::show))
        .page(Access::Person, "/", get(async || redirect("/queue")))
        .page(Access::Person, "/changes", get(changes::stream))
        .page(Access::Person, "/queue", get(queue::show))
        .page(SALES, "/hand-offs/{key}/undo", post(answers::undo))
        .page(SALES, "/hand-offs/{key}/{answer}", post(answers::answer))
        .page(Access::Person, "/leads", get(leads::show))
        .page(Access::Person, "/leads.csv", get(leads::file))
        .page(Access::Person, "/leads/views", post(leads::keep))
        .page(Access::Person, "/leads/views/remove", post(leads::remove))
        .page(Access::Person, "/leads/{id}", get(lead::show))
        .page(SALES, "/leads/{id}/qualification", post(answers::qualify))
        .page(TEAMS, "/leads/{id}/hand-off", post(lead::hand_over))
        .page(MARKETING, "/leads/{id}/merge", post(lead::merge))
        .page(MARKETING, "/leads/{id}/do-not-score", post(lead::do_not_score))
        .page(MARKETING, "/facts/{message_id}/retract", post(lead::retract))
        .page(ADMIN, "/leads/{id}/export", get(lead::export))
        .page(ADMIN, "/leads/{id}/erase", post(lead::erase));
    settings::add(add_data(add_people(add_reports(add_definition(routes)))))
}

/// Adds those that tell whether it is working.
fn add_reports(routes: Routes) -> Routes {
    routes
        .page(Access::Person, "/reports", get(reports::overview))
        .page(Access::Person, "/reports/{name}", get(reports::show))
        .page(Access::Person, "/reports/{name}/{table}", get(reports::file))
}

/// Adds those that are about the definition.
fn add_definition(routes: Routes) -> Routes {
    routes
        .page(Access::Person, "/definition", get(definition::versions))
        .page(TEAMS, "/definition/edit", get(definition::edit).post(definition::save))
        .page(TEAMS, "/definition/try", post(definition::try_out))
        .page(Access::Person, "/definition/compare", get(definition::compare))
        .page(Access::Person, "/definition/{fingerprint}", get(definition::show))
        .page(Access::Person, "/definition/{fingerprint}/file", get(definition::text))
        .page(TEAMS, "/definition/{fingerprint}/propose", post(definition::propose))
        .page(TEAMS, "/definition/{fingerprint}/sign", post(definition::sign))
        .page(TEAMS, "/definition/{fingerprint}/activate", post(definition::activate))
}

/// Adds those that are about what comes in.
fn add_data(routes: Routes) -> Routes {
    use data::{IMPORTERS, KEEPERS, import, live, merges, quarantine, sources, spend};
    routes
        .page(Access::Person, "/data", get(live::show))
        .page(Access::Person, "/data/quarantine", get(quarantine::list))
        .page(KEEPERS, "/data/quarantine/replay", post(quarantine::replay_all))
        .page(Access::Person, "/data/quarantine/{id}", get(quarantine::show))
        .page(KEEPERS, "/data/quarantine/{id}/replay", post(quarantine::replay))
        .page(KEEPERS, "/data/quarantine/{id}/remove", post(quarantine::remove))
        .page(IMPORTERS, "/data/import", get(import::show).post(import::upload))
        .page(IMPORTERS, "/data/import/columns", get(import::columns).post(import::run))
        .page(IMPORTERS, "/data/import/result", get(import::result))
        .page(IMPORTERS, "/data/import/rejects.csv", get(import::rejects))
        .page(Access::Person, "/data/spend", get(spend::show))
        .page(KEEPERS, "/data/spend", post(spend::enter))
        .page(Access::Person, "/data/merges", get(merges::show))
        .page(Access::Person, "/data/sources", get(sources::show).post(sources::with_key))
}

/// Adds those that are about people.
fn add_people(routes: Routes) -> Routes {
    routes
        .page(Access::Anybody, "/set-up/{link}", get(links::show_set_up).post(links::set_up))
        .page(Access::Anybody, "/invitation/{link}", get(links::show_invitation).post(links::accept))
        .page(Access::Anybody, "/reset/{link}", get(links::show_reset).post(links::reset))
        .page(Access::Anybody, "/sign-in", get(sign_in::show).post(sign_in::sign_in))
        .page(Access::Anybody, "/sign-in/code", get(sign_in::show_code).post(sign_in::enter_code))
        .page(Access::Anybody, "/sign-in/sso", get(sso::begin))
        .page(Access::Anybody, CALLBACK, get(sso::callback))
        .page(Access::Anybody, "/forgotten", get(sign_in::forgotten).post(sign_in::send_link))
        .page(Access::Anybody, "/sign-out", post(sign_in::sign_out))
        .page(Access::Person, "/account", get(account::show))
        .page(Access::Person, "/account/name", post(account::rename))
        .page(Access::Person, "/account/password", post(account::change))
        .page(Access::Person, "/account/second-factor", post(account::show_offer))
        .page(Access::Person, "/account/second-factor/confirm", post(account::confirm))
        .page(Access::Person, "/account/second-factor/recovery", post(account::renew))
        .page(Access::Person, "/account/second-factor/remove", post(account::remove))
        .page(Access::Person, "/account/sessions/end", post(account::end_others))
        .page(Access::Person, "/account/sessions/{key}/end", post(account::end))
        .page(Access::Person, "/settings", get(people::settings))
        .page(ADMIN, "/settings/people", get(people::list).post(people::create))
        .page(ADMIN, "/settings/people/{id}", get(people::show))
        .page(ADMIN, "/settings/people/{id}/roles", post(people::change_roles))
        .page(ADMIN, "/settings/people/{id}/link", post(people::make_link))
        .page(ADMIN, "/settings/people/{id}/disable", post(people::turn_off))
        .page(ADMIN, "/settings/people/{id}/enable", post(people::turn_on))
        .page(ADMIN, "/settings/people/{id}/unlink", post(people::take_link_away))
        .page(ADMIN, "/settings/people/{id}/withdraw", post(people::remove))
        .page(ADMIN, "/settings/audit", get(audit::show))
        .page(ADMIN, "/settings/audit.csv", get(audit::file))
}
