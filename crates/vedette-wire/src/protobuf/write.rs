//! Writing protobuf fields. Scalars are written whatever their value; leaving out defaults is the caller's choice.

/// Writes a variable-length number.
#[inline]
pub fn varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

#[inline]
fn tag(out: &mut Vec<u8>, field: u32, wire: u32) {
    varint(out, u64::from(field << 3 | wire));
}

/// Writes a field of a variable-length number.
#[inline]
pub fn number(out: &mut Vec<u8>, field: u32, value: u64) {
    tag(out, field, 0);
    varint(out, value);
}

/// Writes a `fixed64` field.
#[inline]
pub fn fixed64(out: &mut Vec<u8>, field: u32, value: u64) {
    tag(out, field, 1);
    out.extend_from_slice(&value.to_le_bytes());
}

/// Writes a `double` field.
#[inline]
pub fn double(out: &mut Vec<u8>, field: u32, value: f64) {
    fixed64(out, field, value.to_bits());
}

/// Writes a `fixed32` field.
#[inline]
pub fn fixed32(out: &mut Vec<u8>, field: u32, value: u32) {
    tag(out, field, 5);
    out.extend_from_slice(&value.to_le_bytes());
}

/// Writes a field of bytes or text.
#[inline]
pub fn bytes(out: &mut Vec<u8>, field: u32, value: &[u8]) {
    tag(out, field, 2);
    varint(out, value.len() as u64);
    out.extend_from_slice(value);
}

/// Writes a message field. Its length stands before it but is known after it: `reserve` bytes are kept for the
/// length, and what follows is moved if they were not the right number.
#[inline]
pub fn message(out: &mut Vec<u8>, field: u32, reserve: usize, content: impl FnOnce(&mut Vec<u8>)) {
    tag(out, field, 2);
    let at = out.len();
    out.resize(at + reserve, 0);
    content(out);
    let length = (out.len() - at - reserve) as u64;
    let needed = varint_bytes(length);
    if needed != reserve {
        make_room(out, at, reserve, needed);
    }
    for (offset, byte) in out[at..at + needed].iter_mut().enumerate() {
        let more = if offset + 1 < needed { 0x80 } else { 0 };
        *byte = (length >> (7 * offset)) as u8 & 0x7f | more;
    }
}

#[cold]
fn make_room(out: &mut Vec<u8>, at: usize, reserved: usize, needed: usize) {
    let end = out.len();
    if needed > reserved {
        out.resize(end + needed - reserved, 0);
    }
    out.copy_within(at + reserved..end, at + needed);
    out.truncate(end - reserved + needed);
}

/// Bytes that a variable-length number takes.
fn varint_bytes(number: u64) -> usize {
    (64 - (number | 1).leading_zeros() as usize).div_ceil(7)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protobuf::read::{Field, Reader};

    #[test]
    fn messages_of_every_length_come_back_whatever_was_reserved() {
        for length in [0, 1, 127, 128, 16_383, 16_384, 3_000_000] {
            for reserve in 1..=5 {
                let mut out = vec![0x77];
                message(&mut out, 2, reserve, |out| out.resize(out.len() + length, 0xab));
                let mut reader = Reader::new(&out[1..]);
                let Ok(Some((2, Field::Bytes(bytes)))) = reader.field() else { panic!("{length} {reserve}") };
                assert!(bytes.len() == length && bytes.iter().all(|byte| *byte == 0xab));
                assert_eq!(reader.field(), Ok(None));
            }
        }
    }
}
