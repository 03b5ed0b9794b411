//! What settings must hold beyond their types; each refusal names its setting.

use std::ops::RangeInclusive;

use reqwest::Url;

use super::{Config, ConfigError, MailTransport};

/// The longest time that a setting in days may name, 100 years: no date leaves the calendar.
const MAX_DAYS: u64 = 36_525;

/// Checks every setting.
///
/// # Errors
/// Names the first setting that cannot be used, and why.
pub(super) fn check(config: &Config) -> Result<(), ConfigError> {
    for (name, value, allowed) in numbers(config) {
        if !allowed.contains(&value) {
            let (least, most) = allowed.into_inner();
            return Err(refused(name, &format!("must be {least} to {most}, but is {value}")));
        }
    }
    if let Some(name) = config.brokering.wrong() {
        return Err(refused(&name, "must be 0 to 1000"));
    }
    if config.notices.keep_days.is_some() {
        return Err(refused("notices.keep_days", "is named retention.notices_days now"));
    }
    for (name, days) in config.retention.periods() {
        if u64::from(days) > MAX_DAYS {
            return Err(refused(name, &format!("must be 0 to {MAX_DAYS}")));
        }
    }
    addresses(config)?;
    let url = &config.database.url;
    let known = ["sqlite://", "postgres://", "postgresql://"];
    if !known.iter().any(|scheme| url.starts_with(scheme)) {
        return Err(refused("database.url", "must begin with sqlite:// or postgres://"));
    }
    if config.mail.transport == MailTransport::Smtp {
        if config.mail.host.is_empty() {
            return Err(refused("mail.host", "is needed for the smtp transport"));
        }
        if config.mail.port == 0 {
            return Err(refused("mail.port", "must be 1 to 65535"));
        }
    }
    let broken = config.embeddings.rules().into_iter().find(|(_, holds, _)| !holds);
    broken.map_or(Ok(()), |(name, _, reason)| Err(refused(name, reason)))
}

fn refused(name: &str, reason: &str) -> ConfigError {
    ConfigError(format!("setting {name} {reason}"))
}

/// Numbers with their bounds: none so small that nothing works, none so large that a machine or
/// the calendar gives way.
fn numbers(config: &Config) -> [(&'static str, u64, RangeInclusive<u64>); 31] {
    let Config {
        server,
        database,
        search,
        accounts,
        records,
        attachments,
        notices,
        outbound,
        mail,
        ..
    } = config;
    let wide = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    [
        ("server.workers", wide(server.workers), 0..=256),
        ("server.max_body_bytes", wide(server.max_body_bytes), 1_024..=1 << 30),
        ("server.max_wait_ms", server.max_wait_ms, 0..=60_000),
        ("server.slow_request_ms", server.slow_request_ms, 0..=3_600_000),
        ("database.pool_size", database.pool_size.into(), 1..=100),
        ("database.wait_ms", database.wait_ms, 100..=60_000),
        ("search.writer_memory_mb", wide(search.writer_memory_mb), 16..=4_096),
        ("search.poll_ms", search.poll_ms, 20..=60_000),
        ("accounts.access_token_seconds", accounts.access_token_seconds.into(), 60..=86_400),
        ("accounts.refresh_token_days", accounts.refresh_token_days.into(), 1..=366),
        ("accounts.reset_hours", accounts.reset_hours.into(), 1..=168),
        ("accounts.link_days", accounts.link_days.into(), 1..=366),
        ("accounts.attempts_per_account", accounts.attempts_per_account.into(), 1..=1_000_000),
        ("accounts.attempts_per_address", accounts.attempts_per_address.into(), 1..=1_000_000),
        (
            "accounts.registrations_per_address",
            accounts.registrations_per_address.into(),
            1..=1_000_000,
        ),
        ("accounts.signing_key_days", accounts.signing_key_days.into(), 1..=MAX_DAYS),
        ("records.need_valid_days", records.need_valid_days.into(), 1..=MAX_DAYS),
        ("records.capability_valid_days", records.capability_valid_days.into(), 1..=MAX_DAYS),
        ("records.expiry_check_seconds", records.expiry_check_seconds, 1..=86_400),
        ("records.idempotency_hours", records.idempotency_hours.into(), 1..=8_784),
        ("attachments.max_file_bytes", wide(attachments.max_file_bytes), 1_024..=100 << 20),
        ("attachments.max_per_record", wide(attachments.max_per_record), 1..=1_000),
        ("notices.digest_hour", notices.digest_hour.into(), 0..=23),
        (
            "notices.subscription_pause_minutes",
            notices.subscription_pause_minutes.into(),
            0..=1_440,
        ),
        ("outbound.timeout_seconds", outbound.timeout_seconds, 1..=60),
        ("outbound.max_answer_bytes", wide(outbound.max_answer_bytes), 1_024..=1 << 20),
        ("outbound.max_attempts", outbound.max_attempts.into(), 1..=100),
        ("outbound.pause_after_days", outbound.pause_after_days.into(), 1..=365),
        (
            "outbound.robot_messages_per_minute",
            outbound.robot_messages_per_minute.into(),
            1..=1_000,
        ),
        ("mail.timeout_seconds", mail.timeout_seconds, 1..=600),
        ("mail.max_attempts", mail.max_attempts.into(), 1..=100),
    ]
}

/// Addresses that others are to reach us by, or come from.
fn addresses(config: &Config) -> Result<(), ConfigError> {
    let server = &config.server;
    if !is_web_address(&server.public_url) {
        let example = "must be an address such as https://match.example.cn";
        return Err(refused("server.public_url", example));
    }
    for origin in &server.cors_origins {
        let bare =
            origin.split_once("://").is_some_and(|(_, rest)| !rest.contains(['/', '?', '#']));
        if !(bare && is_web_address(origin)) {
            let reason = format!(
                "holds {origin:?}, which is no origin; write scheme, host and port alone, such as \
                 https://portal.example.cn"
            );
            return Err(refused("server.cors_origins", &reason));
        }
    }
    let hosts = &config.outbound.allowed_hosts;
    match hosts.iter().find(|host| !crate::channels::guard::is_host_entry(host)) {
        None => Ok(()),
        Some(host) => {
            let reason = format!(
                "holds {host:?}, which is no host; write gateway.internal, gateway.internal:8443 or \
                 gateway.internal:*"
            );
            Err(refused("outbound.allowed_hosts", &reason))
        }
    }
}

/// Whether a text is an http or https address of a host, without credentials, query or fragment.
pub(super) fn is_web_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic()) && !text.contains(['?', '#', '@']);
    plain && rest.is_some_and(|rest| !rest.starts_with('/')) && text.parse::<Url>().is_ok()
}
