//! Development tasks of chatferry.

fn main() {}
