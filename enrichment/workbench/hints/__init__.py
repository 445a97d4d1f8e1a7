"""What is told beside a text while somebody writes it: the glossary's words, and earlier translations. Asked for by the queue and the product page."""
