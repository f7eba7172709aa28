//! The closed vocabularies of events, as small numbers with a text each.

/// Declares an enum of one byte whose variants have a text.
macro_rules! words {
    ($(#[$doc:meta])* $type:ident { $($variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum $type { $($variant),+ }

        impl $type {
            pub(crate) fn text(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }
    };
}

words! {
    /// Names of events.
    Name {
        PageViewed = "page_viewed",
        BlogPostViewed = "blog_post_viewed",
        CareersPageViewed = "careers_page_viewed",
        WhitepaperDownloaded = "whitepaper_downloaded",
        EbookDownloaded = "ebook_downloaded",
        PriceSheetDownloaded = "price_sheet_downloaded",
        CaseStudyDownloaded = "case_study_downloaded",
        WebinarRegistered = "webinar_registered",
        WebinarAttended = "webinar_attended",
        DemoRequested = "demo_requested",
        ContactUsSubmitted = "contact_us_submitted",
        FormSubmitted = "form_submitted",
        TrialStarted = "trial_started",
        EmailDelivered = "email_delivered",
        EmailOpened = "email_opened",
        EmailClicked = "email_clicked",
        EmailUnsubscribed = "email_unsubscribed",
        ProductViewed = "product_viewed",
        ProductAdded = "product_added",
        OrderCompleted = "order_completed",
        SalesAccepted = "sales_accepted",
        SalesRejected = "sales_rejected",
        LeadRecycled = "lead_recycled",
        OpportunityOpened = "opportunity_opened",
        OpportunityWon = "opportunity_won",
        OpportunityLost = "opportunity_lost",
    }
}

impl Name {
    /// Is true where the money is an opportunity's amount rather than a price.
    pub(crate) fn has_amount(self) -> bool {
        matches!(self, Self::OpportunityOpened | Self::OpportunityWon | Self::OpportunityLost)
    }

    /// Is true for what sales answers.
    pub(crate) fn is_answer(self) -> bool {
        self.has_amount() || matches!(self, Self::SalesAccepted | Self::SalesRejected | Self::LeadRecycled)
    }
}

words! {
    /// Forms a lead may send.
    Form {
        Newsletter = "newsletter",
        Demo = "demo",
        Contact = "contact",
        Webinar = "webinar",
        Download = "download",
        Trial = "trial",
        Account = "account",
    }
}

words! {
    /// Ways by which a visit comes.
    Channel {
        Organic = "organic",
        Direct = "direct",
        Email = "email",
        PaidSearch = "paid_search",
        PaidSocial = "paid_social",
        Referral = "referral",
        Partner = "partner",
    }
}

words! {
    /// Reasons sales gives.
    Reason {
        WrongContact = "wrong contact",
        NoBudget = "no budget",
        NotInterested = "not interested",
        Unreachable = "unreachable",
        TooSmall = "too small",
        NotAFit = "not a fit",
        Student = "student",
        JobSeeker = "job seeker",
        Competitor = "competitor",
        BadTiming = "bad timing",
        NoDecision = "no decision",
        LostToCompetitor = "lost to competitor",
        Price = "price",
    }
}

words! {
    /// Parts of the web site.
    Section {
        Home = "/",
        Pricing = "/pricing",
        Product = "/product",
        Blog = "/blog",
        Docs = "/docs",
        Customers = "/customers",
        Careers = "/careers",
        Catalogue = "/products",
        Checkout = "/checkout",
    }
}

impl Section {
    /// Returns the pages of this part.
    pub(crate) fn pages(self) -> &'static [&'static str] {
        match self {
            Self::Home => &["/"],
            Self::Pricing => &["/pricing", "/pricing/compare", "/pricing/enterprise"],
            Self::Product => &[
                "/product",
                "/product/alerts",
                "/product/api",
                "/product/dashboards",
                "/product/integrations",
                "/product/security",
            ],
            Self::Blog => BLOG,
            Self::Docs => DOCS,
            Self::Customers => CUSTOMERS,
            Self::Careers => &[
                "/careers",
                "/careers/account-executive",
                "/careers/backend-engineer",
                "/careers/data-analyst",
                "/careers/designer",
                "/careers/intern",
            ],
            Self::Catalogue => CATALOGUE,
            Self::Checkout => &["/cart", "/checkout", "/checkout/delivery", "/checkout/payment"],
        }
    }
}

/// A page of the web site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Path {
    pub(crate) section: Section,
    pub(crate) page: u8,
}

impl Path {
    pub(crate) fn text(self) -> &'static str {
        self.section.pages().get(usize::from(self.page)).copied().unwrap_or(self.section.text())
    }
}

/// The people of sales, by territory: the first two for North America, two for EMEA, one each for APAC and LATAM.
const OWNERS: [&str; 6] = ["rep-na-1", "rep-na-2", "rep-emea-1", "rep-emea-2", "rep-apac-1", "rep-latam-1"];

/// Returns the name of an owner, counted from 1.
pub(crate) fn owner_text(owner: u8) -> Option<&'static str> {
    usize::from(owner).checked_sub(1).and_then(|index| OWNERS.get(index)).copied()
}

const BLOG: &[&str] = &[
    "/blog/a-calmer-inbox",
    "/blog/annual-planning-checklist",
    "/blog/ask-better-questions",
    "/blog/build-or-buy",
    "/blog/change-without-drama",
    "/blog/customer-interviews",
    "/blog/dashboards-people-read",
    "/blog/data-quality-basics",
    "/blog/first-hundred-days",
    "/blog/forecasting-for-humans",
    "/blog/how-we-onboard",
    "/blog/integrations-roundup",
    "/blog/meetings-that-end-early",
    "/blog/metrics-that-matter",
    "/blog/migration-guide",
    "/blog/procurement-explained",
    "/blog/release-notes-autumn",
    "/blog/release-notes-spring",
    "/blog/remote-team-rituals",
    "/blog/security-questionnaires",
    "/blog/seven-reporting-mistakes",
    "/blog/small-teams-big-accounts",
    "/blog/the-cost-of-waiting",
    "/blog/what-buyers-told-us",
];

const DOCS: &[&str] = &[
    "/docs",
    "/docs/alerts",
    "/docs/api/authentication",
    "/docs/api/events",
    "/docs/api/limits",
    "/docs/audit-log",
    "/docs/billing",
    "/docs/export",
    "/docs/getting-started",
    "/docs/import",
    "/docs/integrations/crm",
    "/docs/integrations/warehouse",
    "/docs/roles",
    "/docs/single-sign-on",
    "/docs/troubleshooting",
    "/docs/webhooks",
];

const CUSTOMERS: &[&str] = &[
    "/customers",
    "/customers/city-hospital",
    "/customers/harbour-logistics",
    "/customers/hillside-bank",
    "/customers/maple-software",
    "/customers/orchard-retail",
    "/customers/river-energy",
    "/customers/summit-insurance",
];

const CATALOGUE: &[&str] = &[
    "/products/apron",
    "/products/backpack",
    "/products/blanket",
    "/products/bottle",
    "/products/bread-knife",
    "/products/candle",
    "/products/coffee-grinder",
    "/products/cutting-board",
    "/products/desk-lamp",
    "/products/dutch-oven",
    "/products/espresso-cup",
    "/products/frying-pan",
    "/products/garden-shears",
    "/products/hammock",
    "/products/kettle",
    "/products/linen-sheet",
    "/products/mixing-bowl",
    "/products/notebook",
    "/products/picnic-basket",
    "/products/pillow",
    "/products/planter",
    "/products/raincoat",
    "/products/serving-tray",
    "/products/storage-box",
    "/products/tea-pot",
    "/products/tent",
    "/products/throw-cushion",
    "/products/towel",
    "/products/umbrella",
    "/products/wool-socks",
];
