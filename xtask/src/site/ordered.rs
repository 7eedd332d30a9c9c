//! The client's functions, each beside one that is like it: the compiler's order means nothing to a browser, and what
//! repeats nearby compresses better (measured, 4 KB of 160).

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{CodeSection, FunctionSection, Module};
use wasmparser::{
    CodeSectionReader, CustomSectionReader, FunctionBody, FunctionSectionReader, Parser, Payload,
    TypeRef,
};

use super::compressed;
use crate::Failure;

/// What is tried: how many bytes in a row make two functions alike, and what more functions than that have in common says
/// nothing. Which of them compresses best changes with every change of the client, by half a kilobyte.
const TRIED: [(usize, usize); 4] = [(3, 1_500), (4, 600), (4, 800), (4, 1_500)];

/// The same module with its functions in the order, of those tried, that compresses best.
pub(super) fn ordered(wasm: &[u8]) -> Result<Vec<u8>, Failure> {
    let tried = std::thread::scope(|scope| {
        let each = TRIED.map(|(run, common_max)| {
            scope.spawn(move || {
                let ordered = in_order(wasm, run, common_max).map_err(|error| error.to_string())?;
                let size = compressed(&ordered)
                    .map_err(|error| error.to_string())?
                    .len();
                Ok((size, ordered))
            })
        });
        each.map(|tried| {
            tried
                .join()
                .unwrap_or_else(|_| Err("trying an order failed".to_owned()))
        })
    });
    let tried: Result<Vec<(usize, Vec<u8>)>, String> = tried.into_iter().collect();
    let best = tried?.into_iter().min_by_key(|(size, _)| *size);
    Ok(best.ok_or("some order is tried")?.1)
}

/// The same module with its functions in another order.
fn in_order(wasm: &[u8], run: usize, common_max: usize) -> Result<Vec<u8>, Failure> {
    let (mut imported, mut bodies) = (0, Vec::new());
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body),
            _ => {}
        }
    }
    let codes: Vec<_> = bodies.iter().map(FunctionBody::as_bytes).collect();
    let order = order(&codes, run, common_max);
    let mut places = vec![0; order.len()];
    for (place, function) in (imported..).zip(&order) {
        places[*function] = place;
    }
    let mut renumbered = Renumbered {
        imported,
        order,
        places,
    };
    let mut module = Module::new();
    renumbered
        .parse_core_module(&mut module, Parser::new(0), wasm)
        .map_err(|error| format!("the client's functions in order: {error}"))?;
    Ok(module.finish())
}

struct Renumbered {
    /// How many functions come from outside; they keep their numbers.
    imported: u32,
    /// Own functions as they come.
    order: Vec<usize>,
    /// The new numbers of own functions.
    places: Vec<u32>,
}

impl Reencode for Renumbered {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error> {
        let own = function.checked_sub(self.imported);
        Ok(own.map_or(function, |own| self.places[own as usize]))
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), Error> {
        let types = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for function in &self.order {
            functions.function(types[*function]);
        }
        Ok(())
    }

    /// Names of functions and the like serve nobody in a browser.
    fn parse_custom_section(
        &mut self,
        _: &mut Module,
        _: CustomSectionReader<'_>,
    ) -> Result<(), Error> {
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), Error> {
        let bodies = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for function in self.order.clone() {
            self.parse_function_body(code, bodies[function].clone())?;
        }
        Ok(())
    }
}

/// Every function after the one that it has most in common with, of those that are not placed yet; where nothing is in
/// common, the smallest.
fn order(codes: &[&[u8]], run: usize, common_max: usize) -> Vec<usize> {
    let runs: Vec<BTreeSet<&[u8]>> = codes
        .iter()
        .map(|code| code.windows(run).collect())
        .collect();
    let mut having: HashMap<&[u8], Vec<usize>> = HashMap::new();
    for (function, runs) in runs.iter().enumerate() {
        for run in runs {
            having.entry(*run).or_default().push(function);
        }
    }
    having.retain(|_, functions| (2..=common_max).contains(&functions.len()));
    let mut left: Vec<_> = (0..codes.len()).collect();
    left.sort_by_key(|function| Reverse((codes[*function].len(), *function)));
    let mut placed = vec![false; codes.len()];
    let mut order = Vec::with_capacity(codes.len());
    while let Some(smallest) = left.pop() {
        let mut next = Some(smallest).filter(|function| !placed[*function]);
        while let Some(function) = next {
            placed[function] = true;
            order.push(function);
            next = most_alike(function, &runs, &having, &placed);
        }
    }
    order
}

/// What is most like a function, of what is not placed.
fn most_alike(
    function: usize,
    runs: &[BTreeSet<&[u8]>],
    having: &HashMap<&[u8], Vec<usize>>,
    placed: &[bool],
) -> Option<usize> {
    let own = &runs[function];
    let mut common: HashMap<usize, usize> = HashMap::new();
    for others in own.iter().filter_map(|run| having.get(run)) {
        for other in others.iter().filter(|other| !placed[**other]) {
            *common.entry(*other).or_default() += 1;
        }
    }
    // The share of what both have, in millionths: whole numbers, so that it is the same everywhere.
    let share = |(other, common): &(usize, usize)| {
        let either = own.len() + runs[*other].len() - common;
        (common * 1_000_000 / either, Reverse(*other))
    };
    let alike = common.into_iter().max_by_key(share);
    alike.map(|(other, _)| other)
}

#[cfg(test)]
mod tests {
    use super::order;

    #[test]
    fn every_function_is_placed_once_beside_one_like_it() {
        let codes: [&[u8]; 5] = [
            b"abcdefgh-1",
            b"unlike anything",
            b"ABCDEFGH-2",
            b"abcdefgh-3!",
            b"",
        ];
        assert_eq!(order(&codes, 5, 200), [4, 0, 3, 2, 1]);
    }
}
