//! A running service that a command asks, with the key for it.

use crate::failure::Failure;
use crate::terminal;
use reqwest::Client;
use std::path::Path;
use std::time::Duration;
use tokio::runtime::Runtime;

/// How long one request may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(120);

/// A running service.
pub(super) struct Service {
    pub(super) runtime: Runtime,
    pub(super) client: Client,
    /// Scheme and host, without a slash at the end.
    pub(super) url: String,
    pub(super) key: String,
}

impl Service {
    /// Gets ready to ask a service; asks nothing yet.
    pub(super) fn at(url: &str, key: Option<&str>, key_file: Option<&Path>) -> Result<Service, Failure> {
        if !(url.starts_with("https://") || url.starts_with("http://")) {
            let message = format!("`{}` is no address of a service (--to)", terminal::printable(url));
            return Err(Failure::bad_input(message).help("write `https://leads.example.com`"));
        }
        let key = match (key, key_file) {
            (_, Some(path)) => {
                std::fs::read_to_string(path).map_err(|error| Failure::file(path, "read", &error))?.trim().to_owned()
            }
            (Some(key), None) => key.trim().to_owned(),
            (None, None) => {
                let help = "name it with `--key-file FILE`, or put it into BANTAM_KEY";
                return Err(Failure::bad_input("a service needs a key").help(help));
            }
        };
        // Somebody else may have chosen one before; either will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client =
            Client::builder().timeout(REQUEST_TIMEOUT).build().map_err(|error| Failure::ours(error.to_string()))?;
        let runtime = Runtime::new().map_err(|error| Failure::device(error.to_string()))?;
        Ok(Service { runtime, client, url: url.trim_end_matches('/').to_owned(), key })
    }
}
