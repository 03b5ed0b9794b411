//! What a password must be like.

use crate::validation::Checker;

/// Shortest and longest password, in characters.
const LENGTH: (usize, usize) = (10, 128);

/// Passwords of the allowed length that are tried first by whoever guesses.
const VERY_COMMON: [&str; 44] = [
    "0123456789",
    "0987654321",
    "1234567890",
    "12345678900",
    "123456789a",
    "1234567890a",
    "9876543210",
    "1122334455",
    "123123123123",
    "1313131313",
    "5201314520",
    "1314520520",
    "5201314520a",
    "147258369a",
    "1qaz2wsx3edc",
    "1q2w3e4r5t",
    "1q2w3e4r5t6y",
    "q1w2e3r4t5",
    "qazwsxedcrfv",
    "qwertyuiop",
    "qwerty1234",
    "qwerty12345",
    "qwerty123456",
    "asdfghjkl1",
    "asdfghjkl;",
    "zxcvbnm123",
    "abc1234567",
    "abcd123456",
    "abcd12345678",
    "abcdefghij",
    "a123456789",
    "aa12345678",
    "aa123456789",
    "iloveyou123",
    "woaini1314",
    "woaini5201314",
    "password12",
    "password123",
    "password1234",
    "passw0rd123",
    "p@ssw0rd123",
    "administrator",
    "admin12345",
    "townbridge",
];

/// Adds what is wrong with a new password: its length, that it is the mail address or a part of
/// it, or that everybody would try it.
pub fn check(checker: &mut Checker, pointer: &str, password: &str, mail: &str) {
    let count = password.chars().count();
    let (min, max) = LENGTH;
    // White space counts here, unlike in other texts.
    if count < min {
        let message = crate::error::Message::new("field.too_short");
        checker.fail(pointer, message.with("min", min).with("count", count));
        return;
    }
    if count > max {
        let message = crate::error::Message::new("field.too_long");
        checker.fail(pointer, message.with("max", max).with("count", count));
        return;
    }
    let folded = password.to_lowercase();
    let mail = mail.trim().to_lowercase();
    let local = mail.split('@').next().unwrap_or_default();
    checker.ensure(folded != mail && folded != local, pointer, "field.password_is_mail");
    let mut letters = folded.chars();
    let first = letters.next();
    let monotonous = letters.all(|letter| Some(letter) == first);
    checker.ensure(
        !monotonous && !VERY_COMMON.contains(&folded.as_str()),
        pointer,
        "field.password_common",
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reasons(password: &str, mail: &str) -> Vec<&'static str> {
        let mut checker = Checker::default();
        check(&mut checker, "/password", password, mail);
        checker.errors().iter().map(|error| error.message.key).collect()
    }

    #[test]
    fn weak_passwords_are_named_as_such() {
        assert_eq!(reasons("short", "a@b.example"), ["field.too_short"]);
        assert_eq!(reasons(&"长".repeat(129), "a@b.example"), ["field.too_long"]);
        assert_eq!(reasons("Lin.Wei@B.example", "lin.wei@b.example"), ["field.password_is_mail"]);
        assert_eq!(reasons("somebodylong", "somebodylong@b.example"), ["field.password_is_mail"]);
        assert_eq!(reasons("Password123", "a@b.example"), ["field.password_common"]);
        assert_eq!(reasons("ffffffffffff", "a@b.example"), ["field.password_common"]);
    }

    #[test]
    fn ten_to_one_hundred_and_twenty_eight_characters_do() {
        assert!(reasons("鎏金小榄锁具之乡二零二六", "a@b.example").is_empty());
        assert!(reasons(&"ab".repeat(64), "a@b.example").is_empty());
        assert!(reasons("nine lives", "a@b.example").is_empty());
    }

    #[test]
    fn every_common_password_could_be_chosen_otherwise() {
        for word in VERY_COMMON {
            assert!((LENGTH.0..=LENGTH.1).contains(&word.len()), "{word}");
            assert_eq!(word.to_lowercase(), word);
        }
    }
}
