//! What each line of a file says of a user, and what is wrong with it by itself. Duplicates are found by a hash of each user ID:
//! 8 bytes a line, at most about 40 MB for the 2,000,000 lines that a file may have.

use std::collections::HashSet;
use std::fs::File;
use std::hash::{BuildHasher as _, RandomState};
use std::io;

use licensing::wire::{
    IMPORT_LINES_MAX, IMPORT_SAID_MAX, ImportColumn, ImportError, ImportFault, ReadAs,
    USER_TEXT_MAX,
};
use tokio::sync::mpsc;

use super::columns::yes_or_no;
use super::formula::undone;
use super::records::{Record, Records};
use crate::db::users::folded;

/// Longest cell of licenses, in characters.
const LICENSES_TEXT_MAX: usize = 8_000;
/// Lines that are handed on at once.
const BATCH_LINES: usize = 500;
/// Text that is handed on at once, in bytes.
const BATCH_BYTES: usize = 1024 * 1024;
/// Batches that are read ahead.
const BATCHES_AHEAD: usize = 1;
/// In place of what could not be decoded.
const REPLACEMENT: char = '\u{fffd}';

/// What one line says.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    /// Its number.
    pub(super) number: i64,
    /// User ID, as it is written.
    pub(super) user_id: String,
    /// The same, as it is searched for.
    pub(super) folded: String,
    /// Texts about them: number of the column, what it says, the text.
    pub(super) texts: Vec<(i64, ImportColumn, String)>,
    /// User plans: number of the column, and the cell.
    pub(super) plans: Option<(i64, String)>,
    /// Single licenses.
    pub(super) licenses: Option<(i64, String)>,
    /// Whether they can log in.
    pub(super) can_log_in: Option<(i64, bool)>,
    /// Whether they left.
    pub(super) former_employee: Option<(i64, bool)>,
    /// What is wrong with it by itself.
    pub(super) errors: Vec<ImportError>,
    /// Nothing can be read behind it.
    pub(super) last: bool,
}

/// Something wrong with a line.
pub(super) fn error(line: i64, column: i64, fault: ImportFault, value: &str) -> ImportError {
    ImportError {
        line,
        column,
        fault,
        value: said(value),
    }
}

/// A value, cut off. PostgreSQL keeps no NUL, so it is said by its picture.
pub(super) fn said(value: &str) -> String {
    let mut said: String = value.chars().take(IMPORT_SAID_MAX).collect();
    if value.len() > said.len() {
        said.push('…');
    }
    said.replace('\0', "\u{2400}")
}

/// Reads a file from its beginning to its end, in a thread of its own; the first message is the head.
pub(super) fn read(
    file: File,
    read_as: ReadAs,
) -> (
    mpsc::Receiver<Batch>,
    tokio::task::JoinHandle<io::Result<()>>,
) {
    let (send, receive) = mpsc::channel(BATCHES_AHEAD);
    let reading = tokio::task::spawn_blocking(move || {
        let records = Records::new(file, read_as.encoding, read_as.separator);
        Reading {
            records,
            read_as,
            user_ids: HashSet::new(),
            hashes: RandomState::new(),
            width: 0,
        }
        .run(&send)
    });
    (receive, reading)
}

/// Lines in their order.
pub(super) type Batch = Vec<Line>;

struct Reading {
    records: Records<File>,
    read_as: ReadAs,
    user_ids: HashSet<u64>,
    hashes: RandomState,
    /// How many columns the head has.
    width: usize,
}

impl Reading {
    /// Ends early when nobody waits for the rest.
    fn run(mut self, send: &mpsc::Sender<Batch>) -> io::Result<()> {
        let mut batch = Batch::new();
        let mut bytes = 0;
        let mut lines = 0;
        let head = self.records.next()?.unwrap_or_default();
        self.width = head.values.len();
        let mut said = self.head(&head);
        let mut ended = head.last || !said.errors.is_empty();
        if ended {
            said.last = true;
            batch.push(said);
        }
        while !ended {
            let Some(record) = self.records.next()? else {
                break;
            };
            if record.fault.is_none() && record.values.iter().all(String::is_empty) {
                // What spreadsheets leave behind the last line.
                continue;
            }
            bytes += record.values.iter().map(String::len).sum::<usize>();
            lines += 1;
            let line = if lines > IMPORT_LINES_MAX {
                Line {
                    number: record.line,
                    errors: vec![error(record.line, 0, ImportFault::TooManyLines, "")],
                    last: true,
                    ..Line::default()
                }
            } else {
                self.line(record)
            };
            ended = line.last;
            batch.push(line);
            if batch.len() >= BATCH_LINES || bytes >= BATCH_BYTES {
                bytes = 0;
                if send.blocking_send(std::mem::take(&mut batch)).is_err() {
                    return Ok(());
                }
            }
        }
        if !batch.is_empty() {
            // Nobody waits any more.
            drop(send.blocking_send(batch));
        }
        Ok(())
    }

    /// What is wrong with the head, which everything else stands on.
    fn head(&self, head: &Record) -> Line {
        let mut line = Line {
            number: head.line.max(1),
            ..Line::default()
        };
        let columns = &self.read_as.columns;
        let twice = columns
            .iter()
            .enumerate()
            .any(|(place, column)| column.is_some() && columns[..place].contains(column));
        if let Some((column, fault)) = &head.fault {
            line.errors
                .push(error(line.number, *column, fault.clone(), ""));
        } else if twice
            || !columns.contains(&Some(ImportColumn::UserId))
            || columns.len() != self.width
        {
            line.errors
                .push(error(line.number, 0, ImportFault::Columns, ""));
        }
        line
    }

    fn line(&mut self, record: Record) -> Line {
        let number = record.line;
        let mut line = Line {
            number,
            last: record.last,
            ..Line::default()
        };
        if let Some((column, fault)) = record.fault {
            line.errors.push(error(number, column, fault, ""));
            return line;
        }
        if record.values.len() != self.width {
            let said = record.values.len().to_string();
            line.errors
                .push(error(number, 0, ImportFault::OtherColumns, &said));
            return line;
        }
        for (place, value) in record.values.iter().enumerate() {
            let Some(says) = self.read_as.columns.get(place).copied().flatten() else {
                continue;
            };
            let column = i64::try_from(place + 1).unwrap_or(i64::MAX);
            self.value(&mut line, column, says, undone(value));
        }
        line
    }

    fn value(&mut self, line: &mut Line, column: i64, says: ImportColumn, value: &str) {
        let is_licenses = matches!(says, ImportColumn::Plan | ImportColumn::Licenses);
        let longest = if is_licenses {
            LICENSES_TEXT_MAX
        } else {
            USER_TEXT_MAX
        };
        let fault = if value.contains(REPLACEMENT) {
            Some(ImportFault::OtherEncoding)
        } else if value.contains('\0') {
            Some(ImportFault::Nul)
        } else if value.len() > longest && value.chars().count() > longest {
            Some(ImportFault::TooLong)
        } else {
            None
        };
        if let Some(fault) = fault {
            line.errors.push(error(line.number, column, fault, value));
            return;
        }
        match says {
            ImportColumn::UserId => {
                let user_id = folded(value);
                if user_id.is_empty() {
                    line.errors
                        .push(error(line.number, column, ImportFault::NoUserId, value));
                } else if !self.user_ids.insert(self.hashes.hash_one(&user_id)) {
                    line.errors
                        .push(error(line.number, column, ImportFault::Duplicate, value));
                }
                line.user_id = value.trim().to_owned();
                line.folded = user_id;
            }
            ImportColumn::Plan => line.plans = Some((column, value.to_owned())),
            ImportColumn::Licenses => line.licenses = Some((column, value.to_owned())),
            // What says nothing changes nothing.
            ImportColumn::CanLogIn | ImportColumn::FormerEmployee if value.trim().is_empty() => {}
            ImportColumn::CanLogIn | ImportColumn::FormerEmployee => {
                let Some(flag) = yes_or_no(value) else {
                    line.errors
                        .push(error(line.number, column, ImportFault::NotYesOrNo, value));
                    return;
                };
                if says == ImportColumn::CanLogIn {
                    line.can_log_in = Some((column, flag));
                } else {
                    line.former_employee = Some((column, flag));
                }
            }
            _ => line.texts.push((column, says, value.to_owned())),
        }
    }
}

/// What stands at the head of each column, cut off.
pub(super) fn head(file: File, read_as: &ReadAs) -> io::Result<Vec<String>> {
    let mut records = Records::new(file, read_as.encoding, read_as.separator);
    let record = records.next()?.unwrap_or_default();
    Ok(record.values.iter().map(|cell| said(cell.trim())).collect())
}
