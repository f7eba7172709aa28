//! Encrypts connections, and verifies whom they lead to.

use super::url::PostgresUrl;
use crate::error::StoreError;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_postgres_rustls::MakeRustlsConnect;

/// How a connection is encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Encryption {
    /// Not at all.
    None,
    /// The other side must have a certificate for the name it was reached by.
    Verified {
        /// Who must have signed it; `None` is whoever this machine trusts.
        root: Option<PathBuf>,
    },
}

/// Returns what encrypts connections that trust a root certificate, or what this machine trusts.
pub(super) fn connector(url: &PostgresUrl, root: Option<&Path>) -> Result<MakeRustlsConnect, StoreError> {
    let failed = |problem: String| StoreError::Url { url: url.to_string(), problem };
    let mut roots = RootCertStore::empty();
    match root {
        Some(path) => {
            let unreadable = |error| failed(format!("the certificate `{}` cannot be read: {error}", path.display()));
            for certificate in CertificateDer::pem_file_iter(path).map_err(unreadable)? {
                let certificate = certificate.map_err(unreadable)?;
                roots.add(certificate).map_err(|error| failed(format!("`{}`: {error}", path.display())))?;
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    if roots.is_empty() {
        let way = "there is no certificate to verify the server with; name one with `sslrootcert=FILE`";
        return Err(failed(way.into()));
    }
    // Named here, so that it makes no difference what other parts of a program choose.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
