//! Reading protobuf fields of unknown origin.

use crate::bounds::Error;

/// The value of a field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Field<'a> {
    /// A variable-length number.
    Number(u64),
    /// `fixed64`, `sfixed64` or `double`.
    Fixed64(u64),
    /// `fixed32`, `sfixed32` or `float`.
    Fixed32(u32),
    /// Bytes, text or a message.
    Bytes(&'a [u8]),
}

impl<'a> Field<'a> {
    /// The number, whatever its encoding; 0 for bytes.
    pub fn number(self) -> u64 {
        match self {
            Field::Number(number) | Field::Fixed64(number) => number,
            Field::Fixed32(number) => u64::from(number),
            Field::Bytes(_) => 0,
        }
    }

    /// The bytes; none for numbers.
    pub fn bytes(self) -> &'a [u8] {
        match self {
            Field::Bytes(bytes) => bytes,
            _ => &[],
        }
    }
}

/// A place in a message.
pub struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Starts at the front of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Reader { bytes }
    }

    /// The next field with its number; None at the end of the message.
    pub fn field(&mut self) -> Result<Option<(u32, Field<'a>)>, Error> {
        if self.bytes.is_empty() {
            return Ok(None);
        }
        let tag = self.varint()?;
        let field = match tag & 7 {
            0 => Field::Number(self.varint()?),
            1 => Field::Fixed64(u64::from_le_bytes(self.array()?)),
            2 => Field::Bytes(self.sized()?),
            5 => Field::Fixed32(u32::from_le_bytes(self.array()?)),
            _ => return Err(Error::Malformed { what: "a protobuf field", at: 0 }),
        };
        match u32::try_from(tag >> 3) {
            Ok(number) if number > 0 => Ok(Some((number, field))),
            _ => Err(Error::Malformed { what: "a protobuf field", at: 0 }),
        }
    }

    /// The next of variable-length numbers that are packed one after the other; None at the end.
    pub fn number(&mut self) -> Result<Option<u64>, Error> {
        if self.bytes.is_empty() {
            Ok(None)
        } else {
            self.varint().map(Some)
        }
    }

    fn varint(&mut self) -> Result<u64, Error> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(Error::Malformed { what: "a protobuf number", at: 0 })
    }

    fn sized(&mut self) -> Result<&'a [u8], Error> {
        let length = self.varint()?;
        self.slice(usize::try_from(length).map_err(|_| Error::Truncated)?)
    }

    fn slice(&mut self, length: usize) -> Result<&'a [u8], Error> {
        let (slice, rest) = self.bytes.split_at_checked(length).ok_or(Error::Truncated)?;
        self.bytes = rest;
        Ok(slice)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let mut array = [0; N];
        array.copy_from_slice(self.slice(N)?);
        Ok(array)
    }
}
