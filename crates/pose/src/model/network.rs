//! A graph laid out for running: what is wanted, in order, with memory that is used again as soon as it is free.

use super::ModelError;
use super::operators::{self, Depthwise, Shape, Weights, Window, logistic};
use super::tflite::{Bounds, Graph, Kind, Operator};
use std::collections::BTreeMap;
use std::fmt;

/// A network ready to run. It does not change: threads may share it, each with its own [`Memory`].
pub struct Network {
    steps: Vec<Step>,
    /// Values in each slot.
    slots: Vec<usize>,
    input: Slot,
    outputs: Vec<Slot>,
    /// Values of the largest gathered window rows.
    gathered: usize,
}

/// What a network computes in.
#[derive(Debug)]
pub struct Memory {
    slots: Vec<Vec<f32>>,
    gathered: Vec<f32>,
}

/// Where a tensor lies, and how long it is.
#[derive(Clone, Copy, Debug)]
struct Slot {
    index: usize,
    size: usize,
}

struct Step {
    work: Work,
    inputs: Vec<Slot>,
    output: Slot,
    from: Shape,
    to: Shape,
}

enum Work {
    Point(Weights),
    Conv(Window, Weights),
    Depthwise(Depthwise),
    MaxPool(Window),
    Add(Bounds),
    Pad([usize; 3]),
    Resize { half_pixel: bool },
    DepthToSpace { block: usize },
    Copy,
    Logistic,
}

const MISFIT: ModelError = ModelError::Damaged("an operator whose tensors do not fit it");

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network").field("steps", &self.steps.len()).finish_non_exhaustive()
    }
}

impl Network {
    /// Reads a TensorFlow Lite file and keeps what the outputs with these numbers need.
    pub fn load(file: &[u8], wanted: &[usize]) -> Result<Self, ModelError> {
        let graph = Graph::read(file)?;
        let no_output = ModelError::Damaged("an output that is not there");
        let wanted = wanted.iter().map(|&o| graph.outputs.get(o).copied().ok_or_else(|| no_output.clone()));
        let wanted = wanted.collect::<Result<Vec<_>, _>>()?;
        let needed = needed(&graph, &wanted);
        Layout::of(&graph, &needed, &wanted).build(&needed, &wanted)
    }

    /// Memory to run in.
    pub fn memory(&self) -> Memory {
        let slots = self.slots.iter().map(|&size| vec![0.0; size]).collect();
        Memory { slots, gathered: vec![0.0; self.gathered] }
    }

    /// Runs on one picture and gives the wanted outputs in the order in which they were asked for.
    pub fn run(&self, memory: &mut Memory, input: &[f32]) -> Result<Vec<Vec<f32>>, ModelError> {
        if input.len() != self.input.size {
            return Err(ModelError::Input { expected: self.input.size, actual: input.len() });
        }
        memory.slots[self.input.index][..input.len()].copy_from_slice(input);
        // Once inside the pool of threads, steps are shared out without waking anybody for each.
        rayon::scope(|_| self.steps.iter().for_each(|step| step.run(memory)));
        Ok(self.outputs.iter().map(|slot| memory.slots[slot.index][..slot.size].to_vec()).collect())
    }
}

/// The operators that the wanted tensors come from, in order.
fn needed<'a>(graph: &'a Graph, wanted: &[usize]) -> Vec<&'a Operator> {
    let mut tensors: Vec<usize> = wanted.to_vec();
    let mut needed = Vec::new();
    for operator in graph.operators.iter().rev() {
        if tensors.contains(&operator.output) {
            tensors.extend(&operator.inputs);
            needed.push(operator);
        }
    }
    needed.reverse();
    needed
}

/// Gives tensors their slots while the steps are made.
struct Layout<'a> {
    graph: &'a Graph,
    /// After which operator a tensor is free.
    last_use: BTreeMap<usize, usize>,
    places: BTreeMap<usize, Slot>,
    slots: Vec<usize>,
    free: Vec<usize>,
}

impl<'a> Layout<'a> {
    fn of(graph: &'a Graph, needed: &[&Operator], wanted: &[usize]) -> Self {
        let mut last_use = BTreeMap::new();
        for (index, operator) in needed.iter().enumerate() {
            last_use.extend(operator.inputs.iter().map(|&tensor| (tensor, index)));
        }
        last_use.extend(wanted.iter().map(|&tensor| (tensor, usize::MAX)));
        let (places, slots, free) = (BTreeMap::new(), Vec::new(), Vec::new());
        let mut layout = Self { graph, last_use, places, slots, free };
        layout.place(graph.input);
        layout
    }

    fn size(&self, tensor: usize) -> usize {
        self.graph.shapes[tensor].iter().product()
    }

    /// The free slot that needs to grow least, or a new one.
    fn place(&mut self, tensor: usize) -> Slot {
        let size = self.size(tensor);
        let best = self.free.iter().enumerate().min_by_key(|&(_, &slot)| self.slots[slot].abs_diff(size));
        let index = if let Some((at, _)) = best {
            self.free.swap_remove(at)
        } else {
            self.slots.push(0);
            self.slots.len() - 1
        };
        self.slots[index] = self.slots[index].max(size);
        let slot = Slot { index, size };
        self.places.insert(tensor, slot);
        slot
    }

    fn build(mut self, needed: &[&Operator], wanted: &[usize]) -> Result<Network, ModelError> {
        let input = self.place_of(self.graph.input)?;
        let mut steps = Vec::with_capacity(needed.len());
        for (index, operator) in needed.iter().enumerate() {
            let computed: Vec<usize> =
                operator.inputs.iter().copied().filter(|t| !self.graph.constants.contains_key(t)).collect();
            let inputs = computed.iter().map(|&t| self.place_of(t)).collect::<Result<Vec<_>, _>>()?;
            let output = self.place(operator.output);
            let (from, to) = (self.shape(*computed.first().ok_or(MISFIT)?), self.shape(operator.output));
            let work = work(self.graph, operator, &computed, from, to)?;
            let step = Step { work, inputs, output, from, to };
            steps.push(step.checked()?);
            for tensor in computed {
                if self.last_use.get(&tensor) == Some(&index)
                    && let Some(slot) = self.places.remove(&tensor)
                {
                    self.free.push(slot.index);
                }
            }
        }
        let outputs = wanted.iter().map(|&t| self.place_of(t)).collect::<Result<Vec<_>, _>>()?;
        let gathered = steps.iter().map(Step::gathered).max().unwrap_or(0);
        Ok(Network { steps, slots: self.slots, input, outputs, gathered })
    }

    fn place_of(&self, tensor: usize) -> Result<Slot, ModelError> {
        self.places.get(&tensor).copied().ok_or(ModelError::Damaged("an operator before its inputs"))
    }

    /// Height, width and channels; lists have only the last.
    fn shape(&self, tensor: usize) -> Shape {
        match self.graph.shapes[tensor][..] {
            [1, height, width, channels] => Shape { height, width, channels },
            _ => Shape { height: 1, width: 1, channels: self.size(tensor) },
        }
    }
}

fn work(
    graph: &Graph,
    operator: &Operator,
    computed: &[usize],
    from: Shape,
    to: Shape,
) -> Result<Work, ModelError> {
    let constant = |at: usize| operator.inputs.get(at).and_then(|t| graph.constants.get(t)).ok_or(MISFIT);
    let window_size = || match operator.inputs.get(1).map(|&t| &graph.shapes[t][..]) {
        Some(&[_, height, width, _]) => Ok((height, width)),
        _ => Err(MISFIT),
    };
    Ok(match operator.kind {
        Kind::Conv { padding, stride, bounds } => {
            let window = Window::new(from, to, window_size()?, stride, padding);
            let inputs = window.size.0 * window.size.1 * from.channels;
            let (rows, bias) = (constant(1)?, constant(2)?);
            if inputs == 0 || rows.len() != inputs * to.channels || bias.len() != to.channels {
                return Err(MISFIT);
            }
            let weights = Weights::new(rows, bias, inputs, to.channels, bounds);
            if window.is_point() { Work::Point(weights) } else { Work::Conv(window, weights) }
        }
        Kind::Depthwise { padding, stride, bounds } => {
            let window = Window::new(from, to, window_size()?, stride, padding);
            let (weights, bias) = (constant(1)?.clone(), constant(2)?.clone());
            let taps = window.size.0 * window.size.1;
            if from.channels != to.channels
                || weights.len() != taps * to.channels
                || bias.len() != to.channels
            {
                return Err(MISFIT);
            }
            Work::Depthwise(Depthwise { window, weights, bias, bounds })
        }
        Kind::MaxPool { padding, stride, window } => {
            Work::MaxPool(Window::new(from, to, window, stride, padding))
        }
        Kind::Add { bounds } if computed.len() == 2 => Work::Add(bounds),
        Kind::Pad => match constant(1)?[..] {
            [0.0, _, top, _, left, _, channel, _] => {
                Work::Pad([top as usize, left as usize, channel as usize])
            }
            _ => return Err(MISFIT),
        },
        Kind::ResizeBilinear { half_pixel } => Work::Resize { half_pixel },
        Kind::DepthToSpace { block } => Work::DepthToSpace { block },
        // Boxes one after the other: with one picture, joining along their number is laying end to end.
        Kind::Concatenate { axis: 1 } | Kind::Reshape => Work::Copy,
        Kind::Logistic => Work::Logistic,
        Kind::Add { .. } => return Err(ModelError::Unsupported("sums with constants".to_owned())),
        Kind::Concatenate { .. } => return Err(ModelError::Unsupported("joining of channels".to_owned())),
    })
}

impl Step {
    /// Its tensors have the sizes that its work reads and writes.
    fn checked(self) -> Result<Self, ModelError> {
        let (from, to) = (self.from, self.to);
        let sound = match &self.work {
            Work::Point(_) => from.height == to.height && from.width == to.width,
            Work::Add(_) => self.inputs.iter().all(|slot| slot.size == to.size()),
            Work::Pad([top, left, first]) => {
                top + from.height <= to.height
                    && left + from.width <= to.width
                    && first + from.channels <= to.channels
            }
            Work::Resize { .. } => from.channels == to.channels && from.size() > 0,
            Work::MaxPool(_) => from.channels == to.channels,
            Work::DepthToSpace { block } => {
                (from.height * block, from.width * block, from.channels)
                    == (to.height, to.width, to.channels * block * block)
            }
            Work::Copy => self.inputs.iter().map(|slot| slot.size).sum::<usize>() == to.size(),
            Work::Logistic => from.size() == to.size(),
            Work::Conv(..) | Work::Depthwise(_) => true,
        };
        if sound { Ok(self) } else { Err(MISFIT) }
    }

    fn gathered(&self) -> usize {
        match &self.work {
            Work::Conv(window, _) => {
                self.to.height * self.to.width * window.size.0 * window.size.1 * self.from.channels
            }
            _ => 0,
        }
    }

    fn run(&self, memory: &mut Memory) {
        let Memory { slots, gathered } = memory;
        let mut output = std::mem::take(&mut slots[self.output.index]);
        let to = &mut output[..self.output.size];
        let input = |at: usize| {
            let slot = self.inputs[at];
            &slots[slot.index][..slot.size]
        };
        let from = input(0);
        match &self.work {
            Work::Point(weights) => operators::multiply(weights, from, to),
            Work::Conv(window, weights) => {
                let rows = &mut gathered[..self.gathered()];
                operators::gather(window, self.from, self.to, from, rows);
                operators::multiply(weights, rows, to);
            }
            Work::Depthwise(work) => operators::depthwise(work, self.from, self.to, from, to),
            Work::MaxPool(window) => operators::max_pool(window, self.from, self.to, from, to),
            Work::Add(bounds) => operators::add(from, input(1), *bounds, to),
            Work::Pad(before) => operators::pad(*before, self.from, self.to, from, to),
            Work::Resize { half_pixel } => operators::resize(*half_pixel, self.from, self.to, from, to),
            Work::DepthToSpace { block } => operators::depth_to_space(*block, self.from, self.to, from, to),
            Work::Copy => {
                let values = self.inputs.iter().flat_map(|slot| &slots[slot.index][..slot.size]);
                to.iter_mut().zip(values).for_each(|(to, from)| *to = *from);
            }
            Work::Logistic => to.iter_mut().zip(from).for_each(|(to, &from)| *to = logistic(from)),
        }
        slots[self.output.index] = output;
    }
}
