//! What is done to every answer last, when all layers have added their headers.

use actix_web::HttpMessage;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_ENCODING, AcceptEncoding, Encoding, HeaderMap, HeaderValue, RETRY_AFTER, VARY,
};
use actix_web::middleware::Next;

/// Seconds after which what is not there right now is worth another try: about as long as a
/// database takes to come back, or this node to catch up.
const RETRY_SECONDS: HeaderValue = HeaderValue::from_static("5");

/// Leaves one `Vary` of what the layers have each added, and tells when an answer of 503 is worth
/// another try.
///
/// # Errors
/// Passes on what inner services return.
pub async fn last(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let mut request = request;
    // Who accepts none of the encodings there are is answered without any (RFC 9110, 12.5.3).
    let offered = [Encoding::identity(), Encoding::brotli(), Encoding::gzip(), Encoding::deflate()];
    let accepted = request.get_header::<AcceptEncoding>();
    if accepted.is_some_and(|accepted| accepted.negotiate(offered.iter()).is_none()) {
        request.headers_mut().remove(ACCEPT_ENCODING);
    }
    let mut response = next.call(request).await?;
    let status = response.status();
    unite_vary(response.headers_mut());
    retry_after(status, response.headers_mut());
    Ok(response)
}

/// Adds `Retry-After` to an answer of 503 that has none.
pub fn retry_after(status: StatusCode, headers: &mut HeaderMap) {
    if status == StatusCode::SERVICE_UNAVAILABLE && !headers.contains_key(RETRY_AFTER) {
        headers.insert(RETRY_AFTER, RETRY_SECONDS);
    }
}

/// Makes one header of several: caches that look at the first only would mix answers up.
pub fn unite_vary(headers: &mut HeaderMap) {
    let mut names: Vec<String> = Vec::new();
    for value in headers.get_all(VARY).filter_map(|value| value.to_str().ok()) {
        for name in value.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                names.push(name.to_owned());
            }
        }
    }
    if let Ok(united) = HeaderValue::from_str(&names.join(", "))
        && !names.is_empty()
    {
        headers.insert(VARY, united);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_vary_become_one_without_repeats() {
        let mut headers = HeaderMap::new();
        unite_vary(&mut headers);
        assert!(headers.is_empty());
        for value in ["Accept-Language, Authorization", "accept-encoding", "Origin,authorization"] {
            headers.append(VARY, HeaderValue::from_static(value));
        }
        unite_vary(&mut headers);
        let all: Vec<_> = headers.get_all(VARY).collect();
        assert_eq!(all, ["Accept-Language, Authorization, accept-encoding, Origin"]);
    }

    #[test]
    fn only_what_is_unavailable_is_worth_another_try() {
        let mut headers = HeaderMap::new();
        retry_after(StatusCode::INTERNAL_SERVER_ERROR, &mut headers);
        assert!(headers.is_empty());
        retry_after(StatusCode::SERVICE_UNAVAILABLE, &mut headers);
        assert_eq!(headers.get(RETRY_AFTER).unwrap(), "5");
        headers.insert(RETRY_AFTER, HeaderValue::from_static("60"));
        retry_after(StatusCode::SERVICE_UNAVAILABLE, &mut headers);
        assert_eq!(headers.get(RETRY_AFTER).unwrap(), "60");
    }
}
