//! Reading MessagePack of unknown origin: every length is checked against what is there.

use std::borrow::Cow;

use crate::bounds::Error;

/// One value, or the head of a list or map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Token<'a> {
    /// Nothing.
    Nil,
    /// A truth value.
    Bool(bool),
    /// A whole number, where it fits.
    Int(i64),
    /// A whole number beyond `i64`.
    Uint(u64),
    /// A float of either size.
    Float(f64),
    /// Text; not necessarily UTF-8.
    Text(&'a [u8]),
    /// Bytes, or the bytes of an extension value.
    Bytes(&'a [u8]),
    /// So many items follow.
    List(usize),
    /// So many pairs follow.
    Map(usize),
}

/// A place in a payload.
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// Starts at the front of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Reader { bytes, at: 0 }
    }

    /// How many bytes have been read.
    pub fn position(&self) -> usize {
        self.at
    }

    /// The next value, or the head of the next list or map.
    pub fn token(&mut self) -> Result<Token<'a>, Error> {
        let [tag] = self.array()?;
        Ok(match tag {
            0x00..=0x7f => Token::Int(i64::from(tag)),
            0x80..=0x8f => self.map_of(usize::from(tag & 0x0f))?,
            0x90..=0x9f => self.list_of(usize::from(tag & 0x0f))?,
            0xa0..=0xbf => Token::Text(self.slice(usize::from(tag & 0x1f))?),
            0xc0 => Token::Nil,
            0xc1 => return Err(Error::Malformed { what: "a MessagePack value", at: self.at - 1 }),
            0xc2 | 0xc3 => Token::Bool(tag == 0xc3),
            0xc4..=0xc6 => Token::Bytes(self.sized_slice(tag - 0xc4)?),
            0xc7..=0xc9 => self.extension(tag - 0xc7)?,
            0xca => Token::Float(f64::from(f32::from_be_bytes(self.array()?))),
            0xcb => Token::Float(f64::from_be_bytes(self.array()?)),
            0xcc..=0xcf => unsigned(self.number(tag - 0xcc)?),
            0xd0 => Token::Int(i64::from(i8::from_be_bytes(self.array()?))),
            0xd1 => Token::Int(i64::from(i16::from_be_bytes(self.array()?))),
            0xd2 => Token::Int(i64::from(i32::from_be_bytes(self.array()?))),
            0xd3 => Token::Int(i64::from_be_bytes(self.array()?)),
            0xd4..=0xd8 => Token::Bytes(self.slice(1 + (1 << (tag - 0xd4)))?),
            0xd9..=0xdb => Token::Text(self.sized_slice(tag - 0xd9)?),
            0xdc | 0xdd => self.number(tag - 0xdb).and_then(|n| self.list_of(n as usize))?,
            0xde | 0xdf => self.number(tag - 0xdd).and_then(|n| self.map_of(n as usize))?,
            0xe0..=0xff => Token::Int(i64::from(tag as i8)),
        })
    }

    /// How many items the list has that follows; nil counts as an empty one.
    pub fn list(&mut self) -> Result<usize, Error> {
        match self.token()? {
            Token::List(length) => Ok(length),
            Token::Nil => Ok(0),
            _ => Err(self.expected("a list")),
        }
    }

    /// How many pairs the map has that follows; nil counts as an empty one.
    pub fn map(&mut self) -> Result<usize, Error> {
        match self.token()? {
            Token::Map(length) => Ok(length),
            Token::Nil => Ok(0),
            _ => Err(self.expected("a map")),
        }
    }

    /// The text that follows; bytes count as text, nil as an empty one.
    pub fn text(&mut self) -> Result<Cow<'a, str>, Error> {
        match self.token()? {
            Token::Text(bytes) | Token::Bytes(bytes) => Ok(String::from_utf8_lossy(bytes)),
            Token::Nil => Ok(Cow::Borrowed("")),
            _ => Err(self.expected("a text")),
        }
    }

    /// The whole number that follows, reinterpreted as unsigned (ids beyond 2^63 come in both forms).
    pub fn unsigned(&mut self) -> Result<u64, Error> {
        match self.token()? {
            Token::Int(number) => Ok(number as u64),
            Token::Uint(number) => Ok(number),
            Token::Float(number) => Ok(number as u64),
            Token::Bool(truth) => Ok(u64::from(truth)),
            Token::Nil => Ok(0),
            _ => Err(self.expected("a number")),
        }
    }

    /// The number that follows.
    pub fn double(&mut self) -> Result<f64, Error> {
        match self.token()? {
            Token::Int(number) => Ok(number as f64),
            Token::Uint(number) => Ok(number as f64),
            Token::Float(number) => Ok(number),
            Token::Bool(truth) => Ok(f64::from(u8::from(truth))),
            Token::Nil => Ok(0.0),
            _ => Err(self.expected("a number")),
        }
    }

    /// Passes over one value of at most `depth` levels.
    pub fn skip(&mut self, depth: usize) -> Result<(), Error> {
        let within = depth.checked_sub(1).ok_or(Error::TooBig { limit: "depth" })?;
        let inner = match self.token()? {
            Token::List(length) => length,
            Token::Map(length) => length * 2,
            _ => 0,
        };
        (0..inner).try_for_each(|_| self.skip(within))
    }

    /// The bytes of one value, passed over.
    pub fn raw(&mut self, depth: usize) -> Result<&'a [u8], Error> {
        let start = self.at;
        self.skip(depth)?;
        Ok(&self.bytes[start..self.at])
    }

    pub(crate) fn expected(&self, what: &'static str) -> Error {
        Error::Malformed { what, at: self.at }
    }

    fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    fn slice(&mut self, length: usize) -> Result<&'a [u8], Error> {
        if length > self.left() {
            return Err(Error::Truncated);
        }
        let slice = &self.bytes[self.at..self.at + length];
        self.at += length;
        Ok(slice)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let mut array = [0; N];
        array.copy_from_slice(self.slice(N)?);
        Ok(array)
    }

    /// A number of 2^`power` bytes.
    fn number(&mut self, power: u8) -> Result<u64, Error> {
        let bytes = self.slice(1 << power)?;
        Ok(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn sized_slice(&mut self, power: u8) -> Result<&'a [u8], Error> {
        let length = self.number(power)?;
        self.slice(length as usize)
    }

    fn extension(&mut self, power: u8) -> Result<Token<'a>, Error> {
        let length = self.number(power)?;
        Ok(Token::Bytes(self.slice(length as usize + 1)?))
    }

    /// An item takes one byte at least: a longer list is a lie, and nobody may allocate for it.
    fn list_of(&mut self, length: usize) -> Result<Token<'a>, Error> {
        if length > self.left() {
            return Err(Error::Truncated);
        }
        Ok(Token::List(length))
    }

    fn map_of(&mut self, length: usize) -> Result<Token<'a>, Error> {
        if length > self.left() / 2 {
            return Err(Error::Truncated);
        }
        Ok(Token::Map(length))
    }
}

fn unsigned<'a>(number: u64) -> Token<'a> {
    i64::try_from(number).map_or(Token::Uint(number), Token::Int)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::msgpack::write;

    #[test]
    fn numbers_of_every_size_come_back() {
        for power in 0..64 {
            for number in [1i64 << power, (1i64 << power).wrapping_sub(1), -(1i64 << power.min(62))] {
                let mut out = Vec::new();
                write::signed(&mut out, number);
                assert_eq!(Reader::new(&out).token(), Ok(Token::Int(number)), "{number}");
            }
        }
    }

    #[test]
    fn texts_of_every_size_come_back() {
        for length in [0, 1, 31, 32, 255, 256, 65_535, 65_536] {
            let mut out = Vec::new();
            let text = "x".repeat(length);
            write::text(&mut out, &text);
            assert_eq!(Reader::new(&out).text().unwrap(), text);
        }
    }

    #[test]
    fn lists_longer_than_the_payload_are_refused() {
        assert_eq!(Reader::new(&[0xdd, 0xff, 0xff, 0xff, 0xff, 0x00]).list(), Err(Error::Truncated));
        assert_eq!(Reader::new(&[0xdf, 0xff, 0xff, 0xff, 0xff, 0x00]).map(), Err(Error::Truncated));
    }

    #[test]
    fn nesting_beyond_the_depth_is_refused() {
        let deep = [0x91u8; 100];
        assert_eq!(Reader::new(&deep).skip(32), Err(Error::TooBig { limit: "depth" }));
    }
}
