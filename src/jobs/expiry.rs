//! Lets records expire on their date.
