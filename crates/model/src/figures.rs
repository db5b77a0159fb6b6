//! Numbers as people read them: with separators, names and units (`crates/STYLE.md` 1).

/// Returns `1234567` as `1,234,567`.
#[must_use]
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Returns `1 channel`, `2 channels`.
#[must_use]
pub fn count(number: u64, one: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    match one {
        "person" if number != 1 => format!("{} people", thousands(number)),
        "reply" if number != 1 => format!("{} replies", thousands(number)),
        _ => format!("{} {one}{plural}", thousands(number)),
    }
}

/// Returns a size: `512 bytes`, `1.5 MB`, `2.0 GB`.
#[must_use]
pub fn bytes(number: u64) -> String {
    let size = number as f64;
    match number {
        0..1_000 => count(number, "byte"),
        1_000..1_000_000 => format!("{:.1} kB", size / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", size / 1e6),
        _ => format!("{:.1} GB", size / 1e9),
    }
}

/// Returns the size of a file as Teams shows it: `512 B`, `12 KB`, `3.4 MB`.
#[must_use]
pub fn file_size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    // Tenths of the unit, so that no floating point decides how a figure is rounded.
    let mut tenths = (u128::from(bytes) * 10).div_ceil(1024);
    let mut unit = 0;
    while tenths >= 10_240 && unit + 1 < UNITS.len() {
        tenths = tenths.div_ceil(1024);
        unit += 1;
    }
    let name = UNITS.get(unit).copied().unwrap_or_default();
    if tenths < 100 && tenths % 10 != 0 {
        format!("{}.{} {name}", tenths / 10, tenths % 10)
    } else {
        format!("{} {name}", tenths / 10)
    }
}

/// Returns a time span: `45 s`, `12 min`, `3 h 20 min`, `5 d 2 h`.
#[must_use]
pub fn duration(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min"),
        (0, _, _) => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_readable() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(count(1, "reply"), "1 reply");
        assert_eq!(count(2, "reply"), "2 replies");
        assert_eq!(bytes(999), "999 bytes");
        assert_eq!(bytes(1_500_000), "1.5 MB");
        assert_eq!(duration(59), "59 s");
        assert_eq!(duration(12_000), "3 h 20 min");
        assert_eq!(duration(180_000), "2 d 2 h");
    }

    #[test]
    fn sizes_are_short() {
        for (bytes, shown) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1 KB"),
            (12_288, "12 KB"),
            (3_565_158, "3.4 MB"),
            (5 << 30, "5 GB"),
            (u64::MAX, "16777216 TB"),
        ] {
            assert_eq!(file_size(bytes), shown);
        }
    }
}
