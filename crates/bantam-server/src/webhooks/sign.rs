//! Signs messages by the Standard Webhooks scheme, and makes the secrets for it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use standardwebhooks::Webhook;

/// Bytes of chance in a secret; the scheme asks for 24 or more.
const SECRET_BYTES: usize = 32;
/// Bytes of chance in what tells one service's messages from another's.
const TOKEN_BYTES: usize = 9;

/// Makes a secret; `None` where the machine has no chance to give.
pub(crate) fn new_secret() -> Option<String> {
    let mut bytes = [0; SECRET_BYTES];
    getrandom::fill(&mut bytes).ok()?;
    Some(format!("whsec_{}", STANDARD.encode(bytes)))
}

/// Makes what an endpoint's messages are known by.
pub(crate) fn new_token() -> Option<String> {
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Returns the value of `webhook-signature`: one signature for each secret.
pub(crate) fn sign(secrets: &[String], id: &str, seconds: i64, body: &[u8]) -> Option<String> {
    let sign = |secret: &String| Webhook::new(secret).ok()?.sign(id, seconds, body).ok();
    let signatures: Vec<String> = secrets.iter().map(sign).collect::<Option<_>>()?;
    (!signatures.is_empty()).then(|| signatures.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whk_06_the_published_vector_is_met() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned();
        let sign = |secrets: &[String]| {
            sign(secrets, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_731_705_121, br#"{"test": 2432232314}"#)
        };
        let expected = "v1,zc0Ri/CfCLQnkkcuu3322N9MFFnNFrz86AY3XVRIUpE=";
        assert_eq!(sign(std::slice::from_ref(&secret)).as_deref(), Some(expected));
        let both = sign(&[new_secret().unwrap(), secret]).unwrap();
        assert!(both.starts_with("v1,") && both.ends_with(&format!(" {expected}")), "{both}");
        assert_eq!(sign(&[]), None);
    }

    #[test]
    fn whk_06_secrets_are_long_and_differ() {
        let [a, b] = [new_secret().unwrap(), new_secret().unwrap()];
        assert_ne!(a, b);
        let bytes = STANDARD.decode(a.strip_prefix("whsec_").unwrap()).unwrap();
        assert!(bytes.len() >= 24, "{}", bytes.len());
    }
}
