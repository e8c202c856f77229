//! Sparse constants made dense, as TensorFlow Lite's `DENSIFY` does: levels of dense or compressed dimensions in
//! traversal order, of which the last ones may be the insides of blocks.

use super::ModelError;
use super::flat::Table;

const DAMAGED: ModelError = ModelError::Damaged("a sparse constant that does not fit its shape");

/// One level of the traversal.
enum Level {
    Dense(usize),
    /// Compressed rows: where each row's entries begin, and which places they take.
    Sparse {
        segments: Vec<usize>,
        indices: Vec<usize>,
    },
}

struct Layout {
    shape: Vec<usize>,
    /// The dimension that each level runs over, and by how much one step of it moves.
    steps: Vec<(usize, usize)>,
    levels: Vec<Level>,
}

/// The dense values of a constant with `sparsity`, row-major.
pub(super) fn densify(sparsity: Table<'_>, shape: &[usize], values: &[f32]) -> Result<Vec<f32>, ModelError> {
    let layout = Layout::read(sparsity, shape)?;
    let mut dense = vec![0.0; shape.iter().product()];
    let mut place = vec![0; shape.len()];
    layout.fill(0, 0, &mut place, values, &mut dense)?;
    Ok(dense)
}

impl Layout {
    fn read(sparsity: Table<'_>, shape: &[usize]) -> Result<Self, ModelError> {
        let natural = |values: Vec<i32>| values.into_iter().map(|v| usize::try_from(v).map_err(|_| DAMAGED));
        let order = natural(sparsity.i32s(0)?).collect::<Result<Vec<_>, _>>()?;
        let blocked = natural(sparsity.i32s(1)?).collect::<Result<Vec<_>, _>>()?;
        let levels = sparsity.tables(2)?.into_iter().map(level).collect::<Result<Vec<_>, _>>()?;
        if order.len() != levels.len() || order.len() != shape.len() + blocked.len() {
            return Err(DAMAGED);
        }
        // A blocked dimension moves by whole blocks on its outer level.
        let mut block_size = vec![1; shape.len()];
        for (axis, level) in order.iter().zip(&levels) {
            if let (Some(inner), Level::Dense(size)) = (axis.checked_sub(shape.len()), level) {
                let dimension = *blocked.get(inner).ok_or(DAMAGED)?;
                *block_size.get_mut(dimension).ok_or(DAMAGED)? = *size;
            }
        }
        let step = |&axis: &usize| match axis.checked_sub(shape.len()) {
            None => Ok((axis, block_size[axis])),
            Some(inner) => Ok((*blocked.get(inner).ok_or(DAMAGED)?, 1)),
        };
        let steps = order.iter().map(step).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { shape: shape.to_vec(), steps, levels })
    }

    /// Visits everything below `level`, of which the parent is the `parent`th entry of its own level.
    fn fill(
        &self,
        level: usize,
        parent: usize,
        place: &mut [usize],
        values: &[f32],
        dense: &mut [f32],
    ) -> Result<(), ModelError> {
        let Some(here) = self.levels.get(level) else {
            let mut flat = 0;
            for (&at, &size) in place.iter().zip(&self.shape) {
                flat = flat * size + if at < size { at } else { return Err(DAMAGED) };
            }
            dense[flat] = *values.get(parent).ok_or(DAMAGED)?;
            return Ok(());
        };
        let (dimension, stride) = self.steps[level];
        let mut visit = |entry: usize, index: usize| {
            place[dimension] += index * stride;
            self.fill(level + 1, entry, place, values, dense)?;
            place[dimension] -= index * stride;
            Ok(())
        };
        match here {
            Level::Dense(size) => (0..*size).try_for_each(|i| visit(parent * size + i, i)),
            Level::Sparse { segments, indices } => {
                let bound = |row: usize| segments.get(row).copied().ok_or(DAMAGED);
                let mut entries = bound(parent)?..bound(parent + 1)?;
                entries.try_for_each(|entry| visit(entry, *indices.get(entry).ok_or(DAMAGED)?))
            }
        }
    }
}

fn level(dimension: Table<'_>) -> Result<Level, ModelError> {
    if dimension.i8(0, 0)? == 0 {
        return Ok(Level::Dense(usize::try_from(dimension.i32(1, 0)?).map_err(|_| DAMAGED)?));
    }
    Ok(Level::Sparse { segments: indices(dimension, 2)?, indices: indices(dimension, 4)? })
}

/// A union of vectors of 32-bit, 16-bit and 8-bit integers: its type at `field`, its value after it.
fn indices(dimension: Table<'_>, field: usize) -> Result<Vec<usize>, ModelError> {
    let vector = dimension.table(field + 1)?.ok_or(DAMAGED)?;
    match dimension.i8(field, 0)? {
        1 => vector.i32s(0)?.into_iter().map(|v| usize::try_from(v).map_err(|_| DAMAGED)).collect(),
        2 => vector.u16s(0),
        3 => Ok(vector.bytes(0)?.iter().map(|&v| usize::from(v)).collect()),
        _ => Err(DAMAGED),
    }
}
