//! What stands around every page: navigation, who is signed in, what has to be known about the service itself.

use super::assets;
use super::errors::sentence;
use super::standing::Standing;
use super::words::{Calendar, Notice};
use crate::people::{Person, Role, Signed};
use crate::problem::Problem;
use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bantam_core::definitions::Team;
use std::sync::Arc;

/// An entry of the navigation.
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    pub(crate) path: &'static str,
    /// The key that leads there after `g`.
    pub(crate) key: &'static str,
}

/// The navigation, in the order of a day's work.
const NAVIGATION: [Entry; 6] = [
    Entry { name: "Queue", path: "/queue", key: "q" },
    Entry { name: "Leads", path: "/leads", key: "l" },
    Entry { name: "Definition", path: "/definition", key: "d" },
    Entry { name: "Reports", path: "/reports", key: "r" },
    Entry { name: "Data", path: "/data", key: "a" },
    Entry { name: "Settings", path: "/settings", key: "s" },
];

/// What stands around a page.
pub(crate) struct Frame {
    pub(crate) title: String,
    /// The path of the navigation's entry that the page belongs to.
    pub(crate) current: &'static str,
    pub(crate) person: Option<Arc<Person>>,
    /// Goes with every form.
    pub(crate) token: String,
    /// Said once, above the page: what was just done.
    pub(crate) notice: Option<Notice>,
    /// Whether the page shows what changes by itself.
    pub(crate) is_live: bool,
    /// What is said above it of the definition.
    pub(crate) standing: Arc<Standing>,
}

impl Frame {
    /// Returns the frame for somebody, or for nobody in particular.
    pub(crate) fn of(signed: Option<&Signed>, current: &'static str, title: impl Into<String>) -> Frame {
        Frame {
            title: title.into(),
            current,
            person: signed.map(|signed| signed.person.clone()),
            token: signed.map(|signed| signed.csrf.clone()).unwrap_or_default(),
            notice: None,
            is_live: false,
            standing: signed.map(|signed| signed.standing.clone()).unwrap_or_default(),
        }
    }

    pub(crate) fn with_notice(self, notice: Option<Notice>) -> Frame {
        Frame { notice, ..self }
    }

    /// Lets the page be asked for again when something changed.
    pub(crate) fn live(self) -> Frame {
        Frame { is_live: true, ..self }
    }

    pub(crate) fn navigation(&self) -> &'static [Entry] {
        if self.person.is_some() { &NAVIGATION } else { &[] }
    }

    /// Returns who has not signed the definition that decides: `marketing and sales`; nothing where both have.
    pub(crate) fn unsigned_by(&self) -> String {
        let name = |team: &Team| if *team == Team::Marketing { "marketing" } else { "sales" };
        self.standing.missing.iter().map(name).collect::<Vec<_>>().join(" and ")
    }

    /// Returns since when the teams want to look at the definition again; `None` as long as that is not due.
    pub(crate) fn review_due(&self) -> Option<String> {
        self.standing.review_due.map(|due| Calendar::new(due, None).day(due))
    }

    pub(crate) fn style(&self) -> &'static str {
        assets::STYLE.path()
    }

    pub(crate) fn icon(&self) -> &'static str {
        assets::ICON.path()
    }

    pub(crate) fn script(&self) -> &'static str {
        assets::SCRIPT.path()
    }

    pub(crate) fn has(&self, role: Role) -> bool {
        self.person.as_ref().is_some_and(|person| person.has(role))
    }

    pub(crate) fn is_sales(&self) -> bool {
        self.has(Role::Sales)
    }

    pub(crate) fn is_marketing(&self) -> bool {
        self.has(Role::Marketing)
    }

    pub(crate) fn is_admin(&self) -> bool {
        self.has(Role::Admin)
    }
}

/// Returns a page as it is sent: it may be about people, so nobody keeps it.
pub(crate) fn render(page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => {
            let mut response = html.into_response();
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Err(error) => Problem::fault(error).into_response(),
    }
}

/// What is wrong about a path that ends with a link's secret, as [`Problem::field`] has it.
pub(crate) const LINK: &str = "link";

/// The page that says what went wrong, what was kept, and where to go on.
#[derive(Template)]
#[template(path = "failed.html")]
pub(crate) struct Failed {
    frame: Frame,
    heading: &'static str,
    message: String,
}

impl Failed {
    /// Returns a problem as a page. The problem goes on to the edge, which writes down what is a fault of ours.
    pub(crate) fn response(frame: Frame, problem: Problem) -> Response {
        let heading = match problem.status {
            StatusCode::NOT_FOUND if problem.field.as_deref() == Some(LINK) => "This link leads nowhere",
            StatusCode::NOT_FOUND => "There is no such page",
            StatusCode::FORBIDDEN => "This is not for you",
            StatusCode::CONFLICT => "It has changed meanwhile",
            StatusCode::SERVICE_UNAVAILABLE => "The service is busy",
            status if status.is_server_error() => "Something broke on our side",
            _ => "That did not work",
        };
        let page = Failed {
            frame: Frame { title: heading.to_owned(), ..frame },
            heading,
            message: sentence(&problem.message),
        };
        let mut response = render(&page);
        *response.status_mut() = problem.status;
        response.extensions_mut().insert(Shown(problem));
        response
    }
}

/// A problem that has a page already.
#[derive(Clone)]
pub(crate) struct Shown(pub(crate) Problem);
