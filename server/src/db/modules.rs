//! Modules: one row for every module that an owner ever sold here, with its counter.
//!
//! A module keeps its id over new licenses; one that disappeared has nothing to give. The counters are moved by
//! [`super::assignments`] and set by an activation, by nobody else.

use licensing::license::{LicenseType, ModuleLicense, ModuleName};
use sqlx::FromRow;

use super::{Tx, on_tx};
use crate::error::Error;

/// A module as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// Id.
    pub id: i32,
    /// Id of the owner.
    pub owner_id: i32,
    /// Code name.
    pub name: ModuleName,
    /// What the license says of it, and its counter.
    pub stock: Stock,
    /// Whether it is in the license in force.
    pub in_license: bool,
    /// Which plan sets the counter was counted under.
    pub set_revision: i64,
}

/// What a license says of a module, and its counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stock {
    /// Name for people.
    pub description: String,
    /// Type.
    pub license_type: LicenseType,
    /// Whether it brings others.
    pub user_plan: bool,
    /// Not shown unless asked for.
    pub hidden: bool,
    /// Without a ceiling.
    pub unrestricted: bool,
    /// The owner's order.
    pub sort_order: i32,
    /// Place in the license.
    pub position: i32,
    /// How many may be in use; 0 where nothing can be assigned.
    pub total: i32,
    /// How many are in use.
    pub in_use: i32,
}

impl Stock {
    /// What a license says of a module at this place, of which so many are in use.
    #[must_use]
    pub fn of(module: &ModuleLicense, position: i32, in_use: i32) -> Self {
        let for_users = module.license_type == LicenseType::UserLicense;
        Self {
            description: module.module_description.clone(),
            license_type: module.license_type,
            user_plan: module.is_user_plan(),
            hidden: module.is_hidden,
            unrestricted: for_users && module.unrestricted,
            sort_order: module.sort_order,
            position,
            total: if for_users {
                module.number_of_licenses
            } else {
                0
            },
            in_use,
        }
    }
}

/// How each type of license is stored: by its documented name.
const LICENSE_TYPES: [(LicenseType, &str); 4] = [
    (LicenseType::Unknown, "Unknown"),
    (LicenseType::SiteLicense, "SiteLicense"),
    (LicenseType::SatelliteLicense, "SatelliteLicense"),
    (LicenseType::UserLicense, "UserLicense"),
];

fn license_type_text(license_type: LicenseType) -> &'static str {
    LICENSE_TYPES
        .iter()
        .find(|(known, _)| *known == license_type)
        .map_or("Unknown", |(_, text)| text)
}

fn license_type_of(text: &str) -> Result<LicenseType, sqlx::Error> {
    LICENSE_TYPES
        .iter()
        .find(|(_, known)| *known == text)
        .map(|(license_type, _)| *license_type)
        .ok_or_else(|| sqlx::Error::Decode(format!("no type of license: {text}").into()))
}

#[derive(FromRow)]
struct Row {
    id: i32,
    owner_id: i32,
    name: String,
    description: String,
    license_type: String,
    user_plan: bool,
    hidden: bool,
    unrestricted: bool,
    in_license: bool,
    sort_order: i32,
    position: i32,
    total: i32,
    in_use: i32,
    set_revision: i64,
}

impl TryFrom<Row> for Module {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.id,
            owner_id: row.owner_id,
            name: row
                .name
                .parse()
                .map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
            stock: Stock {
                description: row.description,
                license_type: license_type_of(&row.license_type)?,
                user_plan: row.user_plan,
                hidden: row.hidden,
                unrestricted: row.unrestricted,
                sort_order: row.sort_order,
                position: row.position,
                total: row.total,
                in_use: row.in_use,
            },
            in_license: row.in_license,
            set_revision: row.set_revision,
        })
    }
}

/// The module of this id.
///
/// # Errors
/// Those of the database.
pub async fn one(tx: &mut Tx, id: i32) -> Result<Option<Module>, Error> {
    let row: Option<Row> = on_tx!(tx, connection => {
        sqlx::query_as(
            "select id, owner_id, name, description, license_type, user_plan, hidden, unrestricted, in_license, \
             sort_order, position, total, in_use, set_revision from module where id = $1",
        )
        .bind(id)
        .fetch_optional(connection)
        .await
    })?;
    Ok(row.map(Module::try_from).transpose()?)
}

/// Every module of every owner, also those that are sold no more: by owner, visible ones first, then in the owner's order.
///
/// # Errors
/// Those of the database.
pub async fn all(tx: &mut Tx) -> Result<Vec<Module>, Error> {
    let rows: Vec<Row> = on_tx!(tx, connection => {
        sqlx::query_as(
            "select id, owner_id, name, description, license_type, user_plan, hidden, unrestricted, in_license, \
             sort_order, position, total, in_use, set_revision from module \
             order by owner_id, hidden, sort_order, position, id",
        )
        .fetch_all(connection)
        .await
    })?;
    Ok(rows
        .into_iter()
        .map(Module::try_from)
        .collect::<Result<_, _>>()?)
}

/// Takes the rows of all modules of an owner, in order of their ids: until the end of this transaction no counter moves.
///
/// # Errors
/// Those of the database.
pub async fn take(tx: &mut Tx, owner_id: i32) -> Result<Vec<Module>, Error> {
    let ids: Vec<(i32,)> = on_tx!(tx, connection => {
        sqlx::query_as("select id from module where owner_id = $1 order by id")
            .bind(owner_id)
            .fetch_all(connection)
            .await
    })?;
    let mut modules = Vec::with_capacity(ids.len());
    for (id,) in ids {
        // Writing nothing takes the row; one statement for all of them would take them in an order of its own.
        let row: Row = on_tx!(tx, connection => {
            sqlx::query_as(
                "update module set in_use = in_use where id = $1 \
                 returning id, owner_id, name, description, license_type, user_plan, hidden, unrestricted, in_license, \
                 sort_order, position, total, in_use, set_revision",
            )
            .bind(id)
            .fetch_one(connection)
            .await
        })?;
        modules.push(Module::try_from(row)?);
    }
    Ok(modules)
}

/// Stores a module that is sold for the first time.
///
/// # Errors
/// Those of the database.
pub async fn insert(
    tx: &mut Tx,
    owner_id: i32,
    name: &ModuleName,
    stock: &Stock,
    set_revision: i64,
) -> Result<(), Error> {
    on_tx!(tx, connection => {
        sqlx::query(
            "insert into module (owner_id, name, in_license, description, license_type, user_plan, hidden, unrestricted, \
             sort_order, position, total, in_use, set_revision) \
             values ($1, $2, true, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(owner_id)
        .bind(name.as_str())
        .bind(stock.description.as_str())
        .bind(license_type_text(stock.license_type))
        .bind(stock.user_plan)
        .bind(stock.hidden)
        .bind(stock.unrestricted)
        .bind(stock.sort_order)
        .bind(stock.position)
        .bind(stock.total)
        .bind(stock.in_use)
        .bind(set_revision)
        .execute(connection)
        .await
        .map(drop)
    })?;
    Ok(())
}

/// Stores what the new license says of a module that was sold before. Total and counter change in one statement: a
/// CHECK cannot wait.
///
/// # Errors
/// Those of the database.
pub async fn update(tx: &mut Tx, id: i32, stock: &Stock, set_revision: i64) -> Result<(), Error> {
    on_tx!(tx, connection => {
        sqlx::query(
            "update module set in_license = true, description = $1, license_type = $2, user_plan = $3, hidden = $4, \
             unrestricted = $5, sort_order = $6, position = $7, total = $8, in_use = $9, set_revision = $10 where id = $11",
        )
        .bind(stock.description.as_str())
        .bind(license_type_text(stock.license_type))
        .bind(stock.user_plan)
        .bind(stock.hidden)
        .bind(stock.unrestricted)
        .bind(stock.sort_order)
        .bind(stock.position)
        .bind(stock.total)
        .bind(stock.in_use)
        .bind(set_revision)
        .bind(id)
        .execute(connection)
        .await
        .map(drop)
    })?;
    Ok(())
}

/// Stores that a module is in the license no more: there is nothing of it to give.
///
/// # Errors
/// Those of the database.
pub async fn retire(tx: &mut Tx, id: i32, set_revision: i64) -> Result<(), Error> {
    on_tx!(tx, connection => {
        sqlx::query(
            "update module set in_license = false, unrestricted = false, total = 0, in_use = 0, set_revision = $1 \
             where id = $2",
        )
        .bind(set_revision)
        .bind(id)
        .execute(connection)
        .await
        .map(drop)
    })?;
    Ok(())
}
