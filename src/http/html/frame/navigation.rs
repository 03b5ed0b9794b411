//! The two rows of links above every page: what everybody may read, and one's own work.

use super::Frame;
use crate::accounts::principal::Principal;

/// A link of the navigation.
pub struct NavigationLink {
    /// Address.
    pub href: &'static str,
    /// Text below `page.nav.`.
    pub key: &'static str,
    /// Icon of `static/icons.svg`.
    pub icon: &'static str,
    /// Sections of the site that the link stands for.
    sections: &'static [&'static str],
}

const fn link(
    href: &'static str,
    key: &'static str,
    icon: &'static str,
    sections: &'static [&'static str],
) -> NavigationLink {
    NavigationLink { href, key, icon, sections }
}

/// What everybody may read.
const PUBLIC: [NavigationLink; 7] = [
    link("/search?kind=need", "needs", "search", &["needs"]),
    link("/search?kind=capability", "capabilities", "search", &["capabilities"]),
    link("/towns", "towns", "map", &["towns"]),
    link("/platforms", "platforms", "folder", &["platforms"]),
    link("/events", "events", "calendar-days", &["events"]),
    link("/match", "match", "lightbulb", &["match"]),
    link("/statistics", "statistics", "chart-column", &["statistics"]),
];

const COCKPIT: NavigationLink = link("/cockpit", "cockpit", "gauge", &["cockpit"]);
const VISITS: NavigationLink = link("/visits", "visits", "map-pin", &["visits"]);
const DASHBOARD: NavigationLink = link("/dashboard", "dashboard", "chart-line", &["dashboard"]);
const REPORTS: NavigationLink = link("/reports", "reports", "chart-column", &["reports"]);
const OWN: NavigationLink = link("/account", "own", "user", &["account"]);
const SUGGESTIONS: NavigationLink =
    link("/suggestions", "suggestions", "lightbulb", &["suggestions"]);
const REVIEWS: NavigationLink = link("/reviews", "reviews", "clipboard-check", &["reviews"]);
const CALENDAR: NavigationLink = link("/calendar", "calendar", "calendar-days", &["calendar"]);
const CASES: NavigationLink = link("/cases", "cases", "handshake", &["cases"]);
const DEALS: NavigationLink = link("/contracts", "deals", "file-text", &["contracts", "projects"]);

impl Frame {
    /// Links of the first row.
    pub fn public_links(&self) -> &'static [NavigationLink] {
        &PUBLIC
    }

    /// Links of the second row, in the order in which the role works; none for a visitor.
    pub fn work_links(&self) -> Vec<NavigationLink> {
        self.caller.principal.as_ref().map(work_of).unwrap_or_default()
    }

    /// How much waits behind a link.
    pub fn waiting_behind(&self, link: &NavigationLink) -> i64 {
        if link.key == REVIEWS.key { self.to_review } else { 0 }
    }

    /// Whether the page belongs to a link.
    pub fn is_current(&self, link: &NavigationLink) -> bool {
        link.sections.contains(&self.section)
    }
}

fn work_of(principal: &Principal) -> Vec<NavigationLink> {
    let mut links = Vec::new();
    if principal.is_broker() || principal.is_admin() {
        links.extend([
            COCKPIT,
            REVIEWS,
            CALENDAR,
            OWN,
            VISITS,
            CASES,
            DEALS,
            DASHBOARD,
            REPORTS,
            SUGGESTIONS,
        ]);
    } else {
        links.extend([OWN, CALENDAR, SUGGESTIONS, CASES, DEALS]);
    }
    links
}
