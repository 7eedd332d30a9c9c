//! A file as records of texts, read piece by piece: what is kept in memory does not depend on what is in the file.
//!
//! `csv-core` splits what `encoding_rs` decoded. The `csv` crate itself reads a record whole, however long: a quotation mark that
//! is never closed would be the rest of the file, 1 GiB of it.

use std::io::{self, Read};

use csv_core::{ReadRecordResult, Reader, ReaderBuilder, Terminator};
use encoding_rs::{CoderResult, Decoder, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use licensing::wire::{Encoding, IMPORT_COLUMNS_MAX, ImportFault, Separator};

/// Most text of one record, in bytes; what is longer is named, and passed over.
const RECORD_MAX: usize = 64 * 1024;
/// Bytes that are read at once.
const READ_BYTES: usize = 64 * 1024;
/// Most lines that one value may go over before it is taken for one whose quotation mark has no end.
const VALUE_LINES_MAX: i64 = 1_000;

/// One record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Record {
    /// The line on which it begins, from 1.
    pub(super) line: i64,
    /// Its values.
    pub(super) values: Vec<String>,
    /// What is wrong with its form: number of the column, from 1, or 0.
    pub(super) fault: Option<(i64, ImportFault)>,
    /// Nothing can be read behind it.
    pub(super) last: bool,
}

/// The records of a file, one after the other.
pub(super) struct Records<R> {
    file: R,
    decoder: Decoder,
    reader: Reader,
    /// Read, not decoded.
    bytes: Vec<u8>,
    /// Decoded; `at` is where the next record begins.
    text: Vec<u8>,
    at: usize,
    ended: bool,
    line: i64,
    output: Vec<u8>,
    ends: Vec<usize>,
}

pub(super) fn byte_of(separator: Separator) -> u8 {
    match separator {
        Separator::Comma => b',',
        Separator::Semicolon => b';',
        Separator::Tab => b'\t',
    }
}

impl<R: Read> Records<R> {
    /// Reads from here. A mark at the beginning (BOM) is passed over.
    pub(super) fn new(file: R, encoding: Encoding, separator: Separator) -> Self {
        let decoder = match encoding {
            Encoding::Utf8 => UTF_8.new_decoder_with_bom_removal(),
            Encoding::Utf16Le => UTF_16LE.new_decoder_with_bom_removal(),
            Encoding::Utf16Be => UTF_16BE.new_decoder_with_bom_removal(),
            Encoding::Windows1252 => WINDOWS_1252.new_decoder_without_bom_handling(),
        };
        Self {
            file,
            decoder,
            reader: ReaderBuilder::new()
                .delimiter(byte_of(separator))
                .terminator(Terminator::CRLF)
                .build(),
            bytes: vec![0; READ_BYTES],
            text: Vec::new(),
            at: 0,
            ended: false,
            line: 1,
            output: vec![0; RECORD_MAX],
            ends: vec![0; IMPORT_COLUMNS_MAX + 1],
        }
    }

    /// Reads and decodes more, unless the file has ended.
    fn more(&mut self) -> io::Result<()> {
        // A part of a character is no text yet.
        while self.at == self.text.len() && !self.ended {
            let read = self.file.read(&mut self.bytes)?;
            self.ended = read == 0;
            // Three bytes of text for one of the file is the most that there is.
            self.text.resize(READ_BYTES * 3 + 16, 0);
            let (result, _, written, _) =
                self.decoder
                    .decode_to_utf8(&self.bytes[..read], &mut self.text, self.ended);
            if result == CoderResult::OutputFull {
                return Err(io::Error::other("the decoded text has no room"));
            }
            self.text.truncate(written);
            self.at = 0;
        }
        Ok(())
    }

    /// Passes over the ends of lines before a record; answers whether there is one.
    fn begins(&mut self) -> io::Result<bool> {
        loop {
            self.more()?;
            while let Some(byte) = self.text.get(self.at) {
                match byte {
                    b'\n' => self.line += 1,
                    b'\r' => {}
                    _ => return Ok(true),
                }
                self.at += 1;
            }
            self.more()?;
            if self.at == self.text.len() {
                return Ok(false);
            }
        }
    }

    /// The next record; none: the file has ended.
    pub(super) fn next(&mut self) -> io::Result<Option<Record>> {
        if !self.begins()? {
            return Ok(None);
        }
        let mut record = Record {
            line: self.line,
            ..Record::default()
        };
        let (mut written, mut ended) = (0, 0);
        loop {
            self.more()?;
            let at_end = self.at == self.text.len();
            // The end of the file ends a line; inside quotation marks it does not.
            let input = if at_end {
                &b"\n"[..]
            } else {
                &self.text[self.at..]
            };
            let (result, read, wrote, ends) = self.reader.read_record(
                input,
                &mut self.output[written..],
                &mut self.ends[ended..],
            );
            if !at_end {
                let passed = &self.text[self.at..self.at + read];
                let lines = passed.iter().filter(|byte| **byte == b'\n').count();
                self.line += i64::try_from(lines).unwrap_or(i64::MAX);
                self.at += read;
            }
            written += wrote;
            ended += ends;
            let column = i64::try_from(ended + 1).unwrap_or(i64::MAX);
            match result {
                ReadRecordResult::Record => break,
                ReadRecordResult::InputEmpty if at_end => {
                    record.fault = Some((column, ImportFault::UnclosedQuote));
                    record.last = true;
                    return Ok(Some(record));
                }
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => {
                    record.fault.get_or_insert((column, ImportFault::TooLong));
                    // What was kept of the record is not used any more.
                    written = 0;
                }
                ReadRecordResult::OutputEndsFull => {
                    let column = i64::try_from(IMPORT_COLUMNS_MAX + 1).unwrap_or(i64::MAX);
                    record
                        .fault
                        .get_or_insert((column, ImportFault::TooManyColumns));
                    ended = 0;
                    written = 0;
                }
                ReadRecordResult::End => return Ok(None),
            }
            if self.line - record.line > VALUE_LINES_MAX {
                record.fault = Some((column, ImportFault::UnclosedQuote));
                record.last = true;
                return Ok(Some(record));
            }
        }
        if record.fault.is_none() {
            let mut begin = 0;
            for end in &self.ends[..ended] {
                // What was decoded is UTF-8, and separators cut between characters.
                record
                    .values
                    .push(String::from_utf8_lossy(&self.output[begin..*end]).into_owned());
                begin = *end;
            }
        }
        Ok(Some(record))
    }
}

/// The separator that the first line has most of.
pub(super) fn separator_of(first_line: &str) -> Separator {
    let mut counts = [
        (Separator::Comma, 0),
        (Separator::Semicolon, 0),
        (Separator::Tab, 0),
    ];
    let mut quoted = false;
    for byte in first_line.bytes() {
        quoted ^= byte == b'"';
        for (separator, count) in &mut counts {
            *count += usize::from(!quoted && byte == byte_of(*separator));
        }
    }
    // The first of equals: the comma.
    let most = counts.iter().rev().max_by_key(|(_, count)| *count);
    most.map_or(Separator::Comma, |(separator, _)| *separator)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], encoding: Encoding) -> Vec<Record> {
        let mut records = Records::new(bytes, encoding, Separator::Comma);
        let mut all = Vec::new();
        while let Some(record) = records.next().expect("bytes can be read") {
            let last = record.last;
            all.push(record);
            if last {
                break;
            }
        }
        all
    }

    fn texts(bytes: &[u8], encoding: Encoding) -> Vec<(i64, String)> {
        let records = read(bytes, encoding).into_iter();
        records
            .map(|record| {
                assert_eq!(record.fault, None);
                (record.line, record.values.join("|"))
            })
            .collect()
    }

    #[test]
    fn lines_are_counted_as_an_editor_does_over_blank_ones_and_ends_within_values() {
        let text = b"\xef\xbb\xbfa,b\r\n\r\n1,\"x\r\ny\"\n\n2,\"q\"\"q\"";
        let expected = [(1, "a|b"), (3, "1|x\r\ny"), (6, "2|q\"q")];
        let expected = expected.map(|(line, text)| (line, text.to_owned()));
        assert_eq!(texts(text, Encoding::Utf8), expected);
    }

    #[test]
    fn every_encoding_is_decoded_and_what_is_none_of_it_is_marked() {
        assert_eq!(
            texts(b"\xff\xfeZ\0o\0\xeb\0", Encoding::Utf16Le)[0].1,
            "Zoë"
        );
        assert_eq!(
            texts(b"\xfe\xff\0Z\0o\0\xeb", Encoding::Utf16Be)[0].1,
            "Zoë"
        );
        assert_eq!(texts(b"Zo\xeb \x80", Encoding::Windows1252)[0].1, "Zoë €");
        assert_eq!(texts(b"Zo\xeb", Encoding::Utf8)[0].1, "Zo\u{fffd}");
    }

    #[test]
    fn a_value_of_ten_megabytes_is_named_and_what_follows_is_read() {
        let mut text = b"a,b\n1,".to_vec();
        text.extend(vec![b'x'; 10_000_000]);
        text.extend(b"\n2,y\n");
        let records = read(&text, Encoding::Utf8);
        assert_eq!(
            (records[1].line, records[1].fault.clone()),
            (2, Some((2, ImportFault::TooLong)))
        );
        assert_eq!(
            (records[2].line, records[2].values.join("|")),
            (3, "2|y".to_owned())
        );
    }

    #[test]
    fn a_quotation_mark_without_an_end_is_named_where_its_record_begins() {
        for rest in [String::new(), "x\n".repeat(2_000), "x,".repeat(100_000)] {
            let text = format!("a,b\n1,\"{rest}");
            let records = read(text.as_bytes(), Encoding::Utf8);
            let last = records.last().expect("there is one");
            assert!(last.last);
            assert_eq!(
                (last.line, last.fault.clone()),
                (2, Some((2, ImportFault::UnclosedQuote)))
            );
        }
    }

    #[test]
    fn more_columns_than_are_read_are_named() {
        let text = format!("{}\n1\n", "c,".repeat(500));
        let records = read(text.as_bytes(), Encoding::Utf8);
        assert_eq!(records[0].fault, Some((101, ImportFault::TooManyColumns)));
        assert_eq!(records[1].values, ["1"]);
    }

    #[test]
    fn the_separator_is_the_one_that_the_first_line_has_most_of() {
        for (line, expected) in [
            ("a;b;\"x,y,z\"", Separator::Semicolon),
            ("a\tb", Separator::Tab),
            ("a,b", Separator::Comma),
            ("a", Separator::Comma),
        ] {
            assert_eq!(separator_of(line), expected, "{line}");
        }
    }
}
