//! Files to send, and forms that bring them.

use std::sync::atomic::{AtomicU32, Ordering};

use reqwest::RequestBuilder;

static COUNT: AtomicU32 = AtomicU32::new(1);

/// The beginning of a PNG picture; what follows makes it another one.
pub fn png(number: u8) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    bytes.extend([0, number]);
    bytes
}

/// A request with a form (`multipart/form-data`) of fields and files: name of the field, name of the
/// file, content. As in browsers the boundary is another each time.
pub fn with_form(
    request: RequestBuilder,
    fields: &[(&str, &str)],
    files: &[(&str, &str, &[u8])],
) -> RequestBuilder {
    let mark = format!("----form{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let mut body = Vec::new();
    for (name, value) in fields {
        let head = format!("--{mark}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        body.extend(head.bytes().chain(value.bytes()).chain(*b"\r\n"));
    }
    for (name, file, bytes) in files {
        let head = format!(
            "--{mark}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend(head.bytes().chain(bytes.iter().copied()).chain(*b"\r\n"));
    }
    body.extend(format!("--{mark}--\r\n").bytes());
    request.header("content-type", format!("multipart/form-data; boundary={mark}")).body(body)
}
