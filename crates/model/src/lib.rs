//! The intermediate format of chatferry: ids, people, conversations, messages, documents, and their JSONL files.
