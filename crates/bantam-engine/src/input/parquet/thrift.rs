//! Goes through what Thrift's compact encoding wrote, in which Parquet describes files and pages, without building it.

/// A 32-bit integer.
pub(super) const KIND_I32: u8 = 5;
/// A list.
pub(super) const KIND_LIST: u8 = 9;
/// A struct.
pub(super) const KIND_STRUCT: u8 = 12;
const KIND_SET: u8 = 10;
const KIND_MAP: u8 = 11;
const KIND_UUID: u8 = 13;
/// How deep values may stand in one another; those of Parquet go nine deep.
const DEPTH_MAX: u32 = 24;

/// Bytes that are read from their front.
pub(super) struct Scan<'b> {
    pub(super) rest: &'b [u8],
}

impl Scan<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first)
    }

    fn pass(&mut self, count: u64) -> Option<()> {
        self.rest = self.rest.get(usize::try_from(count).ok()?..)?;
        Some(())
    }

    /// Seven bits a byte, lowest first, the high bit on all but the last.
    fn varint(&mut self) -> Option<u64> {
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

    /// A signed number: 0, -1, 1, -2 and so on are written as 0, 1, 2, 3.
    pub(super) fn number(&mut self) -> Option<i64> {
        let number = self.varint()?;
        Some((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    /// Goes through the fields of a struct; `field` takes each one's value.
    pub(super) fn fields(&mut self, field: &mut dyn FnMut(&mut Self, i64, u8) -> Option<()>) -> Option<()> {
        let mut id = 0;
        loop {
            let head = self.byte()?;
            if head == 0 {
                return Some(());
            }
            id = if head >> 4 == 0 { self.number()? } else { id + i64::from(head >> 4) };
            field(self, id, head & 0x0f)?;
        }
    }

    pub(super) fn skip(&mut self, kind: u8, depth: u32) -> Option<()> {
        if depth > DEPTH_MAX {
            return None;
        }
        match kind {
            // True and false have no bytes of their own.
            1 | 2 => Some(()),
            3 => self.pass(1),
            4..=6 => self.varint().map(drop),
            7 => self.pass(8),
            8 => {
                let length = self.varint()?;
                self.pass(length)
            }
            KIND_LIST | KIND_SET => self.list(&mut |scan, kind| scan.skip_element(kind, depth)),
            KIND_MAP => self.skip_map(depth),
            KIND_STRUCT => self.fields(&mut |scan, _, kind| scan.skip(kind, depth + 1)),
            KIND_UUID => self.pass(16),
            _ => None,
        }
    }

    /// Goes through the elements of a list; `element` takes each one's value.
    pub(super) fn list(&mut self, element: &mut dyn FnMut(&mut Self, u8) -> Option<()>) -> Option<()> {
        let head = self.byte()?;
        let count = if head >> 4 == 15 { self.varint()? } else { u64::from(head >> 4) };
        // Each element has a byte at least, so a length that is a lie ends where the bytes end.
        (0..count).try_for_each(|_| element(self, head & 0x0f))
    }

    fn skip_map(&mut self, depth: u32) -> Option<()> {
        let count = self.varint()?;
        if count == 0 {
            return Some(());
        }
        let kinds = self.byte()?;
        (0..count).try_for_each(|_| {
            self.skip_element(kinds >> 4, depth)?;
            self.skip_element(kinds & 0x0f, depth)
        })
    }

    /// In lists and maps, true and false are a byte.
    fn skip_element(&mut self, kind: u8, depth: u32) -> Option<()> {
        if matches!(kind, 1 | 2) { self.pass(1) } else { self.skip(kind, depth + 1) }
    }
}
