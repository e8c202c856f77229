//! The graph inside a TensorFlow Lite file, as its schema (version 3) lays it out.

use super::ModelError;
use super::densify::densify;
use super::flat::Table;
use std::collections::BTreeMap;

/// A graph whose constants are folded: what is left computes.
pub(super) struct Graph {
    pub shapes: Vec<Vec<usize>>,
    pub constants: BTreeMap<usize, Vec<f32>>,
    pub operators: Vec<Operator>,
    pub input: usize,
    pub outputs: Vec<usize>,
}

/// One computation.
pub(super) struct Operator {
    pub kind: Kind,
    pub inputs: Vec<usize>,
    pub output: usize,
}

/// How edges are handled by what slides over the picture.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Padding {
    Same,
    Valid,
}

/// Upper and lower bound of what comes out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bounds {
    pub least: f32,
    pub most: f32,
}

/// What is computed.
pub(super) enum Kind {
    Conv { padding: Padding, stride: (usize, usize), bounds: Bounds },
    Depthwise { padding: Padding, stride: (usize, usize), bounds: Bounds },
    MaxPool { padding: Padding, stride: (usize, usize), window: (usize, usize) },
    Add { bounds: Bounds },
    Pad,
    ResizeBilinear { half_pixel: bool },
    DepthToSpace { block: usize },
    Reshape,
    Concatenate { axis: usize },
    Logistic,
}

/// Names of the operators in the schema.
mod code {
    pub const ADD: i32 = 0;
    pub const CONCATENATION: i32 = 2;
    pub const CONV_2D: i32 = 3;
    pub const DEPTHWISE_CONV_2D: i32 = 4;
    pub const DEPTH_TO_SPACE: i32 = 5;
    pub const DEQUANTIZE: i32 = 6;
    pub const LOGISTIC: i32 = 14;
    pub const MAX_POOL_2D: i32 = 17;
    pub const RESHAPE: i32 = 22;
    pub const RESIZE_BILINEAR: i32 = 23;
    pub const PAD: i32 = 34;
    pub const DENSIFY: i32 = 124;
}

/// Names of the element types in the schema.
mod element {
    pub const FLOAT32: i8 = 0;
    pub const FLOAT16: i8 = 1;
    pub const INT32: i8 = 2;
}

const NO_OPTIONS: ModelError = ModelError::Damaged("an operator without its options");

impl Graph {
    pub fn read(file: &[u8]) -> Result<Self, ModelError> {
        if file.get(4..8) != Some(b"TFL3") {
            return Err(ModelError::Damaged("not a TensorFlow Lite file"));
        }
        let model = Table::root(file)?;
        let buffers = model.tables(4)?;
        let codes = model.tables(1)?.into_iter().map(operator_code).collect::<Result<Vec<_>, _>>()?;
        let [graph] = model.tables(2)?[..] else {
            return Err(ModelError::Unsupported("several graphs".to_owned()));
        };
        let tensors = graph.tables(0)?;
        let shapes = tensors.iter().map(|&tensor| shape(tensor)).collect::<Result<Vec<_>, _>>()?;
        let mut constants = BTreeMap::new();
        for (index, (&tensor, shape)) in tensors.iter().zip(&shapes).enumerate() {
            let buffer = buffers.get(natural(tensor.i32(2, 0)?)?).ok_or(NO_OPTIONS)?.bytes(0)?;
            if !buffer.is_empty() {
                constants.insert(index, constant(tensor, shape, buffer)?);
            }
        }
        let mut operators = Vec::new();
        for operator in graph.tables(3)? {
            let code = *codes.get(natural(operator.i32(0, 0)?)?).ok_or(NO_OPTIONS)?;
            let inputs = tensor_list(operator.i32s(1)?, tensors.len())?;
            let output = *tensor_list(operator.i32s(2)?, tensors.len())?.first().ok_or(NO_OPTIONS)?;
            if matches!(code, code::DEQUANTIZE | code::DENSIFY) {
                // Widened and made dense already when it was read.
                let folded = inputs.first().and_then(|input| constants.get(input)).cloned();
                let refused = || ModelError::Unsupported("quantised computation".to_owned());
                constants.insert(output, folded.ok_or_else(refused)?);
            } else {
                operators.push(Operator { kind: kind(code, operator)?, inputs, output });
            }
        }
        let input = *tensor_list(graph.i32s(1)?, tensors.len())?.first().ok_or(NO_OPTIONS)?;
        let outputs = tensor_list(graph.i32s(2)?, tensors.len())?;
        Ok(Self { shapes, constants, operators, input, outputs })
    }
}

fn natural(value: i32) -> Result<usize, ModelError> {
    usize::try_from(value).map_err(|_| ModelError::Damaged("a negative size"))
}

/// Absent optional inputs (-1) are left out.
fn tensor_list(values: Vec<i32>, count: usize) -> Result<Vec<usize>, ModelError> {
    let known = |v: i32| {
        let tensor = natural(v)?;
        if tensor < count { Ok(tensor) } else { Err(ModelError::Damaged("a tensor that is not there")) }
    };
    values.into_iter().filter(|&v| v >= 0).map(known).collect()
}

/// Old files keep the code in a byte, newer ones in a word; the larger one counts.
fn operator_code(table: Table<'_>) -> Result<i32, ModelError> {
    Ok(i32::from(table.i8(0, 0)?).max(table.i32(3, 0)?))
}

fn shape(tensor: Table<'_>) -> Result<Vec<usize>, ModelError> {
    let shape = tensor.i32s(0)?.into_iter().map(natural).collect::<Result<Vec<_>, _>>()?;
    // The largest tensor of the pose models has half a million values.
    let size = shape.iter().try_fold(1_usize, |size, &side| size.checked_mul(side));
    match size {
        Some(size) if size <= 1 << 26 => Ok(shape),
        _ => Err(ModelError::Damaged("a tensor of absurd size")),
    }
}

fn constant(tensor: Table<'_>, shape: &[usize], buffer: &[u8]) -> Result<Vec<f32>, ModelError> {
    let values: Vec<f32> = match tensor.i8(1, 0)? {
        element::FLOAT32 => words(buffer).map(f32::from_le_bytes).collect(),
        element::FLOAT16 => words(buffer).map(|bits| wide(u16::from_le_bytes(bits))).collect(),
        // Paddings and sizes: small whole numbers.
        element::INT32 => words(buffer).map(|bytes| i32::from_le_bytes(bytes) as f32).collect(),
        other => return Err(ModelError::Unsupported(format!("constants of element type {other}"))),
    };
    let values = match tensor.table(6)? {
        Some(sparsity) => densify(sparsity, shape, &values)?,
        None => values,
    };
    if values.len() == shape.iter().product::<usize>() {
        Ok(values)
    } else {
        Err(ModelError::Damaged("a constant that does not fill its shape"))
    }
}

fn words<const N: usize>(buffer: &[u8]) -> impl Iterator<Item = [u8; N]> {
    buffer.chunks_exact(N).filter_map(|chunk| chunk.try_into().ok())
}

/// IEEE 754 half precision to single precision, exactly.
fn wide(half: u16) -> f32 {
    let sign = if half & 0x8000 == 0 { 1.0 } else { -1.0 };
    let exponent = i32::from((half >> 10) & 0x1f);
    let fraction = f32::from(half & 0x3ff);
    sign * match exponent {
        0 => fraction * 2_f32.powi(-24),
        31 if fraction == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        _ => (1024.0 + fraction) * 2_f32.powi(exponent - 25),
    }
}

fn kind(code: i32, operator: Table<'_>) -> Result<Kind, ModelError> {
    let options = || operator.table(4)?.ok_or(NO_OPTIONS);
    Ok(match code {
        code::CONV_2D => {
            let o = options()?;
            undilated(o, 4)?;
            Kind::Conv { padding: padding(o)?, stride: stride(o)?, bounds: bounds(o.i8(3, 0)?)? }
        }
        code::DEPTHWISE_CONV_2D => {
            let o = options()?;
            undilated(o, 5)?;
            Kind::Depthwise { padding: padding(o)?, stride: stride(o)?, bounds: bounds(o.i8(4, 0)?)? }
        }
        code::MAX_POOL_2D => {
            let o = options()?;
            let window = (natural(o.i32(4, 0)?)?, natural(o.i32(3, 0)?)?);
            Kind::MaxPool { padding: padding(o)?, stride: stride(o)?, window }
        }
        code::ADD => Kind::Add { bounds: bounds(options()?.i8(0, 0)?)? },
        code::PAD => Kind::Pad,
        code::RESIZE_BILINEAR => {
            let o = options()?;
            if o.i8(2, 0)? != 0 {
                return Err(ModelError::Unsupported("resizing with aligned corners".to_owned()));
            }
            Kind::ResizeBilinear { half_pixel: o.i8(3, 0)? != 0 }
        }
        code::DEPTH_TO_SPACE => Kind::DepthToSpace { block: natural(options()?.i32(0, 0)?)?.max(1) },
        code::RESHAPE => Kind::Reshape,
        code::CONCATENATION => Kind::Concatenate { axis: natural(options()?.i32(0, 0)?)? },
        code::LOGISTIC => Kind::Logistic,
        other => return Err(ModelError::Unsupported(format!("operator {other}"))),
    })
}

fn padding(options: Table<'_>) -> Result<Padding, ModelError> {
    Ok(if options.i8(0, 0)? == 0 { Padding::Same } else { Padding::Valid })
}

/// Down and across; the file has them the other way round.
fn stride(options: Table<'_>) -> Result<(usize, usize), ModelError> {
    Ok((natural(options.i32(2, 1)?)?.max(1), natural(options.i32(1, 1)?)?.max(1)))
}

fn undilated(options: Table<'_>, first: usize) -> Result<(), ModelError> {
    if options.i32(first, 1)? == 1 && options.i32(first + 1, 1)? == 1 {
        return Ok(());
    }
    Err(ModelError::Unsupported("dilated convolution".to_owned()))
}

fn bounds(activation: i8) -> Result<Bounds, ModelError> {
    match activation {
        0 => Ok(Bounds { least: f32::NEG_INFINITY, most: f32::INFINITY }),
        1 => Ok(Bounds { least: 0.0, most: f32::INFINITY }),
        3 => Ok(Bounds { least: 0.0, most: 6.0 }),
        other => Err(ModelError::Unsupported(format!("activation {other}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_become_wide_exactly() {
        for (half, value) in [(0x3c00, 1.0), (0xc000, -2.0), (0x3555, 0.333_251_95), (0x0001, 5.960_464_5e-8)]
        {
            assert_eq!(wide(half).to_bits(), f32::to_bits(value));
        }
        assert!(wide(0x7e00).is_nan());
    }

    #[test]
    fn garbage_is_refused() {
        assert!(Graph::read(b"").is_err());
        assert!(Graph::read(b"\xff\xff\xff\xffTFL3garbage").is_err());
    }
}
