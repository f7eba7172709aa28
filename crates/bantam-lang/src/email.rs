//! Turns an e-mail address into its domain, and tells whether that domain gives addresses to anybody.
//!
//! `data/free_mail_domains.txt` lists the domains of free and of disposable mail; its header says where they come from.

use std::collections::HashSet;
use std::sync::LazyLock;

static FREE_MAIL_DOMAINS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| free_mail_domains().collect());

/// Returns what stands after the last `@`, with `A` to `Z` lower-cased; `None` without an `@` or when nothing follows it.
pub fn email_domain(address: &str) -> Option<String> {
    let (_, domain) = address.rsplit_once('@')?;
    (!domain.is_empty()).then(|| domain.to_ascii_lowercase())
}

/// Tells whether an address is of a free or disposable mail provider; `None` when it has no domain.
pub fn is_free_email(address: &str) -> Option<bool> {
    email_domain(address).map(|domain| FREE_MAIL_DOMAINS.contains(domain.as_str()))
}

/// Returns the domains of free and disposable mail, sorted.
pub fn free_mail_domains() -> impl Iterator<Item = &'static str> {
    include_str!("../data/free_mail_domains.txt").lines().filter(|line| !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domain_is_what_follows_the_last_at_sign() {
        let cases = [
            ("ann@Example.COM", Some("example.com")),
            ("\"a@b\"@example.com", Some("example.com")),
            ("@example.com", Some("example.com")),
            ("ann@BÜCHER.de", Some("bÜcher.de")),
            ("ann", None),
            ("ann@", None),
            ("ann@example.com@", None),
            ("", None),
        ];
        for (address, domain) in cases {
            assert_eq!(email_domain(address).as_deref(), domain, "{address}");
        }
    }

    #[test]
    fn well_known_free_providers_are_free() {
        let domains = "gmail.com googlemail.com yahoo.com yahoo.co.uk yahoo.de yahoo.fr yahoo.co.jp ymail.com outlook.com \
            outlook.de hotmail.com hotmail.de hotmail.co.uk hotmail.fr live.com live.de live.co.uk msn.com icloud.com me.com \
            mac.com aol.com gmx.de gmx.net gmx.at gmx.ch gmx.com web.de freenet.de t-online.de mail.com proton.me protonmail.com \
            pm.me tutanota.com qq.com 163.com 126.com sina.com naver.com mail.ru yandex.ru yandex.com rambler.ru libero.it \
            orange.fr free.fr laposte.net wanadoo.fr sfr.fr ziggo.nl kpnmail.nl btinternet.com comcast.net fastmail.com zoho.com \
            rediffmail.com uol.com.br seznam.cz wp.pl mailinator.com guerrillamail.com 10minutemail.com";
        for domain in domains.split_whitespace() {
            assert_eq!(is_free_email(&format!("ann@{domain}")), Some(true), "{domain}");
        }
        assert_eq!(is_free_email("Ann@GMail.com"), Some(true));
    }

    #[test]
    fn domains_of_businesses_are_not_free() {
        let domains = "example.org siemens.com bosch.de alibaba.com facebook.com google.com microsoft.com apple.com amazon.com \
            discovery.com bloomberg.com gmail.com.acme.com mail.acme.com nus.edu.sg";
        for domain in domains.split_whitespace() {
            assert_eq!(is_free_email(&format!("ann@{domain}")), Some(false), "{domain}");
        }
    }

    #[test]
    fn an_address_without_a_domain_is_unknown() {
        assert_eq!(is_free_email("ann"), None);
        assert_eq!(is_free_email("ann@"), None);
    }

    #[test]
    fn the_list_is_sorted_and_in_lower_case() {
        let domains: Vec<&str> = free_mail_domains().collect();
        assert!(domains.len() > 1000);
        for pair in domains.windows(2) {
            assert!(pair[0] < pair[1], "{} before {}", pair[0], pair[1]);
        }
        for domain in domains {
            assert!(
                domain.contains('.') && domain == domain.trim() && domain == domain.to_ascii_lowercase(),
                "{domain}"
            );
        }
    }
}
