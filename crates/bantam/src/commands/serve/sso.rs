//! Turns the arguments about single sign-on into the settings of the service.

use crate::cli::{ServeArguments, SsoArguments};
use crate::failure::Failure;
use bantam_server::webhooks::Authorities;
use bantam_server::{ClientSecret, SingleSignOn, SsoSettings};
use std::path::Path;

/// The largest file of a secret: providers give out less than a hundred characters.
const SECRET_BYTES_MAX: u64 = 4_096;

/// Returns how people sign in through a provider, where the arguments name one.
pub(super) fn single_sign_on(
    arguments: &ServeArguments,
    authorities: &Authorities,
) -> Result<Option<SingleSignOn>, Failure> {
    let sso = &arguments.sso;
    let Some(issuer) = sso.oidc_issuer.clone().filter(|issuer| !issuer.is_empty()) else {
        if sso.oidc_required {
            return Err(Failure::bad_input("nobody could sign in: `--oidc-required` needs `--oidc-issuer`"));
        }
        return Ok(None);
    };
    let lacks = |name: &str| {
        let failure = Failure::bad_input(format!("`--oidc-issuer` needs `--{name}`"));
        failure.help("bantam serve --oidc-issuer https://login.acme.example --oidc-client-id bantam --public-url https://leads.acme.example")
    };
    let settings = SsoSettings {
        issuer,
        client_id: sso.oidc_client_id.clone().ok_or_else(|| lacks("oidc-client-id"))?,
        client_secret: secret(sso)?,
        scopes: sso.oidc_scope.clone(),
        name: sso.oidc_name.clone(),
        domains: sso.oidc_domain.clone(),
        new_role: sso.oidc_new_role,
        role_claim: sso.oidc_group_claim.clone(),
        roles_by_group: sso.oidc_group.clone(),
        is_required: sso.oidc_required,
    };
    let public_url = arguments.public_url.as_deref().ok_or_else(|| lacks("public-url"))?;
    SingleSignOn::new(settings, public_url, authorities).map(Some).map_err(Failure::bad_input)
}

fn secret(arguments: &SsoArguments) -> Result<Option<ClientSecret>, Failure> {
    match (&arguments.oidc_client_secret, &arguments.oidc_client_secret_file) {
        (Some(secret), _) => Ok(Some(ClientSecret::new(secret))),
        (None, Some(path)) => read(path).map(|text| Some(ClientSecret::new(&text))),
        (None, None) => Ok(None),
    }
}

fn read(path: &Path) -> Result<String, Failure> {
    let failed = |error: std::io::Error| Failure::file(path, "read", &error);
    if std::fs::metadata(path).map_err(failed)?.len() > SECRET_BYTES_MAX {
        return Err(Failure::bad_input(format!(
            "{} is larger than {SECRET_BYTES_MAX} bytes, so it is no secret",
            path.display()
        )));
    }
    std::fs::read_to_string(path).map_err(failed)
}
