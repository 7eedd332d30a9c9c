//! What a file was seen to free, kept beside it: a few bytes for each line that frees something. Doing it frees nothing that was
//! not seen, whatever changed meanwhile.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read as _};

use super::lines::Line;

/// A line that frees something, as it is kept: its number, and a hash of what it frees.
pub(super) type Freeing = [u8; 16];

/// A line that frees something.
pub(super) fn freeing(line: i64, hash: u64) -> Freeing {
    let mut entry = [0; 16];
    entry[..8].copy_from_slice(&line.to_le_bytes());
    entry[8..].copy_from_slice(&hash.to_le_bytes());
    entry
}

/// What the file was seen to free, read along with its lines.
pub(super) struct FreesSeen {
    file: BufReader<File>,
    next: Option<Freeing>,
}

impl FreesSeen {
    pub(super) fn open(file: File) -> io::Result<Self> {
        let mut seen = Self {
            file: BufReader::new(file),
            next: None,
        };
        seen.step()?;
        Ok(seen)
    }

    fn step(&mut self) -> io::Result<()> {
        let mut entry = [0; 16];
        self.next = match self.file.read_exact(&mut entry) {
            Ok(()) => Some(entry),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => None,
            Err(error) => return Err(error),
        };
        Ok(())
    }

    /// What these lines were seen to free; lines come in order.
    pub(super) fn of(&mut self, lines: &[Line]) -> io::Result<BTreeSet<Freeing>> {
        let mut seen = BTreeSet::new();
        let Some(last) = lines.last() else {
            return Ok(seen);
        };
        while let Some(entry) = self.next {
            let mut line = [0; 8];
            line.copy_from_slice(&entry[..8]);
            if i64::from_le_bytes(line) > last.number {
                break;
            }
            seen.insert(entry);
            self.step()?;
        }
        Ok(seen)
    }
}
