//! Users as CSV: what is exported and how; an import from its file to its end.

use serde::{Deserialize, Serialize};

use crate::assignment::Refusal;
use crate::license::Timestamp;

/// Largest file of an import, in bytes (1 GiB).
pub const IMPORT_MAX: i64 = 1024 * 1024 * 1024;
/// So long a file is kept, in milliseconds (24 hours).
pub const IMPORT_KEPT_MS: i64 = 24 * 60 * 60 * 1000;
/// Most lines of a file that stand for a user.
pub const IMPORT_LINES_MAX: usize = 2_000_000;
/// Most columns of a file.
pub const IMPORT_COLUMNS_MAX: usize = 100;
/// Most lines of each kind that a preview or a result lists; all are counted.
pub const IMPORT_LISTED_MAX: usize = 100;
/// Longest value that is said again, in characters; the rest is cut off.
pub const IMPORT_SAID_MAX: usize = 60;

/// What stands between two values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Separator {
    /// `,`
    #[default]
    Comma,
    /// `;`: what spreadsheets expect where the comma is in numbers.
    Semicolon,
    /// A tab.
    Tab,
}

/// How bytes become text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// UTF-8, with or without its mark.
    #[default]
    Utf8,
    /// UTF-16, the low byte first.
    Utf16Le,
    /// UTF-16, the high byte first.
    Utf16Be,
    /// Windows-1252, Western European.
    Windows1252,
}

/// How a list is exported, beside its filter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportAs {
    /// Between two values.
    #[serde(default)]
    pub separator: Separator,
}

/// What a column of a file says of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportColumn {
    /// User ID: whom a line is about. A file must have it.
    UserId,
    /// First name.
    FirstName,
    /// Last name.
    LastName,
    /// Name of a person, or description of another user.
    FullName,
    /// E-mail address.
    Email,
    /// Primary group.
    Group,
    /// Role.
    Role,
    /// Owning company.
    Company,
    /// User plans, of every owner: an empty cell takes all.
    Plan,
    /// Single licenses, of every owner: an empty cell takes all.
    Licenses,
    /// Whether they can log in.
    CanLogIn,
    /// Whether they left.
    FormerEmployee,
}

/// How a file is read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadAs {
    /// Of its bytes.
    pub encoding: Encoding,
    /// Between two values.
    pub separator: Separator,
    /// What each column says, in order; none: it is passed over.
    pub columns: Vec<Option<ImportColumn>>,
    /// Whether an unknown user ID makes a new user; else it is an error.
    pub create: bool,
}

/// Query of an upload.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadQuery {
    /// Name of the file, for people.
    #[serde(default)]
    pub name: String,
}

/// Looking what a file would do; what is left out is guessed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewImport {
    /// Of its bytes.
    #[serde(default)]
    pub encoding: Option<Encoding>,
    /// Between two values.
    #[serde(default)]
    pub separator: Option<Separator>,
    /// What each column says.
    #[serde(default)]
    pub columns: Option<Vec<Option<ImportColumn>>>,
    /// Whether an unknown user ID makes a new user.
    #[serde(default)]
    pub create: bool,
}

/// Doing what was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplyImport {
    /// [`ImportPreview::seen`].
    pub seen: String,
    /// Leaves out every line that is refused; else the first one stops it.
    #[serde(default)]
    pub leave_out: bool,
}

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// The file is here.
    Uploaded,
    /// It is being looked at.
    Previewing,
    /// It was looked at.
    Previewed,
    /// It is being done.
    Running,
    /// It was stopped, or ended half-way; it goes on behind [`Import::line`].
    Stopped,
    /// The line behind [`Import::line`] was refused.
    Refused,
    /// All of it is done; the file is gone.
    Done,
}

/// One's own imports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imports {
    /// The latest first.
    pub imports: Vec<Import>,
}

/// An import, from its file to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// Id.
    pub import: String,
    /// Name of the file.
    pub name: String,
    /// Its size in bytes.
    pub size: i64,
    /// How far it is.
    pub state: ImportState,
    /// When the file came; it is kept for [`IMPORT_KEPT_MS`].
    pub uploaded_at: Timestamp,
    /// How the file is read.
    pub read_as: ReadAs,
    /// What stands at the head of each column.
    pub head: Vec<String>,
    /// Every line up to this one is done, or while it is looked at: read.
    pub line: i64,
    /// What it would do.
    pub preview: Option<ImportPreview>,
    /// What it did so far.
    pub done: ImportCounts,
    /// The first lines that were refused while it was done.
    pub refused: Vec<ImportError>,
}

/// Lines by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportCounts {
    /// New users.
    pub created: usize,
    /// Users who changed.
    pub updated: usize,
    /// Users who are so already.
    pub unchanged: usize,
    /// Lines that are wrong or refused.
    pub refused: usize,
    /// Of those who changed: marked as former employees, and still holding licenses.
    pub proposed: usize,
}

/// What a file would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportPreview {
    /// All lines.
    pub counts: ImportCounts,
    /// Number of the last line.
    pub lines: i64,
    /// Whether it can be done at all: the file has a column of user IDs and could be read to its end.
    pub usable: bool,
    /// Seats that it frees, by license.
    pub frees: Vec<ImportFrees>,
    /// The first lines that are wrong or refused.
    pub errors: Vec<ImportError>,
    /// The first lines that take licenses from somebody.
    pub freeing: Vec<ImportRow>,
    /// The first lines that mark somebody as a former employee who holds licenses: these stay, and are proposed to be freed.
    pub proposed: Vec<ImportRow>,
    /// The first lines that change something.
    pub changing: Vec<ImportRow>,
    /// What was seen, for [`ApplyImport`].
    pub seen: String,
}

/// A license of which an import frees seats.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportFrees {
    /// Id of the module.
    pub module: i32,
    /// Name for people.
    pub description: String,
    /// From so many users.
    pub users: usize,
}

/// A line that changes something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRow {
    /// Number of the line.
    pub line: i64,
    /// User ID.
    pub user_id: String,
    /// Name for people, afterwards.
    pub full_name: String,
    /// A new user.
    pub created: bool,
    /// What changes beside licenses.
    pub fields: Vec<ImportColumn>,
    /// Names (for people) of the licenses that they are given.
    pub gets: Vec<String>,
    /// Names (for people) of the licenses that are taken from them; of who is proposed: what they hold.
    pub loses: Vec<String>,
}

/// Something that is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportError {
    /// Number of the line on which the user begins; a value may go over several lines.
    pub line: i64,
    /// Number of the column, from 1; 0: the line as a whole.
    pub column: i64,
    /// What is wrong.
    pub fault: ImportFault,
    /// The value, cut off after [`IMPORT_SAID_MAX`].
    pub value: String,
}

/// What is wrong with a line, or a value of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportFault {
    /// No column is the user ID, or two say the same of a user.
    Columns,
    /// More than [`IMPORT_COLUMNS_MAX`] columns.
    TooManyColumns,
    /// More than [`IMPORT_LINES_MAX`] lines: the rest was not read.
    TooManyLines,
    /// A quotation mark has no end: what follows it was not read.
    UnclosedQuote,
    /// The line has more or fewer values than there are columns.
    OtherColumns,
    /// Not of the encoding that the file is read in.
    OtherEncoding,
    /// It has a NUL.
    Nul,
    /// Longer than [`super::USER_TEXT_MAX`] characters.
    TooLong,
    /// There is no user ID.
    NoUserId,
    /// A line before has the same user ID.
    Duplicate,
    /// There is no such user, and none is to be made.
    UnknownUser,
    /// A user needs a name.
    NoName,
    /// Neither yes nor no.
    NotYesOrNo,
    /// Nobody sells this license.
    NotSold,
    /// Several owners sell a license of this name: it needs its owner, as OWNER.module.
    Ambiguous,
    /// A single license in the column of plans, or a plan in that of single licenses.
    OtherColumn,
    /// It would free what was not seen: look again what the file does.
    FreesUnseen,
    /// The rules refuse it.
    Refused(Refusal),
}
