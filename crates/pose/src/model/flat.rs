//! Reading `FlatBuffers` by hand: <https://flatbuffers.dev/internals/>. Every offset is checked: a damaged file is an
//! error, never a panic.

use super::ModelError;

/// A table inside a buffer.
#[derive(Clone, Copy)]
pub(super) struct Table<'a> {
    bytes: &'a [u8],
    at: usize,
}

const DAMAGED: ModelError = ModelError::Damaged("an offset leads out of the file");

fn array<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], ModelError> {
    let end = at.checked_add(N).ok_or(DAMAGED)?;
    bytes.get(at..end).and_then(|slice| slice.try_into().ok()).ok_or(DAMAGED)
}

fn u16_at(bytes: &[u8], at: usize) -> Result<usize, ModelError> {
    Ok(usize::from(u16::from_le_bytes(array(bytes, at)?)))
}

fn i32_at(bytes: &[u8], at: usize) -> Result<i32, ModelError> {
    Ok(i32::from_le_bytes(array(bytes, at)?))
}

fn u32_at(bytes: &[u8], at: usize) -> Result<usize, ModelError> {
    Ok(u32::from_le_bytes(array(bytes, at)?) as usize)
}

impl<'a> Table<'a> {
    /// The root of a buffer.
    pub fn root(bytes: &'a [u8]) -> Result<Self, ModelError> {
        Ok(Self { bytes, at: u32_at(bytes, 0)? })
    }

    /// Where a field is, if it is present.
    fn field(self, index: usize) -> Result<Option<usize>, ModelError> {
        let back = i32_at(self.bytes, self.at)?;
        let magnitude = back.unsigned_abs() as usize;
        let vtable = if back < 0 { self.at.checked_add(magnitude) } else { self.at.checked_sub(magnitude) };
        let vtable = vtable.ok_or(DAMAGED)?;
        let entry = 4 + 2 * index;
        if entry + 2 > u16_at(self.bytes, vtable)? {
            return Ok(None);
        }
        let offset = u16_at(self.bytes, vtable + entry)?;
        Ok((offset != 0).then_some(self.at + offset))
    }

    pub fn i8(self, index: usize, default: i8) -> Result<i8, ModelError> {
        self.field(index)?.map_or(Ok(default), |at| Ok(i8::from_le_bytes(array(self.bytes, at)?)))
    }

    pub fn i32(self, index: usize, default: i32) -> Result<i32, ModelError> {
        self.field(index)?.map_or(Ok(default), |at| i32_at(self.bytes, at))
    }

    /// A child table.
    pub fn table(self, index: usize) -> Result<Option<Table<'a>>, ModelError> {
        let Some(at) = self.field(index)? else { return Ok(None) };
        Ok(Some(Self { bytes: self.bytes, at: at + u32_at(self.bytes, at)? }))
    }

    /// Start and length of a vector; an absent one is empty.
    fn vector(self, index: usize) -> Result<(usize, usize), ModelError> {
        let Some(at) = self.field(index)? else { return Ok((0, 0)) };
        let start = at + u32_at(self.bytes, at)?;
        Ok((start + 4, u32_at(self.bytes, start)?))
    }

    /// A vector of tables.
    pub fn tables(self, index: usize) -> Result<Vec<Table<'a>>, ModelError> {
        let (start, count) = self.vector(index)?;
        let table = |i| {
            let at = start + 4 * i;
            Ok(Self { bytes: self.bytes, at: at + u32_at(self.bytes, at)? })
        };
        (0..count).map(table).collect()
    }

    /// A vector of bytes.
    pub fn bytes(self, index: usize) -> Result<&'a [u8], ModelError> {
        let (start, count) = self.vector(index)?;
        self.bytes.get(start..start.checked_add(count).ok_or(DAMAGED)?).ok_or(DAMAGED)
    }

    /// A vector of 32-bit integers.
    pub fn i32s(self, index: usize) -> Result<Vec<i32>, ModelError> {
        let (start, count) = self.vector(index)?;
        (0..count).map(|i| i32_at(self.bytes, start + 4 * i)).collect()
    }

    /// A vector of 16-bit integers without sign.
    pub fn u16s(self, index: usize) -> Result<Vec<usize>, ModelError> {
        let (start, count) = self.vector(index)?;
        (0..count).map(|i| u16_at(self.bytes, start + 2 * i)).collect()
    }
}
