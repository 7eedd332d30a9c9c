//! A file that is imported, in the small model: what each of its lines makes of a user.

use std::fmt::Write as _;

use super::rules::{HIDDEN, Model, Names, SOLD, USERS, User, is_wrong};
use crate::seats::Luck;

/// Which of what is sold is a plan.
const PLANS: [&str; 3] = ["basic", "sales", "service"];

/// A file: its columns, and a line for each of some users.
#[derive(Clone, Debug)]
pub(super) struct File {
    /// Whether it has a column of plans, of single licenses, of logging in, of leaving.
    columns: [bool; 4],
    lines: Vec<(usize, User)>,
    /// Leaves out the lines that are refused; else one stops it for all.
    pub(super) leave_out: bool,
}

impl File {
    pub(super) fn random(luck: &mut Luck, model: &Model) -> Self {
        let mut lines = Vec::new();
        for user in 0..USERS {
            if luck.below(2) == 0 {
                continue;
            }
            let mut line = model.users[user].clone();
            for _ in 0..luck.below(3) {
                let name = luck.of(&SOLD);
                if !line.given.remove(name) {
                    line.given.insert(name);
                }
            }
            match luck.below(8) {
                0 => line.former_employee = !line.former_employee,
                1 => line.can_log_in = !line.can_log_in,
                _ => {}
            }
            lines.push((user, line));
        }
        Self {
            columns: [(); 4].map(|()| luck.below(3) > 0),
            lines,
            leave_out: luck.below(3) > 0,
        }
    }

    /// As it is uploaded.
    pub(super) fn text(&self) -> String {
        let names = ["plan", "licenses", "can_log_in", "former_employee"];
        let mut text = "user_id".to_owned();
        for (name, _) in names.iter().zip(self.columns).filter(|(_, has)| *has) {
            let _ = write!(text, ";{name}");
        }
        text.push('\n');
        for (user, line) in &self.lines {
            let cell = |plans: bool| {
                let names = line
                    .given
                    .iter()
                    .filter(|name| PLANS.contains(name) == plans);
                names.copied().collect::<Vec<_>>().join(" ")
            };
            let flag = |flag: bool| if flag { "yes" } else { "no" }.to_owned();
            let cells = [
                cell(true),
                cell(false),
                flag(line.can_log_in),
                flag(line.former_employee),
            ];
            let _ = write!(text, "u{user}");
            for (cell, _) in cells.iter().zip(self.columns).filter(|(_, has)| *has) {
                let _ = write!(text, ";{cell}");
            }
            text.push('\n');
        }
        text
    }

    /// Does it line by line, or says that a line is refused.
    pub(super) fn apply(&self, model: &mut Model) -> bool {
        for (user, line) in &self.lines {
            let before = model.clone();
            let done = self.line(&mut model.users[*user], line) && !model.is_short(&before);
            if !done {
                *model = before;
                if !self.leave_out {
                    return false;
                }
            }
        }
        true
    }

    fn line(&self, user: &mut User, line: &User) -> bool {
        let [plans, licenses, can_log_in, former_employee] = self.columns;
        let was = user.clone();
        let of_file = |name: &&&str| {
            if PLANS.contains(*name) {
                plans
            } else {
                licenses
            }
        };
        let stays = was.given.iter().filter(|name| !of_file(name));
        let mut given: Names = stays
            .chain(line.given.iter().filter(of_file))
            .copied()
            .collect();
        let gained: Names = given.difference(&was.given).copied().collect();
        let left = if former_employee {
            line.former_employee
        } else {
            was.former_employee
        };
        let leaves = left && !was.former_employee;
        let can = if can_log_in {
            line.can_log_in
        } else {
            was.can_log_in && !leaves
        };
        if leaves {
            // The mark frees nothing.
            given.extend(was.given.iter());
        }
        let refused = match left {
            true if leaves => !gained.is_empty() || can,
            true => !gained.is_empty() || (can && !was.can_log_in),
            false => false,
        };
        *user = User {
            given,
            can_log_in: can,
            former_employee: left,
        };
        !refused && !gained.iter().any(|name| HIDDEN.contains(name)) && !is_wrong(&user.given)
    }
}
