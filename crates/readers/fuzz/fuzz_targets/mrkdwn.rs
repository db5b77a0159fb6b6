//! Reads mrkdwn as blocks of the model.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    if let Err(broken) = chatferry_readers::fuzzing::mrkdwn(input) {
        panic!("{broken}");
    }
});
