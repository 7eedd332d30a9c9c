//! The file that an empty console is filled from: JSON, one item a line. First the installation, then a license of each
//! owner, how its seats were used so far and the companies, then the users, whose ids are given in the order of the
//! lines.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use licensing::assignment::Assignments;
use licensing::license::{CivilDate, Installation, ModuleName, OwnerName, Timestamp, UserType};
use licensing::wire::USER_TEXT_MAX;
use serde::Deserialize;

use super::SeedError;
use crate::db::users::{Profile, folded};

/// Longest line, in bytes.
const LINE_MAX: u64 = 64 * 1024;
/// Most licenses of a user.
const ASSIGNMENTS_MAX: usize = 100;

/// One line.
#[derive(Debug)]
pub(super) enum Item {
    /// Installation or license.
    Head(Head),
    /// A user.
    User(Box<User>),
}

/// What the users stand on.
#[derive(Debug)]
pub(super) enum Head {
    /// Serial number and company.
    Installation(Installation),
    /// A license file.
    License(License),
    /// A company whose people can be users.
    Company(Company),
    /// Seats over time.
    SeatUse(SeatUse),
}

/// One line, as it is written.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Line {
    Installation(Installation),
    License(License),
    Company(Company),
    SeatUse(SeatUse),
    User(Box<User>),
}

impl From<Line> for Item {
    fn from(line: Line) -> Self {
        match line {
            Line::Installation(installation) => Self::Head(Head::Installation(installation)),
            Line::License(license) => Self::Head(Head::License(license)),
            Line::Company(company) => Self::Head(Head::Company(company)),
            Line::SeatUse(seat_use) => Self::Head(Head::SeatUse(seat_use)),
            Line::User(user) => Self::User(user),
        }
    }
}

/// A license that was installed once.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct License {
    /// The file as its owner issued it.
    pub(super) file: PathBuf,
    /// When it came into force.
    pub(super) installed_at: Timestamp,
}

/// A company whose people can be users.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Company {
    /// Its name.
    pub(super) name: String,
    /// Department.
    #[serde(default)]
    pub(super) department: String,
    /// City.
    #[serde(default)]
    pub(super) city: String,
}

/// How many seats of a license were in use, day by day.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeatUse {
    /// Whose.
    pub(super) owner: OwnerName,
    /// Which.
    pub(super) module: ModuleName,
    /// The first day.
    pub(super) since: CivilDate,
    /// In use and bought (none: unlimited), on that day and each after it.
    pub(super) days: Vec<(i32, Option<i32>)>,
}

/// A user as the file writes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct User {
    user_id: String,
    #[serde(default)]
    first_name: String,
    #[serde(default)]
    last_name: String,
    full_name: String,
    #[serde(default)]
    email: String,
    user_type: UserType,
    #[serde(default)]
    primary_group: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    company: String,
    can_log_in: bool,
    #[serde(default)]
    former_employee: bool,
    #[serde(default)]
    waiting_for_approval: bool,
    #[serde(default)]
    last_sign_in: Option<Timestamp>,
    #[serde(default)]
    assignments: Vec<String>,
}

/// A user, checked.
#[derive(Debug)]
pub(super) struct SeedUser {
    /// The line that it stands on.
    pub(super) line: usize,
    /// What is known of them.
    pub(super) profile: Profile,
    /// What they are given.
    pub(super) given: Arc<Given>,
}

/// What users are given; the same value for all who are given the same, in the same words.
#[derive(Debug)]
pub(super) struct Given {
    /// Counted from 0, in the order of the file.
    pub(super) number: usize,
    /// By owner.
    pub(super) by_owner: BTreeMap<OwnerName, Assignments>,
}

/// The lines of a file, one after the other.
pub(super) struct Lines<R> {
    reader: R,
    line: usize,
    buffer: Vec<u8>,
    /// User IDs so far, folded, with their lines.
    user_ids: HashMap<String, usize>,
    /// A handful, however many users.
    given: HashMap<Vec<String>, Arc<Given>>,
}

impl Lines<BufReader<std::fs::File>> {
    /// Opens a file.
    pub(super) fn open(path: &Path) -> Result<Self, SeedError> {
        let file = std::fs::File::open(path).map_err(|cause| SeedError {
            line: 0,
            what: format!("{} cannot be read: {cause}", path.display()),
        })?;
        Ok(Self::new(BufReader::new(file)))
    }
}

impl<R: BufRead> Lines<R> {
    /// Reads from here.
    pub(super) fn new(reader: R) -> Self {
        Self {
            reader,
            line: 0,
            buffer: Vec::new(),
            user_ids: HashMap::new(),
            given: HashMap::new(),
        }
    }

    /// The next item and its line; empty lines are passed over.
    pub(super) fn next(&mut self) -> Result<Option<(usize, Item)>, SeedError> {
        loop {
            self.buffer.clear();
            self.line += 1;
            let mut limited = (&mut self.reader).take(LINE_MAX + 1);
            let read = limited
                .read_until(b'\n', &mut self.buffer)
                .map_err(|cause| self.fault(format!("the file cannot be read: {cause}")))?;
            if read == 0 {
                return Ok(None);
            }
            if read as u64 > LINE_MAX {
                return Err(self.fault(format!("longer than {LINE_MAX} bytes")));
            }
            if !self.buffer.trim_ascii().is_empty() {
                let line: Line = serde_json::from_slice(&self.buffer)
                    .map_err(|cause| self.fault(cause.to_string()))?;
                return Ok(Some((self.line, line.into())));
            }
        }
    }

    /// Checks a user of the line just read.
    pub(super) fn user(&mut self, user: User) -> Result<SeedUser, SeedError> {
        let texts = [
            ("user_id", &user.user_id),
            ("first_name", &user.first_name),
            ("last_name", &user.last_name),
            ("full_name", &user.full_name),
            ("email", &user.email),
            ("primary_group", &user.primary_group),
            ("role", &user.role),
            ("company", &user.company),
        ];
        for (field, text) in texts {
            if text.len() > USER_TEXT_MAX && text.chars().count() > USER_TEXT_MAX {
                return Err(self.fault(format!("{field} has more than {USER_TEXT_MAX} characters")));
            }
        }
        let user_id = folded(&user.user_id);
        if user_id.is_empty() || user.full_name.trim().is_empty() {
            return Err(self.fault("a user needs user_id and full_name".to_owned()));
        }
        if let Some(before) = self.user_ids.insert(user_id, self.line) {
            let user_id = &user.user_id;
            return Err(self.fault(format!("user ID {user_id} is on line {before} already")));
        }
        if user.assignments.len() > ASSIGNMENTS_MAX {
            return Err(self.fault(format!("more than {ASSIGNMENTS_MAX} assignments")));
        }
        Ok(SeedUser {
            line: self.line,
            given: self.given(user.assignments)?,
            profile: Profile {
                user_id: user.user_id,
                first_name: user.first_name,
                last_name: user.last_name,
                full_name: user.full_name,
                email: user.email,
                user_type: user.user_type,
                primary_group: user.primary_group,
                role: user.role,
                company: user.company,
                can_log_in: user.can_log_in,
                former_employee: user.former_employee,
                waiting_for_approval: user.waiting_for_approval,
                last_sign_in: user.last_sign_in,
            },
        })
    }

    fn given(&mut self, written: Vec<String>) -> Result<Arc<Given>, SeedError> {
        if let Some(known) = self.given.get(&written) {
            return Ok(Arc::clone(known));
        }
        let mut by_owner: BTreeMap<OwnerName, Assignments> = BTreeMap::new();
        for assignment in &written {
            let (owner, module) = self.assignment(assignment)?;
            by_owner.entry(owner).or_default().insert(module);
        }
        let given = Arc::new(Given {
            number: self.given.len(),
            by_owner,
        });
        self.given.insert(written, Arc::clone(&given));
        Ok(given)
    }

    fn assignment(&self, written: &str) -> Result<(OwnerName, ModuleName), SeedError> {
        let (owner, module) = written.split_once('.').unwrap_or_default();
        match (owner.parse(), module.parse()) {
            (Ok(owner), Ok(module)) => Ok((owner, module)),
            _ => Err(self.fault(format!("an assignment is OWNER.module, not {written:?}"))),
        }
    }

    fn fault(&self, what: String) -> SeedError {
        SeedError {
            line: self.line,
            what,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: &str = r#"{"user":{"user_id":"Ann","full_name":"Ann Ås","user_type":"InternalAssociate","can_log_in":true,"assignments":["FJORDMAPS.maps"]}}"#;

    fn users(text: &str) -> Result<Vec<SeedUser>, String> {
        let mut lines = Lines::new(text.as_bytes());
        let mut users = Vec::new();
        let mut next = || -> Result<bool, SeedError> {
            match lines.next()? {
                Some((_, Item::User(user))) => users.push(lines.user(*user)?),
                Some(_) => {}
                None => return Ok(false),
            }
            Ok(true)
        };
        while next().map_err(|error| error.to_string())? {}
        Ok(users)
    }

    #[test]
    fn a_user_is_read_with_what_they_are_given() {
        let users = users(ANN).expect("the line is right");
        let by_owner = users[0].given.by_owner.iter();
        let given: Vec<String> = by_owner
            .map(|(owner, modules)| format!("{owner} {modules:?}"))
            .collect();
        assert_eq!(given, ["FJORDMAPS {ModuleName(\"maps\")}"]);
        assert_eq!(users[0].profile.full_name, "Ann Ås");
    }

    #[test]
    fn each_fault_names_its_line() {
        let twice = format!("{ANN}\n\n{}", ANN.replace("Ann\"", "ANN\""));
        let long = ANN.replace("Ann Ås", &"å".repeat(USER_TEXT_MAX + 1));
        let fault = |text: &str| users(text).expect_err("the line is wrong");
        assert_eq!(fault(&twice), "line 3: user ID ANN is on line 1 already");
        assert_eq!(
            fault(&long),
            "line 1: full_name has more than 254 characters"
        );
        assert_eq!(
            fault(&ANN.replace("FJORDMAPS.maps", "maps")),
            "line 1: an assignment is OWNER.module, not \"maps\""
        );
        assert!(fault(&format!("{ANN}\nnonsense")).starts_with("line 2: "));
        assert!(
            fault(
                &ANN.replace("email", "mail")
                    .replace("can_log_in", "may_log_in")
            )
            .starts_with("line 1: unknown field")
        );
        let endless = "x".repeat(LINE_MAX as usize + 1);
        assert_eq!(fault(&endless), "line 1: longer than 65536 bytes");
    }
}
