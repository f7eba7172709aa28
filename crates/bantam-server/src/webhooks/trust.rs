//! Whom connections to receivers and mail servers trust, and what is wrong with a certificate that they do not.

use reqwest::Certificate;
use rustls::{CertificateError, Error as TlsError};
use std::error::Error;
use std::io;

/// Authorities whose certificates count beside those that this machine trusts, each as the text of a PEM file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authorities(pub Vec<Vec<u8>>);

impl Authorities {
    /// Returns them for requests.
    pub(super) fn for_requests(&self) -> Result<Vec<Certificate>, String> {
        let mut found = Vec::new();
        for pem in &self.0 {
            let certificates =
                Certificate::from_pem_bundle(pem).map_err(|error| format!("it cannot be read: {error}"))?;
            if certificates.is_empty() {
                return Err(
                    "there is no certificate in it; it has to be PEM, with `-----BEGIN CERTIFICATE-----`".into()
                );
            }
            found.extend(certificates);
        }
        Ok(found)
    }
}

/// Says what is wrong with the other side's certificate, where that is what an error is about.
pub(super) fn certificate_problem(error: &(dyn Error + 'static)) -> Option<&'static str> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(error) = tls_error(error) {
            return Some(told(error));
        }
        next = error.source();
    }
    None
}

/// An error of input and output hides what it holds from those who ask for its source, and may hold another such error.
fn tls_error<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e TlsError> {
    let mut error = error;
    while let Some(held) = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        error = held;
    }
    error.downcast_ref::<TlsError>()
}

fn told(error: &TlsError) -> &'static str {
    let TlsError::InvalidCertificate(problem) = error else { return "no encrypted connection could be agreed on" };
    match problem {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "the certificate has expired",
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the certificate is not valid yet"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "the certificate is for another host name"
        }
        // Two authorities may have one name.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "the certificate was not issued by an authority that is trusted; `--authority` names further ones"
        }
        CertificateError::Revoked => "the certificate was revoked",
        _ => "the certificate cannot be verified",
    }
}
