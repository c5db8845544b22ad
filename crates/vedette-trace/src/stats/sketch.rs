//! DDSketch (<https://arxiv.org/abs/1908.10693>): durations in bins that grow by a constant factor, so that every
//! quantile is right to 0.8 %. Its protobuf form is that of
//! <https://github.com/DataDog/sketches-go/blob/master/ddsketch/pb/ddsketch.proto>.

/// The factor between two bins, and where the bin of 1 lies: the Agent's own, so that it can add sketches up.
const GAMMA: f64 = 1.015_625;
const INDEX_OFFSET: f64 = 1338.5;
/// Bins on the wire; the lowest are added up beyond it.
const MOST_BINS: i32 = 2048;

/// How durations are distributed. Sparse: a group that was hit twice holds two bins at most.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sketch {
    zeros: u64,
    /// Bins in their order; at most 2,900, because a duration has 64 bits.
    bins: Vec<(i32, u32)>,
}

impl Sketch {
    /// Counts a duration in nanoseconds.
    pub fn add(&mut self, duration: u64) {
        if duration == 0 {
            self.zeros += 1;
            return;
        }
        let index = ((duration as f64).ln() / GAMMA.ln() + INDEX_OFFSET).floor() as i32;
        match self.bins.binary_search_by_key(&index, |(known, _)| *known) {
            Ok(at) => self.bins[at].1 = self.bins[at].1.saturating_add(1),
            Err(at) => self.bins.insert(at, (index, 1)),
        }
    }

    /// How many durations were counted.
    pub fn count(&self) -> u64 {
        self.zeros + self.bins.iter().map(|(_, count)| u64::from(*count)).sum::<u64>()
    }

    /// The protobuf form.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(64);
        let mut mapping = Vec::with_capacity(18);
        double(&mut mapping, 1, GAMMA);
        double(&mut mapping, 2, INDEX_OFFSET);
        bytes(&mut out, 1, &mapping);
        bytes(&mut out, 2, &self.encode_store());
        bytes(&mut out, 3, &[]);
        if self.zeros > 0 {
            double(&mut out, 4, self.zeros as f64);
        }
        out
    }

    /// All bins from the first to the last: the receiver does not take sparse ones.
    fn encode_store(&self) -> Vec<u8> {
        let (Some((first, _)), Some((last, _))) = (self.bins.first(), self.bins.last()) else {
            return Vec::new();
        };
        let start = (*first).max(last + 1 - MOST_BINS);
        let mut counts = vec![0f64; (last + 1 - start) as usize];
        for (index, count) in &self.bins {
            counts[(*index).max(start).abs_diff(start) as usize] += f64::from(*count);
        }
        let mut store = Vec::with_capacity(counts.len() * 8 + 12);
        bytes(&mut store, 2, &counts.iter().flat_map(|count| count.to_le_bytes()).collect::<Vec<u8>>());
        tag(&mut store, 3, 0);
        varint(&mut store, u64::from(((start << 1) ^ (start >> 31)) as u32));
        store
    }
}

fn tag(out: &mut Vec<u8>, field: u64, kind: u64) {
    varint(out, field << 3 | kind);
}

fn varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn double(out: &mut Vec<u8>, field: u64, number: f64) {
    tag(out, field, 1);
    out.extend_from_slice(&number.to_le_bytes());
}

fn bytes(out: &mut Vec<u8>, field: u64, inner: &[u8]) {
    tag(out, field, 2);
    varint(out, inner.len() as u64);
    out.extend_from_slice(inner);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The value in the middle of a bin.
    fn value(index: i32) -> f64 {
        let low = ((f64::from(index) - INDEX_OFFSET) * GAMMA.ln()).exp();
        low * 2.0 * GAMMA / (1.0 + GAMMA)
    }

    #[test]
    fn bins_hold_their_durations_within_the_promised_error() {
        let mut duration = 1u64;
        while duration < u64::MAX / 3 {
            let mut sketch = Sketch::default();
            sketch.add(duration);
            let error = (value(sketch.bins[0].0) - duration as f64).abs() / duration as f64;
            assert!(error < 0.0078, "{duration}: {error}");
            duration = duration * 3 / 2 + 1;
        }
    }

    #[test]
    fn one_duration_is_encoded_as_the_reference_encodes_it() {
        // Captured from another tracer's payload for a span of 103,193 ns.
        let expected = b"\n\x12\t\x00\x00\x00\x00\x00@\xf0?\x11\x00\x00\x00\x00\x00\xea\x94@\x12\r\x12\x08\x00\x00\x00\x00\x00\x00\xf0?\x18\xc6 \x1a\x00";
        let mut sketch = Sketch::default();
        sketch.add(103_193);
        assert_eq!(sketch.encode(), expected);
    }

    #[test]
    fn an_empty_sketch_still_tells_its_mapping() {
        let expected = b"\n\x12\t\x00\x00\x00\x00\x00@\xf0?\x11\x00\x00\x00\x00\x00\xea\x94@\x12\x00\x1a\x00";
        assert_eq!(Sketch::default().encode(), expected);
    }

    #[test]
    fn the_lowest_bins_are_added_up_when_there_are_too_many() {
        let mut sketch = Sketch::default();
        [1, 2, u64::MAX].into_iter().for_each(|duration| sketch.add(duration));
        let store = sketch.encode_store();
        // Field 2 (three bytes of length), 2048 doubles, then the offset.
        assert_eq!(store.len(), 1 + 3 + 2048 * 8 + 1 + 2);
        assert_eq!(&store[4..12], &2f64.to_le_bytes());
    }

    #[test]
    fn zero_is_counted_apart() {
        let mut sketch = Sketch::default();
        [0, 0, 5].into_iter().for_each(|duration| sketch.add(duration));
        assert_eq!((sketch.count(), sketch.zeros), (3, 2));
        assert!(sketch.encode().ends_with(&2f64.to_le_bytes()));
    }
}
