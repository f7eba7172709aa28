//! Numbers of few bits, as Parquet writes indexes and levels: runs of one value, and groups of eight packed bit by bit.

use super::bits::Bits;

/// The widest number.
const WIDTH_MAX: u32 = 32;

/// Reads numbers from the values of a page, some at a time.
#[derive(Clone, Debug)]
pub(super) struct Hybrid {
    /// Bits of a number.
    width: u32,
    /// Where the next run starts.
    at: usize,
    run: Run,
}

#[derive(Clone, Copy, Debug)]
enum Run {
    Repeated {
        value: u32,
        left: usize,
    },
    /// `bit` is counted from the start of the page's values.
    Packed {
        bit: usize,
        left: usize,
    },
}

impl Hybrid {
    /// Creates a reader that starts at a byte. `None` where numbers are wider than any.
    pub(super) fn new(at: usize, width: u32) -> Option<Hybrid> {
        (width <= WIDTH_MAX).then_some(Hybrid { width, at, run: Run::Repeated { value: 0, left: 0 } })
    }

    /// Returns the value of all the next `count` numbers where they are told to be one, and passes them.
    pub(super) fn read_same(&mut self, bytes: &[u8], count: usize) -> Option<u32> {
        while self.left() == 0 {
            self.start_run(bytes)?;
        }
        match &mut self.run {
            Run::Repeated { value, left } if *left >= count => {
                *left -= count;
                Some(*value)
            }
            _ => None,
        }
    }

    /// Appends the next `count` numbers. `None` where the bytes end before.
    pub(super) fn read(&mut self, bytes: &[u8], mut count: usize, numbers: &mut Vec<u32>) -> Option<()> {
        numbers.reserve(count);
        while count > 0 {
            let taken = match &mut self.run {
                Run::Repeated { left: 0, .. } | Run::Packed { left: 0, .. } => {
                    self.start_run(bytes)?;
                    continue;
                }
                Run::Repeated { value, left } => {
                    let taken = count.min(*left);
                    numbers.resize(numbers.len() + taken, *value);
                    *left -= taken;
                    taken
                }
                Run::Packed { bit, left } => {
                    let taken = count.min(*left);
                    unpack(bytes, *bit, self.width, taken, numbers)?;
                    *bit += taken * self.width as usize;
                    *left -= taken;
                    taken
                }
            };
            count -= taken;
        }
        Some(())
    }

    /// Appends whether each of the next `count` numbers, of one bit, is 1; returns how many are. `None` where the bytes end
    /// before.
    pub(super) fn read_truths(&mut self, bytes: &[u8], mut count: usize, truths: &mut Bits) -> Option<usize> {
        let mut ones = 0;
        while count > 0 {
            while self.left() == 0 {
                self.start_run(bytes)?;
            }
            let taken = count.min(self.left());
            match &mut self.run {
                Run::Repeated { value, left } => {
                    truths.push_same(*value == 1, taken);
                    ones += if *value == 1 { taken } else { 0 };
                    *left -= taken;
                }
                Run::Packed { bit, left } => {
                    ones += push_truths(bytes, *bit, taken, truths)?;
                    *bit += taken;
                    *left -= taken;
                }
            }
            count -= taken;
        }
        Some(ones)
    }

    /// Passes the next `count` numbers and appends those at some places among them, in rising order. `None` where the bytes end
    /// before.
    pub(super) fn pick(
        &mut self,
        bytes: &[u8],
        count: usize,
        mut places: &[u32],
        numbers: &mut Vec<u32>,
    ) -> Option<()> {
        numbers.reserve(places.len());
        let mut done = 0;
        while done < count {
            while self.left() == 0 {
                self.start_run(bytes)?;
            }
            let taken = self.left().min(count - done);
            let (here, rest) = places.split_at(places.partition_point(|&place| (place as usize) < done + taken));
            places = rest;
            match &mut self.run {
                Run::Repeated { value, left } => {
                    numbers.resize(numbers.len() + here.len(), *value);
                    *left -= taken;
                }
                Run::Packed { bit, left } => {
                    unpack_at(
                        bytes,
                        *bit,
                        self.width,
                        taken,
                        here.iter().map(|&place| place as usize - done),
                        numbers,
                    )?;
                    *bit += taken * self.width as usize;
                    *left -= taken;
                }
            }
            done += taken;
        }
        Some(())
    }

    fn left(&self) -> usize {
        match self.run {
            Run::Repeated { left, .. } | Run::Packed { left, .. } => left,
        }
    }

    /// Reads the header of the next run: its length, and in the lowest bit whether it is packed.
    fn start_run(&mut self, bytes: &[u8]) -> Option<()> {
        let header = self.read_header(bytes)?;
        let length = usize::try_from(header >> 1).ok()?;
        if header & 1 == 1 {
            let left = length.checked_mul(8)?;
            self.run = Run::Packed { bit: self.at.checked_mul(8)?, left };
            self.at = self.at.checked_add(length.checked_mul(self.width as usize)?)?;
        } else {
            let size = self.width.div_ceil(8) as usize;
            let value = bytes.get(self.at..self.at + size)?;
            let value = value.iter().rev().fold(0, |value, &byte| value << 8 | u32::from(byte));
            self.run = Run::Repeated { value, left: length };
            self.at += size;
        }
        Some(())
    }

    fn read_header(&mut self, bytes: &[u8]) -> Option<u64> {
        let (mut header, mut shift) = (0_u64, 0);
        loop {
            let byte = *bytes.get(self.at)?;
            self.at += 1;
            header |= u64::from(byte & 0x7F) << shift;
            shift += 7;
            if byte < 0x80 {
                return Some(header);
            }
            if shift > 35 {
                return None;
            }
        }
    }
}

/// Appends `count` numbers of `width` bits that start at a bit. `None` where the bytes end before.
fn unpack(bytes: &[u8], mut bit: usize, width: u32, mut count: usize, numbers: &mut Vec<u32>) -> Option<()> {
    let mask = ((1_u64 << width) - 1) as u32;
    let step = width as usize;
    let end = bit + count * step;
    if end.div_ceil(8) > bytes.len() {
        return None;
    }
    // Eight numbers of up to eight bits that start at a byte are read at once.
    while width <= 8 && count >= 8 && bit.is_multiple_of(8) {
        let Some(word) = word_at(bytes, bit / 8) else { break };
        numbers.extend_from_slice(&std::array::from_fn::<u32, 8, _>(|at| (word >> (at * step)) as u32 & mask));
        bit += 8 * step;
        count -= 8;
    }
    numbers.extend((0..count).map(|at| number_at(bytes, bit + at * step, mask)));
    Some(())
}

/// Appends those of `count` numbers of `width` bits, from a bit on, that stand at some places. `None` where the bytes end before
/// the last.
fn unpack_at(
    bytes: &[u8],
    bit: usize,
    width: u32,
    count: usize,
    places: impl Iterator<Item = usize>,
    numbers: &mut Vec<u32>,
) -> Option<()> {
    let mask = ((1_u64 << width) - 1) as u32;
    let step = width as usize;
    if (bit + count * step).div_ceil(8) > bytes.len() {
        return None;
    }
    numbers.extend(places.map(|place| number_at(bytes, bit + place * step, mask)));
    Some(())
}

/// Appends `count` truths of one bit that start at a bit; returns how many are true. `None` where the bytes end before.
fn push_truths(bytes: &[u8], mut bit: usize, mut count: usize, truths: &mut Bits) -> Option<usize> {
    let bytes = bytes.get(..(bit + count).div_ceil(8))?;
    let mut ones = 0;
    while count > 0 {
        // A word that starts within a byte has as many bits less.
        let taken = count.min(64 - bit % 8);
        let word = word_at(bytes, bit / 8).unwrap_or_else(|| last_word(bytes, bit / 8));
        let word = word >> (bit % 8) & u64::MAX >> (64 - taken);
        truths.push_word(word, taken);
        ones += word.count_ones() as usize;
        bit += taken;
        count -= taken;
    }
    Some(ones)
}

/// Returns the number of as many bits as the mask has that starts at a bit.
#[inline]
fn number_at(bytes: &[u8], bit: usize, mask: u32) -> u32 {
    // A number of 32 bits that starts at the last bit of a byte ends within eight bytes.
    let word = word_at(bytes, bit / 8).unwrap_or_else(|| last_word(bytes, bit / 8));
    (word >> (bit % 8)) as u32 & mask
}

fn word_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|word| u64::from_le_bytes(*word))
}

/// Returns the last bytes as a word with zeros behind them.
fn last_word(bytes: &[u8], at: usize) -> u64 {
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter().take(8).rev().fold(0, |word, &byte| word << 8 | u64::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Packs numbers as the format has it, lowest bit first.
    fn packed(numbers: &[u32], width: u32) -> Vec<u8> {
        let mut bits = Vec::new();
        for number in numbers {
            bits.extend((0..width).map(|bit| number >> bit & 1 == 1));
        }
        bits.chunks(8).map(|bits| bits.iter().rev().fold(0, |byte, &bit| byte << 1 | u8::from(bit))).collect()
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_in_any_portions(
            width in prop::sample::select((0_u32..=32).chain([1; 8]).collect::<Vec<_>>()),
            runs in prop::collection::vec((any::<bool>(), 1_usize..20, prop::collection::vec(any::<u32>(), 8..40)), 0..8),
            portions in prop::collection::vec(1_usize..50, 1..20),
        ) {
            let mask = ((1_u64 << width) - 1) as u32;
            let (mut bytes, mut expected) = (vec![7, 7], Vec::new());
            for (is_packed, count, numbers) in runs {
                let numbers: Vec<u32> = numbers.iter().map(|number| number & mask).collect();
                if is_packed {
                    let groups = numbers.len() / 8;
                    bytes.push((groups << 1 | 1) as u8);
                    bytes.extend(packed(&numbers[..groups * 8], width));
                    expected.extend(&numbers[..groups * 8]);
                } else {
                    bytes.push((count << 1) as u8);
                    bytes.extend(&numbers[0].to_le_bytes()[..width.div_ceil(8) as usize]);
                    expected.extend(std::iter::repeat_n(numbers[0], count));
                }
            }
            let mut hybrid = Hybrid::new(2, width).unwrap();
            let mut read = Vec::new();
            for &portion in portions.iter().cycle() {
                let portion = portion.min(expected.len() - read.len());
                if portion == 0 {
                    break;
                }
                hybrid.read(&bytes, portion, &mut read).unwrap();
            }
            prop_assert_eq!(&read, &expected);
            let (mut hybrid, mut picked, mut start) = (Hybrid::new(2, width).unwrap(), Vec::new(), 0);
            for &portion in portions.iter().cycle() {
                let portion = portion.min(expected.len() - start);
                if portion == 0 {
                    break;
                }
                let places: Vec<u32> = (0..portion as u32).filter(|place| (start as u32 + place) % 3 != 1).collect();
                hybrid.pick(&bytes, portion, &places, &mut picked).unwrap();
                start += portion;
            }
            let wanted: Vec<u32> = expected.iter().enumerate().filter(|(at, _)| at % 3 != 1).map(|(_, &number)| number).collect();
            prop_assert_eq!(picked, wanted);
            if width == 1 {
                let (mut hybrid, mut bits, mut ones) = (Hybrid::new(2, 1).unwrap(), Bits::default(), 0);
                for portion in portions.into_iter().cycle() {
                    let portion = portion.min(expected.len() - bits.len());
                    if portion == 0 {
                        break;
                    }
                    ones += hybrid.read_truths(&bytes, portion, &mut bits).unwrap();
                }
                let mut truths = Vec::new();
                bits.spell_out(&mut truths);
                prop_assert_eq!(&truths, &expected.iter().map(|&number| number == 1).collect::<Vec<_>>());
                prop_assert_eq!(ones, expected.iter().filter(|number| **number == 1).count());
                prop_assert_eq!(hybrid.read_truths(&bytes, 1, &mut bits), None);
            }
            prop_assert_eq!(hybrid.read(&bytes, 1, &mut read), None);
        }

        #[test]
        fn any_bytes_end_or_are_read(bytes in prop::collection::vec(any::<u8>(), 0..60), width in 0_u32..=32) {
            let mut hybrid = Hybrid::new(0, width).unwrap();
            let mut read = Vec::new();
            let _ = hybrid.read(&bytes, 500, &mut read);
            prop_assert!(read.len() <= 500);
        }
    }

    #[test]
    fn a_run_of_one_value_is_passed_at_once() {
        // Ten times 3, then a packed group of eight zeros.
        let bytes = [20, 3, 3, 0, 0];
        let mut hybrid = Hybrid::new(0, 2).unwrap();
        assert_eq!((hybrid.read_same(&bytes, 6), hybrid.read_same(&bytes, 6)), (Some(3), None));
        assert_eq!(hybrid.read_same(&bytes, 4), Some(3));
        assert_eq!(hybrid.read_same(&bytes, 1), None);
    }
}
