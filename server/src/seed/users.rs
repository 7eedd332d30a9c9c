//! Users and what they are given, many in one transaction.

use std::collections::{BTreeMap, HashSet};

use licensing::assignment::{Assignments, Moves, Refusal, may_assign};
use licensing::license::{License, OwnerName, UserType};
use licensing::wire::ErrorCode;
use serde_json::json;

use super::SeedError;
use super::file::{Given, SeedUser};
use crate::State;
use crate::db::assignments::{self, Group, NotWritten, Step};
use crate::db::audit::{self, Act, Entry};
use crate::db::users::{self, Profile};
use crate::db::{Tx, licenses, owners, transaction, view};
use crate::error::Error;

/// Fills in users, batch by batch.
pub(super) struct Filling<'a> {
    state: &'a State,
    sold: BTreeMap<OwnerName, (i32, License)>,
    /// What was found allowed for which kind of user: a handful, however many users.
    allowed: HashSet<(UserType, usize)>,
}

impl<'a> Filling<'a> {
    /// Begins, after the licenses.
    pub(super) async fn begin(state: &'a State) -> Result<Self, SeedError> {
        let sold: Result<_, Error> = view!(&state.db, tx => {
            let mut sold = BTreeMap::new();
            for owner in owners::all(tx).await? {
                if let Some(license) = licenses::in_force(tx, owner.id).await? {
                    sold.insert(owner.name, (owner.id, license));
                }
            }
            Ok(sold)
        });
        Ok(Self {
            state,
            sold: sold?,
            allowed: HashSet::new(),
        })
    }

    /// Fills in these users. One entry of the audit for all: nobody was touched, they were not there before.
    pub(super) async fn fill(&mut self, batch: &[SeedUser]) -> Result<(), SeedError> {
        let (Some(first), Some(last)) = (batch.first(), batch.last()) else {
            return Ok(());
        };
        for user in batch {
            self.check(user)?;
        }
        let profiles: Vec<&Profile> = batch.iter().map(|user| &user.profile).collect();
        let filled: Result<(), Error> = transaction!(&self.state.db, tx => {
            let ids = users::insert(tx, &profiles).await?;
            self.give(tx, batch, &ids).await?;
            self.record(tx, batch.len()).await
        });
        filled.map_err(|error| SeedError::of_lines(first.line, last.line, &error))
    }

    /// Refuses what the license or the user's kind does not allow.
    fn check(&mut self, user: &SeedUser) -> Result<(), SeedError> {
        let user_type = user.profile.user_type;
        if self.allowed.contains(&(user_type, user.given.number)) {
            return Ok(());
        }
        let fault = |what| SeedError {
            line: user.line,
            what,
        };
        for (owner, assignments) in &user.given.by_owner {
            let (_, license) = self
                .sold
                .get(owner)
                .ok_or_else(|| fault(format!("there is no license of {owner}")))?;
            if let Some(refusal) = first_refusal(license, user_type, assignments) {
                return Err(fault(format!("not allowed: {refusal:?}")));
            }
        }
        self.allowed.insert((user_type, user.given.number));
        Ok(())
    }

    /// Gives new users what the file says, owner by owner.
    async fn give(&self, tx: &mut Tx, batch: &[SeedUser], ids: &[i32]) -> Result<(), Error> {
        let mut groups: BTreeMap<usize, (&Given, Vec<i32>)> = BTreeMap::new();
        for (user, id) in batch.iter().zip(ids) {
            let given = user.given.as_ref();
            let (_, users) = groups.entry(given.number).or_insert((given, Vec::new()));
            users.push(*id);
        }
        for (owner, (owner_id, _)) in &self.sold {
            let steps: Vec<Step> = groups
                .values()
                .filter_map(|(given, users)| {
                    let assignments = given.by_owner.get(owner)?.clone();
                    Some(Group::of_new(users.clone()).to(assignments))
                })
                .collect();
            let sold = assignments::sold(tx, *owner_id).await?;
            let written = assignments::write(tx, &sold, &steps, self.state.clock.now()).await;
            written.map_err(|not_written| match not_written {
                NotWritten::Short(_) => {
                    Error::refused_because(ErrorCode::AssignmentRefused, not_written)
                }
                NotWritten::Failed(error) => error,
            })?;
        }
        Ok(())
    }

    async fn record(&self, tx: &mut Tx, users: usize) -> Result<(), Error> {
        let entry = Entry {
            at: self.state.clock.now(),
            actor: None,
            act: Act::Seeded,
            owner: None,
            detail: json!({ "users": users }),
            users: Vec::new(),
        };
        audit::record(tx, &entry).await
    }
}

/// Why somebody may not be given all of this, seats apart.
fn first_refusal(
    license: &License,
    user_type: UserType,
    assignments: &Assignments,
) -> Option<Refusal> {
    assignments.iter().find_map(|module| {
        let mut others = assignments.clone();
        others.remove(module);
        let refusals = may_assign(license, user_type, &others, module, &Moves::new()).err()?;
        let mut refusals = refusals.into_iter();
        // One of the plans may bring it as well.
        refusals
            .find(|refusal| !matches!(refusal, Refusal::AlreadyAssigned(_) | Refusal::NoSeat(_)))
    })
}
