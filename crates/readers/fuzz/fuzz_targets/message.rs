//! Reads a file of messages as lines of the model.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    if let Err(broken) = chatferry_readers::fuzzing::message(input) {
        panic!("{broken}");
    }
});
