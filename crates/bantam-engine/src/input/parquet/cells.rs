//! One view on arrays of every type: a row of any of them gives what a cell of any other file gives.

use super::super::cell::Given;
use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::*;
use arrow_schema::{DataType, TimeUnit};
use bantam_lang::convert::{MICROS_PER_DAY, MICROS_PER_SECOND};
use std::fmt::Write;

/// 0001-01-01 and the end of 9999-12-31, in microseconds: the times that can be written.
pub(super) const TIMES: std::ops::Range<i64> = -62_135_596_800 * MICROS_PER_SECOND..253_402_300_800 * MICROS_PER_SECOND;

/// Returns whether a type gives values, or at least says of each cell that it does not convert.
pub(super) fn is_readable(data_type: &DataType) -> bool {
    match data_type {
        DataType::Dictionary(_, values) => is_readable(values),
        DataType::Time32(_)
        | DataType::Time64(_)
        | DataType::Duration(_)
        | DataType::Interval(_)
        | DataType::FixedSizeBinary(_)
        | DataType::Union(..)
        | DataType::RunEndEncoded(..)
        | DataType::ListView(_)
        | DataType::LargeListView(_) => false,
        _ => true,
    }
}

/// An array whose type has been found out.
pub(super) enum Cells<'a> {
    Null,
    Boolean(&'a BooleanArray),
    Text(&'a StringArray),
    LargeText(&'a LargeStringArray),
    TextView(&'a StringViewArray),
    Bytes(&'a BinaryArray),
    LargeBytes(&'a LargeBinaryArray),
    BytesView(&'a BinaryViewArray),
    I8(&'a Int8Array),
    I16(&'a Int16Array),
    I32(&'a Int32Array),
    I64(&'a Int64Array),
    U8(&'a UInt8Array),
    U16(&'a UInt16Array),
    U32(&'a UInt32Array),
    U64(&'a UInt64Array),
    F16(&'a Float16Array),
    F32(&'a Float32Array),
    F64(&'a Float64Array),
    Decimal32(&'a Decimal32Array, i8),
    Decimal64(&'a Decimal64Array, i8),
    Decimal128(&'a Decimal128Array, i8),
    Decimal256(&'a Decimal256Array, i8),
    Days(&'a Date32Array),
    Date64(&'a Date64Array),
    Seconds(&'a TimestampSecondArray),
    Millis(&'a TimestampMillisecondArray),
    Micros(&'a TimestampMicrosecondArray),
    Nanos(&'a TimestampNanosecondArray),
    Dictionary(&'a dyn AnyDictionaryArray, Vec<usize>, Box<Cells<'a>>),
    /// Arrays and objects, which do not convert.
    Nested(&'a dyn Array),
}

impl<'a> Cells<'a> {
    pub(super) fn new(array: &'a dyn Array) -> Cells<'a> {
        match array.data_type() {
            DataType::Null => Cells::Null,
            DataType::Boolean => Cells::Boolean(array.as_boolean()),
            DataType::Utf8 => Cells::Text(array.as_string()),
            DataType::LargeUtf8 => Cells::LargeText(array.as_string()),
            DataType::Utf8View => Cells::TextView(array.as_string_view()),
            DataType::Binary => Cells::Bytes(array.as_binary()),
            DataType::LargeBinary => Cells::LargeBytes(array.as_binary()),
            DataType::BinaryView => Cells::BytesView(array.as_binary_view()),
            DataType::Int8 => Cells::I8(array.as_primitive()),
            DataType::Int16 => Cells::I16(array.as_primitive()),
            DataType::Int32 => Cells::I32(array.as_primitive()),
            DataType::Int64 => Cells::I64(array.as_primitive()),
            DataType::UInt8 => Cells::U8(array.as_primitive()),
            DataType::UInt16 => Cells::U16(array.as_primitive()),
            DataType::UInt32 => Cells::U32(array.as_primitive()),
            DataType::UInt64 => Cells::U64(array.as_primitive()),
            DataType::Float16 => Cells::F16(array.as_primitive()),
            DataType::Float32 => Cells::F32(array.as_primitive()),
            DataType::Float64 => Cells::F64(array.as_primitive()),
            DataType::Decimal32(_, scale) => Cells::Decimal32(array.as_primitive(), *scale),
            DataType::Decimal64(_, scale) => Cells::Decimal64(array.as_primitive(), *scale),
            DataType::Decimal128(_, scale) => Cells::Decimal128(array.as_primitive(), *scale),
            DataType::Decimal256(_, scale) => Cells::Decimal256(array.as_primitive(), *scale),
            DataType::Date32 => Cells::Days(array.as_primitive()),
            DataType::Date64 => Cells::Date64(array.as_primitive()),
            DataType::Timestamp(TimeUnit::Second, _) => Cells::Seconds(array.as_primitive()),
            DataType::Timestamp(TimeUnit::Millisecond, _) => Cells::Millis(array.as_primitive()),
            DataType::Timestamp(TimeUnit::Microsecond, _) => Cells::Micros(array.as_primitive()),
            DataType::Timestamp(TimeUnit::Nanosecond, _) => Cells::Nanos(array.as_primitive()),
            DataType::Dictionary(..) => match array.as_any_dictionary_opt() {
                // All rows are null then.
                Some(coded) if coded.values().is_empty() => Cells::Null,
                Some(coded) => {
                    Cells::Dictionary(coded, coded.normalized_keys(), Box::new(Cells::new(coded.values().as_ref())))
                }
                None => Cells::Nested(array),
            },
            _ => Cells::Nested(array),
        }
    }

    /// Returns what a row gives. Some values are spelled out in `scratch`.
    pub(super) fn given<'s>(&'s self, row: usize, scratch: &'s mut String) -> Given<'s> {
        macro_rules! whole {
            ($array:expr) => {
                if $array.is_valid(row) { Given::Whole($array.value(row).into()) } else { Given::Missing }
            };
        }
        macro_rules! value {
            ($array:expr, $give:expr) => {
                if $array.is_valid(row) { $give($array.value(row), scratch) } else { Given::Missing }
            };
        }
        macro_rules! decimal {
            ($array:expr, $scale:expr) => {
                if $array.is_valid(row) {
                    decimal($array.value_as_string(row), *$scale, scratch)
                } else {
                    Given::Missing
                }
            };
        }
        match self {
            Cells::Null => Given::Missing,
            Cells::Boolean(array) => value!(array, |value, _| Given::Boolean(value)),
            Cells::Text(array) => value!(array, |value, _| Given::Text(value)),
            Cells::LargeText(array) => value!(array, |value, _| Given::Text(value)),
            Cells::TextView(array) => value!(array, |value, _| Given::Text(value)),
            Cells::Bytes(array) => value!(array, bytes),
            Cells::LargeBytes(array) => value!(array, bytes),
            Cells::BytesView(array) => value!(array, bytes),
            Cells::I8(array) => whole!(array),
            Cells::I16(array) => whole!(array),
            Cells::I32(array) => whole!(array),
            Cells::I64(array) => whole!(array),
            Cells::U8(array) => whole!(array),
            Cells::U16(array) => whole!(array),
            Cells::U32(array) => whole!(array),
            Cells::U64(array) => whole!(array),
            Cells::F16(array) => {
                value!(array, |value: <Float16Type as ArrowPrimitiveType>::Native, _| single(value.to_f32()))
            }
            Cells::F32(array) => value!(array, |value, _| single(value)),
            Cells::F64(array) => value!(array, |value, _| Given::Number(value)),
            Cells::Decimal32(array, scale) => decimal!(array, scale),
            Cells::Decimal64(array, scale) => decimal!(array, scale),
            Cells::Decimal128(array, scale) => decimal!(array, scale),
            Cells::Decimal256(array, scale) => decimal!(array, scale),
            Cells::Days(array) => {
                value!(array, |days, scratch| time(i64::from(days).checked_mul(MICROS_PER_DAY), scratch))
            }
            Cells::Date64(array) => value!(array, |millis: i64, scratch| time(millis.checked_mul(1_000), scratch)),
            Cells::Seconds(array) => {
                value!(array, |seconds: i64, scratch| time(seconds.checked_mul(MICROS_PER_SECOND), scratch))
            }
            Cells::Millis(array) => value!(array, |millis: i64, scratch| time(millis.checked_mul(1_000), scratch)),
            Cells::Micros(array) => value!(array, |micros, scratch| time(Some(micros), scratch)),
            Cells::Nanos(array) => value!(array, |nanos: i64, scratch| time(Some(nanos.div_euclid(1_000)), scratch)),
            Cells::Dictionary(array, keys, values) => match keys.get(row) {
                Some(&key) if array.is_valid(row) => values.given(key, scratch),
                _ => Given::Missing,
            },
            Cells::Nested(array) if array.is_null(row) => Given::Missing,
            Cells::Nested(array) => {
                scratch.clear();
                // Writing to a text does not fail.
                let _ = write!(scratch, "a value of type {}", array.data_type());
                Given::Other(scratch)
            }
        }
    }
}

/// Returns the value of a key of a map, as an array and the place in it; of equal keys the last.
pub(super) fn map_value<'m>(entries: &'m StructArray, key: &str) -> Option<(&'m dyn Array, usize)> {
    let [keys, values] = entries.columns() else { return None };
    let keys = Cells::new(keys.as_ref());
    let mut scratch = String::new();
    let at = (0..entries.len()).rev().find(|&at| keys.given(at, &mut scratch) == Given::Text(key))?;
    Some((values.as_ref(), at))
}

fn bytes<'v>(value: &'v [u8], scratch: &'v mut String) -> Given<'v> {
    match std::str::from_utf8(value) {
        Ok(text) => Given::Text(text),
        Err(_) => {
            scratch.clear();
            scratch.push_str(&String::from_utf8_lossy(value));
            Given::Other(scratch)
        }
    }
}

/// A single-precision number counts as its shortest decimal form: 0.1 is 0.1, not 0.10000000149011612.
pub(super) fn single<'v>(value: f32) -> Given<'v> {
    if value.is_finite() {
        Given::Number(value.to_string().parse().unwrap_or(f64::NAN))
    } else {
        Given::Number(f64::NAN)
    }
}

/// A decimal without places is an integer; another counts as the nearest number.
fn decimal(written: String, scale: i8, scratch: &mut String) -> Given<'_> {
    if scale > 0 {
        return Given::Number(written.parse().unwrap_or(f64::NAN));
    }
    *scratch = written;
    Given::Digits(scratch)
}

fn time(micros: Option<i64>, scratch: &mut String) -> Given<'_> {
    match micros {
        Some(micros) if TIMES.contains(&micros) => Given::Time(micros),
        _ => {
            scratch.clear();
            scratch.push_str("a time outside the years 1 to 9999");
            Given::Other(scratch)
        }
    }
}
