//! How people sign in through a provider.

use bantam_server::SsoSettings;
use bantam_server::people::Role;
use clap::Args;
use std::path::PathBuf;

/// Signing in through a provider of OpenID Connect.
#[derive(Debug, Args)]
pub(crate) struct SsoArguments {
    /// The provider of OpenID Connect through which people sign in, as it calls itself, such as
    /// `https://login.acme.example`; needs --public-url and --oidc-client-id
    #[arg(long, value_name = "URL", env = "BANTAM_OIDC_ISSUER")]
    pub(crate) oidc_issuer: Option<String>,
    /// What the provider calls this service
    #[arg(long, value_name = "ID", env = "BANTAM_OIDC_CLIENT_ID")]
    pub(crate) oidc_client_id: Option<String>,
    /// What the provider knows this service by; better in the environment or a file, as arguments can be seen by others
    #[arg(long, value_name = "SECRET", env = "BANTAM_OIDC_CLIENT_SECRET", hide_env_values = true)]
    pub(crate) oidc_client_secret: Option<String>,
    /// A file that holds it
    #[arg(long, value_name = "FILE", env = "BANTAM_OIDC_CLIENT_SECRET_FILE", conflicts_with = "oidc_client_secret")]
    pub(crate) oidc_client_secret_file: Option<PathBuf>,
    /// What the provider is asked for beside `openid`
    #[arg(long, value_name = "SCOPE", num_args = 1.., value_delimiter = ',', env = "BANTAM_OIDC_SCOPE",
          default_values = ["email", "profile"])]
    pub(crate) oidc_scope: Vec<String>,
    /// What people call the provider: the button says `Sign in with ...`
    #[arg(long, value_name = "NAME", env = "BANTAM_OIDC_NAME", default_value = "single sign-on")]
    pub(crate) oidc_name: String,
    /// Domains of which addresses have to be at the first sign-in, such as `acme.example` [default: all]
    #[arg(long, value_name = "DOMAIN", num_args = 1.., value_delimiter = ',', env = "BANTAM_OIDC_DOMAIN")]
    pub(crate) oidc_domain: Vec<String>,
    /// The role of somebody whom nobody invited: viewer, marketing, sales or admin [default: they are not let in]
    #[arg(long, value_name = "ROLE", env = "BANTAM_OIDC_NEW_ROLE", value_parser = SsoSettings::read_role)]
    pub(crate) oidc_new_role: Option<Role>,
    /// Which group has which role, such as `Growth=marketing`; then groups decide at each sign-in [default: admins give
    /// roles]
    #[arg(long, value_name = "GROUP=ROLE", num_args = 1.., value_delimiter = ',', env = "BANTAM_OIDC_GROUP",
          value_parser = SsoSettings::read_rule)]
    pub(crate) oidc_group: Vec<(String, Role)>,
    /// The claim that holds somebody's groups
    #[arg(long, value_name = "CLAIM", env = "BANTAM_OIDC_GROUP_CLAIM", default_value = "groups")]
    pub(crate) oidc_group_claim: String,
    /// Let nobody in by a password
    #[arg(long, env = "BANTAM_OIDC_REQUIRED")]
    pub(crate) oidc_required: bool,
}
