//! Signatures as the receivers check them.
//!
//! - 钉钉: <https://open.dingtalk.com/document/orgapp/customize-robot-security-settings>
//! - 飞书: <https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot>
//! - Standard Webhooks: <https://github.com/standard-webhooks/standard-webhooks>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;

/// What a secret of Standard Webhooks begins with.
const PREFIX: &str = "whsec_";
/// Bytes that such a secret may have.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

fn mac(key: &[u8], text: &[u8]) -> String {
    STANDARD.encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text))
}

/// What 钉钉 is sent as `sign`, before it is made fit for an address: time in milliseconds.
pub fn dingtalk(secret: &str, milliseconds: i64) -> String {
    mac(secret.as_bytes(), format!("{milliseconds}\n{secret}").as_bytes())
}

/// What 飞书 is sent as `sign`: time in seconds and secret are the key, and nothing is signed.
pub fn feishu(secret: &str, seconds: i64) -> String {
    mac(format!("{seconds}\n{secret}").as_bytes(), b"")
}

/// The key in a secret of Standard Webhooks.
pub fn webhook_key(secret: &str) -> Option<Vec<u8>> {
    let key = STANDARD.decode(secret.strip_prefix(PREFIX)?).ok()?;
    SECRET_BYTES.contains(&key.len()).then_some(key)
}

/// A secret of Standard Webhooks from random bytes.
pub fn webhook_secret(bytes: &[u8]) -> String {
    format!("{PREFIX}{}", STANDARD.encode(bytes))
}

/// The header `webhook-signature`: one signature for each secret.
pub fn webhook(secrets: &[&str], id: &str, seconds: i64, body: &str) -> String {
    let text = format!("{id}.{seconds}.{body}");
    let keys = secrets.iter().filter_map(|secret| webhook_key(secret));
    let signed: Vec<String> =
        keys.map(|key| format!("v1,{}", mac(&key, text.as_bytes()))).collect();
    signed.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification_is_signed_alike() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let body = r#"{"test": 2432232314}"#;
        let signed = webhook(&[secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn while_a_key_is_changed_both_sign() {
        let (one, two) = (webhook_secret(&[1; 32]), webhook_secret(&[2; 32]));
        let signed = webhook(&[&one, &two], "msg_1", 1, "{}");
        let parts: Vec<&str> = signed.split(' ').collect();
        assert_eq!(parts[0], webhook(&[&one], "msg_1", 1, "{}"));
        assert_eq!(parts[1], webhook(&[&two], "msg_1", 1, "{}"));
    }

    #[test]
    fn secrets_that_are_too_short_are_none() {
        assert!(webhook_key(&webhook_secret(&[7; 24])).is_some());
        assert!(webhook_key(&webhook_secret(&[7; 23])).is_none());
        assert!(webhook_key("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").is_none());
        assert!(webhook_key("whsec_!!").is_none());
    }

    #[test]
    fn robots_sign_time_and_secret() {
        // Computed by Python's hmac from the receivers' own descriptions.
        assert_eq!(
            dingtalk("SECabc", 1_700_000_000_000),
            "jcUpW0QmtKduN03n4JqQ0PBosVjqnM8gU7fIIvsDmCM="
        );
        assert_eq!(feishu("abc", 1_700_000_000), "VIS10b0EBvzzSdFnuk4tznEmK5wHaruvf/WnViv2yR4=");
    }
}
