//! SQL tokenizer: obfuscates statements, and finds the input that changes their structure.
