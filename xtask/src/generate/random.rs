//! A small deterministic generator: splitmix64, the same numbers on every platform and in every
//! release.

/// The state of splitmix64.
pub(super) struct Random {
    state: u64,
}

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        // One step apart, seeds 1 and 2 would give the same numbers shifted by one.
        let mut random = Self { state: seed };
        Self {
            state: random.next(),
        }
    }

    /// Draws any 64 bits.
    pub(super) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Draws a number from 0 to `end`, without `end`; 0 if `end` is.
    pub(super) fn below(&mut self, end: usize) -> usize {
        // Multiplying instead of dividing; the bias is far below what matters here.
        ((u128::from(self.next()) * end as u128) >> 64) as usize
    }

    /// Draws a number from `start` to `end`, without `end`.
    pub(super) fn within(&mut self, start: usize, end: usize) -> usize {
        start + self.below(end.saturating_sub(start))
    }

    /// Returns true in `percent` of a hundred calls.
    pub(super) fn chance(&mut self, percent: f64) -> bool {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64 * 100.0 < percent
    }

    /// Draws one of `choices`, which must not be empty.
    #[expect(
        clippy::indexing_slicing,
        reason = "callers choose from tables that are never empty"
    )]
    pub(super) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// Draws one of `choices`, the first ones far more often.
    #[expect(
        clippy::indexing_slicing,
        reason = "callers choose from tables that are never empty"
    )]
    pub(super) fn pick_early<T: Copy>(&mut self, choices: &[T]) -> T {
        let end = 1 + self.below(choices.len());
        choices[self.below(end)]
    }

    /// An id as Slack makes them: `prefix` and ten letters or digits.
    pub(super) fn id(&mut self, prefix: char) -> String {
        const SIGNS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        let mut id = String::from(prefix);
        id.push('0');
        id.extend((0..9).map(|_| char::from(self.pick(SIGNS))));
        id
    }

    /// A version 4 UUID.
    pub(super) fn uuid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            high >> 16 & 0xffff,
            high & 0xfff,
            low >> 48 & 0x3fff | 0x8000,
            low & 0xffff_ffff_ffff,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_splitmix64() {
        let mut random = Random { state: 0 };
        assert_eq!(random.next(), 0xe220_a839_7b1d_cdaf);
        assert_eq!(random.next(), 0x6e78_9e6a_a1b9_65f4);
    }

    #[test]
    fn chances_and_ranges_are_kept() {
        let mut random = Random::new(3);
        let hits = (0..100_000).filter(|_| random.chance(4.0)).count();
        assert!((3_800..4_200).contains(&hits), "{hits}");
        assert!((0..1_000).all(|_| (3..9).contains(&random.within(3, 9))));
        assert_eq!(random.below(0), 0);
    }

    #[test]
    fn ids_have_the_right_shape() {
        let mut random = Random::new(1);
        assert_eq!(random.id('U').len(), 11);
        let uuid = random.uuid();
        let parts: Vec<_> = uuid.split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12]);
    }
}
