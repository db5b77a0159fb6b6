//! Reads the name of an archive's entry as a path.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    if let Err(broken) = chatferry_readers::fuzzing::archive_name(input) {
        panic!("{broken}");
    }
});
