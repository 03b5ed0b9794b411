//! Hands finished tokens to tantivy one by one.

use tantivy::tokenizer::TokenStream;

use super::Token;

/// The tokens of one text in the form tantivy asks for.
pub struct TermStream {
    tokens: std::vec::IntoIter<Token>,
    current: tantivy::tokenizer::Token,
}

impl TermStream {
    pub(super) fn new(tokens: Vec<Token>) -> Self {
        Self { tokens: tokens.into_iter(), current: tantivy::tokenizer::Token::default() }
    }
}

impl TokenStream for TermStream {
    fn advance(&mut self) -> bool {
        let Some(token) = self.tokens.next() else { return false };
        // A fresh token's position is usize::MAX, so the first one becomes 0.
        self.current.position = self.current.position.wrapping_add(1);
        self.current.offset_from = token.from;
        self.current.offset_to = token.to;
        self.current.text = token.text;
        true
    }

    fn token(&self) -> &tantivy::tokenizer::Token {
        &self.current
    }

    fn token_mut(&mut self) -> &mut tantivy::tokenizer::Token {
        &mut self.current
    }
}
