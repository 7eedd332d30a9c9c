//! Users and what they are given, many in one transaction.

use std::collections::{BTreeMap, HashSet};

use licensing::assignment::{Assignments, Moves, Refusal, may_assign};
use licensing::license::{License, OwnerName, UserType};
use licensing::wire::ErrorCode;
use serde_json::json;

use super::SeedError;
use super::file::SeedUser;
use crate::State;
use crate::db::assignments::{self, Group, NotWritten};
use crate::db::audit::{self, Act, Entry};
use crate::db::users::{self, Profile};
use crate::db::{Tx, licenses, owners, transaction, view};
use crate::error::Error;

/// Fills in users, batch by batch.
pub(super) struct Filling<'a> {
    state: &'a State,
    sold: BTreeMap<OwnerName, (i32, License)>,
    /// Combinations that were found allowed: a handful, however many users.
    allowed: HashSet<(UserType, OwnerName, Assignments)>,
}

/// Of each owner: users by what they are given.
type Given<'a> = BTreeMap<&'a OwnerName, BTreeMap<Assignments, Vec<i32>>>;

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
        let given: Vec<BTreeMap<&OwnerName, Assignments>> = batch
            .iter()
            .map(|user| self.checked(user))
            .collect::<Result<_, _>>()?;
        let profiles: Vec<&Profile> = batch.iter().map(|user| &user.profile).collect();
        let filled: Result<(), Error> = transaction!(&self.state.db, tx => {
            let ids = users::insert(tx, &profiles).await?;
            let mut groups = Given::new();
            for (id, given) in ids.into_iter().zip(&given) {
                for (owner, assignments) in given {
                    let of_owner = groups.entry(owner).or_default();
                    of_owner.entry(assignments.clone()).or_default().push(id);
                }
            }
            self.write(tx, groups).await?;
            self.record(tx, batch.len()).await
        });
        filled.map_err(|error| SeedError::of_lines(first.line, last.line, error))
    }

    /// What a user is given, by owner; refused when the license or the user's kind does not allow it.
    fn checked<'b>(
        &mut self,
        user: &'b SeedUser,
    ) -> Result<BTreeMap<&'b OwnerName, Assignments>, SeedError> {
        let mut given: BTreeMap<&OwnerName, Assignments> = BTreeMap::new();
        for (owner, module) in &user.assignments {
            given.entry(owner).or_default().insert(module.clone());
        }
        for (owner, assignments) in &given {
            let user_type = user.profile.user_type;
            let combination = (user_type, (*owner).clone(), assignments.clone());
            if self.allowed.contains(&combination) {
                continue;
            }
            let fault = |what| SeedError {
                line: user.line,
                what,
            };
            let (_, license) = self
                .sold
                .get(owner)
                .ok_or_else(|| fault(format!("there is no license of {owner}")))?;
            if let Some(refusal) = first_refusal(license, user_type, assignments) {
                return Err(fault(format!("not allowed: {refusal:?}")));
            }
            self.allowed.insert(combination);
        }
        Ok(given)
    }

    async fn write(&self, tx: &mut Tx, groups: Given<'_>) -> Result<(), Error> {
        for (owner, groups) in groups {
            let (owner_id, _) = self.sold.get(owner).ok_or(Error::NotFound)?;
            let sold = assignments::sold(tx, *owner_id).await?;
            let steps: Vec<_> = groups
                .into_iter()
                .map(|(assignments, users)| Group::of_new(users).to(assignments))
                .collect();
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
