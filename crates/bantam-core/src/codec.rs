//! Writes numbers, texts and values into few bytes, and reads them back: a lead's state is written with every fact.

use bantam_lang::meaning::Value;

/// Appends to bytes.
#[derive(Default)]
pub(super) struct Encoder(pub(super) Vec<u8>);

impl Encoder {
    /// Seven bits a byte, the lowest first.
    pub(super) fn unsigned(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    /// Small numbers of either sign are short.
    pub(super) fn signed(&mut self, number: i64) {
        self.unsigned(((number << 1) ^ (number >> 63)) as u64);
    }

    pub(super) fn flag(&mut self, flag: bool) {
        self.0.push(u8::from(flag));
    }

    pub(super) fn text(&mut self, text: &str) {
        self.unsigned(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }

    pub(super) fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.flag(value.is_some());
        if let Some(value) = value {
            write(self, value);
        }
    }

    pub(super) fn values(&mut self, values: &[Option<Value>]) {
        self.unsigned(values.len() as u64);
        for value in values {
            match value {
                None => self.0.push(0),
                Some(Value::Text(text)) => {
                    self.0.push(1);
                    self.text(text);
                }
                Some(Value::Number(number)) => {
                    self.0.push(2);
                    self.0.extend_from_slice(&number.to_le_bytes());
                }
                Some(Value::Boolean(truth)) => self.0.push(3 + u8::from(*truth)),
                Some(Value::Time(time)) => {
                    self.0.push(5);
                    self.signed(*time);
                }
            }
        }
    }
}

/// Takes from bytes; `None` is that they end or mean nothing.
pub(super) struct Decoder<'b>(pub(super) &'b [u8]);

impl<'b> Decoder<'b> {
    fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    fn bytes(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn unsigned(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    pub(super) fn signed(&mut self) -> Option<i64> {
        let number = self.unsigned()?;
        Some((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    /// Returns a count of things that take a byte or more each, so none that memory would be reserved for in vain.
    pub(super) fn count(&mut self) -> Option<usize> {
        usize::try_from(self.unsigned()?).ok().filter(|&count| count <= self.0.len())
    }

    pub(super) fn flag(&mut self) -> Option<bool> {
        match self.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    pub(super) fn text(&mut self) -> Option<String> {
        let count = self.count()?;
        String::from_utf8(self.bytes(count)?.to_vec()).ok()
    }

    pub(super) fn option<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        if self.flag()? { read(self).map(Some) } else { Some(None) }
    }

    pub(super) fn values(&mut self) -> Option<Vec<Option<Value>>> {
        let count = self.count()?;
        let mut values = Vec::with_capacity(count);
        for _ in 0..count {
            values.push(match self.byte()? {
                0 => None,
                1 => Some(Value::Text(self.text()?)),
                2 => Some(Value::Number(f64::from_le_bytes(*self.bytes(8)?.first_chunk()?))),
                3 => Some(Value::Boolean(false)),
                4 => Some(Value::Boolean(true)),
                5 => Some(Value::Time(self.signed()?)),
                _ => return None,
            });
        }
        Some(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_and_a_cut_is_noticed() {
        let values = [None, Some(Value::Text("ü".into())), Some(Value::Number(-2.5)), Some(Value::Time(-7))];
        let mut encoder = Encoder::default();
        for number in [0, -1, 63, -64, i64::MAX, i64::MIN] {
            encoder.signed(number);
        }
        encoder.option(Some("a text"), Encoder::text);
        encoder.values(&values);
        let bytes = encoder.0;
        let read = |bytes: &[u8]| {
            let mut decoder = Decoder(bytes);
            let numbers: Option<Vec<i64>> = (0..6).map(|_| decoder.signed()).collect();
            Some((numbers?, decoder.option(Decoder::text)?, decoder.values()?))
        };
        let expected = (vec![0, -1, 63, -64, i64::MAX, i64::MIN], Some("a text".to_owned()), values.to_vec());
        assert_eq!(read(&bytes), Some(expected));
        for end in 0..bytes.len() {
            assert_eq!(read(&bytes[..end]), None, "{end}");
        }
    }
}
