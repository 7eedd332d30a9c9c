//! What can be given: every owner's license in force, the seats that are left as lines take them, and what names mean.

use std::collections::{BTreeMap, HashMap};

use licensing::assignment::{Assignments, Moves};
use licensing::license::{CivilDate, ModuleLicense, ModuleName};
use licensing::standing::{Phase, standing};
use licensing::wire::ImportFault;

use crate::db::assignments::{self, Sold};
use crate::db::users::folded;
use crate::db::{Tx, owners};
use crate::error::Error;

/// Most different cells whose meaning is remembered.
const CELLS_MAX: usize = 10_000;

/// Which of the two columns of licenses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// User plans.
    Plans,
    /// Single licenses.
    Licenses,
}

/// What a cell names, by owner; or the first name of it that is wrong, and why.
pub(super) type Meaning = Result<Vec<Assignments>, (String, ImportFault)>;

/// What one owner sold.
pub(super) struct OfOwner {
    /// Id.
    pub(super) id: i32,
    /// The license in force.
    pub(super) sold: Sold,
    /// Nothing is given of it any more.
    pub(super) ended: bool,
    /// Seats in use, as the lines so far left them.
    pub(super) in_use: Moves,
    /// Names of modules by id.
    pub(super) names: HashMap<i32, ModuleName>,
}

/// What every owner sold, in order of id.
pub(super) struct Catalogue {
    pub(super) owners: Vec<OfOwner>,
    /// What somebody may write for a module: owner and module, its name, its name for people.
    written: HashMap<String, Vec<(usize, ModuleName, bool)>>,
    cells: HashMap<(Kind, String), Meaning>,
}

impl Catalogue {
    pub(super) async fn load(tx: &mut Tx, today: CivilDate) -> Result<Self, Error> {
        let mut found = Vec::new();
        let mut all = owners::all(tx).await?;
        all.sort_by_key(|owner| owner.id);
        for owner in all {
            let sold = match assignments::sold(tx, owner.id).await {
                Err(Error::NotFound) => continue,
                sold => sold?,
            };
            let in_use = sold.in_use();
            let names = in_use.keys().filter_map(|name| {
                let id = sold.ids_of([name]).pop()?;
                Some((id, name.clone()))
            });
            found.push(OfOwner {
                id: owner.id,
                ended: standing(&sold.license, today).phase == Phase::Ended,
                names: names.collect(),
                in_use,
                sold,
            });
        }
        let mut written: HashMap<String, Vec<(usize, ModuleName, bool)>> = HashMap::new();
        for (place, owner) in found.iter().enumerate() {
            let license = &owner.sold.license;
            for name in owner.in_use.keys() {
                let module = license.module(name);
                if !owner.sold.is_user_license(name) {
                    continue;
                }
                let is_plan = module.is_some_and(ModuleLicense::is_user_plan);
                let description = module.map(|module| folded(&module.module_description));
                let short = folded(name.as_str());
                let mut ways = vec![folded(&code(owner, name))];
                ways.extend(description.filter(|description| *description != short));
                ways.push(short);
                for way in ways {
                    let meant = (place, name.clone(), is_plan);
                    written.entry(way).or_default().push(meant);
                }
            }
        }
        Ok(Self {
            owners: found,
            written,
            cells: HashMap::new(),
        })
    }

    /// What a cell names.
    pub(super) fn meaning(&mut self, kind: Kind, cell: &str) -> &Meaning {
        if self.cells.len() > CELLS_MAX {
            self.cells.clear();
        }
        let key = (kind, cell.to_owned());
        if !self.cells.contains_key(&key) {
            let meaning = self.read(kind, cell);
            self.cells.insert(key.clone(), meaning);
        }
        &self.cells[&key]
    }

    /// Names are separated by `;`, `,` or the end of a line; those without blanks also by blanks.
    fn read(&self, kind: Kind, cell: &str) -> Meaning {
        let mut meant = vec![Assignments::new(); self.owners.len()];
        let parts = cell.split([';', ',', '\n', '\r']).map(str::trim);
        for part in parts.filter(|part| !part.is_empty()) {
            match self.one(kind, part) {
                Ok((owner, name)) => {
                    meant[owner].insert(name);
                }
                Err(fault) => {
                    let words: Vec<&str> = part.split_whitespace().collect();
                    if words.len() < 2 {
                        return Err((part.to_owned(), fault));
                    }
                    for word in words {
                        let (owner, name) = self
                            .one(kind, word)
                            .map_err(|fault| (word.to_owned(), fault))?;
                        meant[owner].insert(name);
                    }
                }
            }
        }
        Ok(meant)
    }

    fn one(&self, kind: Kind, name: &str) -> Result<(usize, ModuleName), ImportFault> {
        let known = self
            .written
            .get(&folded(name))
            .ok_or(ImportFault::NotSold)?;
        let mut of_kind = known
            .iter()
            .filter(|(.., is_plan)| *is_plan == (kind == Kind::Plans));
        match (of_kind.next(), of_kind.next()) {
            (None, _) => Err(ImportFault::OtherColumn),
            (Some((owner, name, _)), None) => Ok((*owner, name.clone())),
            (Some(_), Some(_)) => Err(ImportFault::Ambiguous),
        }
    }

    /// Name for people.
    pub(super) fn description(&self, owner: usize, name: &ModuleName) -> String {
        let module = self.owners[owner].sold.license.module(name);
        module.map_or_else(
            || name.to_string(),
            |module| module.module_description.clone(),
        )
    }

    /// What each user was given, by owner.
    pub(super) fn given(
        &self,
        held: &[assignments::held::Held],
    ) -> BTreeMap<i32, Vec<Assignments>> {
        let mut given: BTreeMap<i32, Vec<Assignments>> = BTreeMap::new();
        for held in held {
            for (place, owner) in self.owners.iter().enumerate() {
                if let Some(name) = owner.names.get(&held.module) {
                    let of_user = given.entry(held.user);
                    let of_user =
                        of_user.or_insert_with(|| vec![Assignments::new(); self.owners.len()]);
                    of_user[place].insert(name.clone());
                }
            }
        }
        given
    }
}

/// Owner and module, as they are exported.
pub(super) fn code(owner: &OfOwner, name: &ModuleName) -> String {
    format!("{}.{name}", owner.sold.license.owner_name)
}
