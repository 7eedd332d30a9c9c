//! The uploaded file: where it lies, who may read it, what is known of it from its bytes alone.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;

use axum::body::Body;
use encoding_rs::{Decoder, DecoderResult, UTF_8};
use futures_util::StreamExt as _;
use licensing::wire::{Encoding, ErrorCode, IMPORT_MAX};
use sha2::{Digest as _, Sha256};

use crate::config::Config;
use crate::error::Error;

/// Longest wait for the next piece of an upload.
const PIECE_WAIT: std::time::Duration = std::time::Duration::from_secs(30);
/// Bytes from which the encoding's mark is known.
const MARK_BYTES: usize = 2;

/// Where the files of imports lie, each under the id of its import.
#[derive(Clone, Debug)]
pub(super) struct Folder(PathBuf);

/// What is known of a file that has just come.
#[derive(Clone, Debug)]
pub(super) struct Arrived {
    /// In bytes.
    pub(super) size: i64,
    /// Hexadecimal.
    pub(super) sha256: String,
    /// As its bytes let guess.
    pub(super) encoding: Encoding,
}

impl Folder {
    /// As configured: set, else beside the database's file, else among the system's temporary ones.
    pub(super) fn of(config: &Config) -> Self {
        if let Some(folder) = &config.import_folder {
            return Self(folder.clone());
        }
        Self(match config.database_url.strip_prefix("sqlite:") {
            Some(file) => PathBuf::from(format!("{}-imports", file.trim_start_matches("//"))),
            None => {
                let console = crate::auth::sha256(&config.database_url);
                std::env::temp_dir().join(format!("zetel-imports-{}", &console[..16]))
            }
        })
    }

    fn path(&self, id: &str) -> PathBuf {
        self.0.join(format!("{id}.csv"))
    }

    /// Beside it: what the file was seen to free.
    pub(super) fn frees(&self, id: &str) -> PathBuf {
        self.0.join(format!("{id}.frees"))
    }

    /// Makes the folder, for this program's user alone: it fails where the folder is somebody else's.
    fn make(&self) -> io::Result<()> {
        std::fs::create_dir_all(&self.0)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(&self.0, std::fs::Permissions::from_mode(0o700))?;
        }
        Ok(())
    }

    /// A new file for this program's user alone.
    pub(super) fn create(path: &std::path::Path) -> io::Result<File> {
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        options.open(path)
    }

    pub(super) fn open(&self, id: &str) -> io::Result<File> {
        File::open(self.path(id))
    }

    /// What the file was seen to free.
    pub(super) fn open_frees(&self, id: &str) -> io::Result<File> {
        File::open(self.frees(id))
    }

    /// Removes the files of an import; those that are not there are no fault.
    pub(super) fn remove(&self, id: &str) {
        for path in [self.path(id), self.frees(id)] {
            remove(&path);
        }
    }

    /// Removes every file of no import among these.
    pub(super) fn keep(&self, ids: &[String]) {
        let Ok(entries) = std::fs::read_dir(&self.0) else {
            return;
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let (id, end) = name
                .to_str()
                .and_then(|name| name.split_once('.'))
                .unwrap_or_default();
            if matches!(end, "csv" | "frees") && !ids.iter().any(|known| known == id) {
                remove(&entry.path());
            }
        }
    }

    /// Takes in the body of a request as the file of this import. Nothing is left of it when it fails or is given up.
    pub(super) async fn take_in(&self, id: &str, body: Body) -> Result<Arrived, Error> {
        self.make().map_err(full)?;
        let path = self.path(id);
        let mut file = Half(Some((Folder::create(&path).map_err(full)?, path)));
        let mut seen = Seen::new();
        let mut pieces = body.into_data_stream();
        loop {
            let piece = tokio::time::timeout(PIECE_WAIT, pieces.next()).await;
            let Some(piece) = piece.map_err(|late| Error::Unavailable(late.into()))? else {
                break;
            };
            let piece = piece.map_err(|error| Error::Unavailable(error.into()))?;
            if seen.size + length(&piece) > IMPORT_MAX {
                return Err(Error::refused(ErrorCode::TooLarge));
            }
            seen.see(&piece);
            file.write(&piece).map_err(full)?;
        }
        file.whole();
        Ok(seen.arrived())
    }
}

fn length(bytes: &[u8]) -> i64 {
    i64::try_from(bytes.len()).unwrap_or(i64::MAX)
}

/// The disk is full or cannot be written; or somebody cleared the folder, and the file has to be chosen again.
pub(super) fn full(cause: io::Error) -> Error {
    match cause.kind() {
        io::ErrorKind::NotFound => Error::refused(ErrorCode::ImportNotReady),
        _ => Error::Unavailable(cause.into()),
    }
}

fn remove(path: &std::path::Path) {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::warn!(%error, "a file of an import was not removed");
        }
        _ => {}
    }
}

/// A file that is removed unless it becomes whole.
struct Half(Option<(File, PathBuf)>);

impl Half {
    fn write(&mut self, piece: &[u8]) -> io::Result<()> {
        match &mut self.0 {
            Some((file, _)) => file.write_all(piece),
            None => Ok(()),
        }
    }

    fn whole(mut self) {
        self.0 = None;
    }
}

impl Drop for Half {
    fn drop(&mut self) {
        if let Some((_, path)) = &self.0 {
            remove(path);
        }
    }
}

/// What the bytes say while they pass.
struct Seen {
    size: i64,
    sha256: Sha256,
    begin: Vec<u8>,
    utf8: Decoder,
    is_utf8: bool,
}

impl Seen {
    fn new() -> Self {
        Self {
            size: 0,
            sha256: Sha256::new(),
            begin: Vec::new(),
            utf8: UTF_8.new_decoder_with_bom_removal(),
            is_utf8: true,
        }
    }

    fn see(&mut self, piece: &[u8]) {
        self.size += length(piece);
        self.sha256.update(piece);
        let wanted = MARK_BYTES.saturating_sub(self.begin.len());
        self.begin.extend(piece.iter().take(wanted));
        self.decode(piece, false);
    }

    fn decode(&mut self, mut piece: &[u8], last: bool) {
        let mut text = [0; 4096];
        while self.is_utf8 {
            let (result, read, _) = self
                .utf8
                .decode_to_utf8_without_replacement(piece, &mut text, last);
            piece = &piece[read..];
            match result {
                DecoderResult::InputEmpty => return,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => self.is_utf8 = false,
            }
        }
    }

    fn arrived(mut self) -> Arrived {
        self.decode(&[], true);
        let encoding = match self.begin[..] {
            [0xff, 0xfe] => Encoding::Utf16Le,
            [0xfe, 0xff] => Encoding::Utf16Be,
            _ if self.is_utf8 => Encoding::Utf8,
            _ => Encoding::Windows1252,
        };
        Arrived {
            size: self.size,
            sha256: hex(self.sha256),
            encoding,
        }
    }
}

/// A hash, hexadecimal.
pub(super) fn hex(hash: Sha256) -> String {
    let hash = hash.finalize();
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The first line of a file, as far as it matters for guessing.
pub(super) fn first_line(mut file: File, encoding: Encoding) -> io::Result<String> {
    let mut begin = vec![0; 64 * 1024];
    let read = file.read(&mut begin)?;
    let encoding = match encoding {
        Encoding::Utf8 => UTF_8,
        Encoding::Utf16Le => encoding_rs::UTF_16LE,
        Encoding::Utf16Be => encoding_rs::UTF_16BE,
        Encoding::Windows1252 => encoding_rs::WINDOWS_1252,
    };
    let (text, _) = encoding.decode_with_bom_removal(&begin[..read]);
    let line = text.lines().find(|line| !line.trim().is_empty());
    Ok(line.unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoding(pieces: &[&[u8]]) -> Encoding {
        let mut seen = Seen::new();
        for piece in pieces {
            seen.see(piece);
        }
        seen.arrived().encoding
    }

    #[test]
    fn the_encoding_is_guessed_from_the_mark_or_from_all_bytes() {
        assert_eq!(encoding(&[b"\xff", b"\xfea\0"]), Encoding::Utf16Le);
        assert_eq!(encoding(&[b"\xfe\xff\0a"]), Encoding::Utf16Be);
        assert_eq!(encoding(&[b"\xef\xbb\xbfZo\xc3", b"\xab"]), Encoding::Utf8);
        assert_eq!(encoding(&[b""]), Encoding::Utf8);
        assert_eq!(encoding(&[b"Zo\xeb de Wit"]), Encoding::Windows1252);
        assert_eq!(
            encoding(&[b"cut off in a character \xc3"]),
            Encoding::Windows1252
        );
    }
}
