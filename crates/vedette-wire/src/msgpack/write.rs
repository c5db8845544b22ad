//! Writing MessagePack, in the shortest form of each value.

/// Writes a text.
#[inline]
pub fn text(out: &mut Vec<u8>, text: &str) {
    let length = text.len();
    match length {
        0..=31 => out.push(0xa0 | length as u8),
        32..=0xff => out.extend_from_slice(&[0xd9, length as u8]),
        0x100..=0xffff => tagged(out, 0xda, (length as u16).to_be_bytes()),
        _ => tagged(out, 0xdb, (length as u32).to_be_bytes()),
    }
    out.extend_from_slice(text.as_bytes());
}

/// Writes bytes.
pub fn binary(out: &mut Vec<u8>, bytes: &[u8]) {
    let length = bytes.len();
    match length {
        0..=0xff => out.extend_from_slice(&[0xc4, length as u8]),
        0x100..=0xffff => tagged(out, 0xc5, (length as u16).to_be_bytes()),
        _ => tagged(out, 0xc6, (length as u32).to_be_bytes()),
    }
    out.extend_from_slice(bytes);
}

/// Writes a number of 0 or more.
#[inline]
pub fn unsigned(out: &mut Vec<u8>, number: u64) {
    match number {
        0..=0x7f => out.push(number as u8),
        0x80..=0xff => out.extend_from_slice(&[0xcc, number as u8]),
        0x100..=0xffff => tagged(out, 0xcd, (number as u16).to_be_bytes()),
        0x1_0000..=0xffff_ffff => tagged(out, 0xce, (number as u32).to_be_bytes()),
        _ => tagged(out, 0xcf, number.to_be_bytes()),
    }
}

/// Writes a whole number.
pub fn signed(out: &mut Vec<u8>, number: i64) {
    if number >= 0 {
        unsigned(out, number as u64);
    } else if number >= -32 {
        out.push(number as u8);
    } else {
        tagged(out, 0xd3, number.to_be_bytes());
    }
}

/// Writes a 64-bit float.
#[inline]
pub fn double(out: &mut Vec<u8>, number: f64) {
    tagged(out, 0xcb, number.to_be_bytes());
}

/// Writes a truth value.
pub fn truth(out: &mut Vec<u8>, truth: bool) {
    out.push(if truth { 0xc3 } else { 0xc2 });
}

/// Opens a list of `length` items.
pub fn list(out: &mut Vec<u8>, length: usize) {
    match length {
        0..=15 => out.push(0x90 | length as u8),
        16..=0xffff => tagged(out, 0xdc, (length as u16).to_be_bytes()),
        _ => tagged(out, 0xdd, (length as u32).to_be_bytes()),
    }
}

/// Opens a map of `length` pairs.
pub fn map(out: &mut Vec<u8>, length: usize) {
    match length {
        0..=15 => out.push(0x80 | length as u8),
        16..=0xffff => tagged(out, 0xde, (length as u16).to_be_bytes()),
        _ => tagged(out, 0xdf, (length as u32).to_be_bytes()),
    }
}

/// Bytes that [`open_map`] reserves.
const OPEN: usize = 5;

/// Opens a map whose length is told by [`close_map`]; returns what that needs.
#[inline]
pub fn open_map(out: &mut Vec<u8>) -> usize {
    let at = out.len();
    out.extend_from_slice(&[0xdf, 0, 0, 0, 0]);
    at
}

/// Tells the length of a map opened by [`open_map`].
#[inline]
pub fn close_map(out: &mut [u8], at: usize, length: u32) {
    out[at + 1..at + OPEN].copy_from_slice(&length.to_be_bytes());
}

#[inline]
fn tagged<const N: usize>(out: &mut Vec<u8>, tag: u8, bytes: [u8; N]) {
    out.push(tag);
    out.extend_from_slice(&bytes);
}
