//! Figures taken many times.

use std::time::Duration;

/// Several readings of one thing, in order of size once [`Samples::median`] is asked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Samples(Vec<f64>);

impl Samples {
    /// Adds a reading.
    pub(crate) fn add(&mut self, value: f64) {
        self.0.push(value);
    }

    /// Adds a time, as milliseconds.
    pub(crate) fn add_time(&mut self, time: Duration) {
        self.add(milliseconds(time));
    }

    /// The middle one; of an even number the lower of the two. 0 of none.
    pub(crate) fn median(&self) -> f64 {
        self.quantile(1, 2)
    }

    /// The reading that `part` of `whole` readings do not exceed.
    pub(crate) fn quantile(&self, part: usize, whole: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let rank = (sorted.len() * part).div_ceil(whole).saturating_sub(1);
        sorted.get(rank).copied().unwrap_or_default()
    }
}

/// A time in milliseconds.
pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_a_reading_in_the_middle() {
        let mut samples = Samples::default();
        assert!(samples.median().abs() < f64::EPSILON);
        for value in [9.0, 1.0, 5.0, 3.0] {
            samples.add(value);
        }
        assert!((samples.median() - 3.0).abs() < f64::EPSILON);
        assert!((samples.quantile(95, 100) - 9.0).abs() < f64::EPSILON);
    }
}
