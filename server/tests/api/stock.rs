//! A console that was filled as `zetel seed` fills it: a signed license and the users who hold it.
//!
//! `stock::for_each_database(|owner| …, async |console, owner| …)`: the first says what is sold, the second is the test.
//! What is sold is written in a few words: `plan("sales", 21).brings(&["crm"])`, `seats("maps", 12).needs("crm")`.

use std::path::PathBuf;

use licensing::license::{
    License, LicenseType, ModuleLicense, ModuleName, Timestamp, USER_PLAN, UserType,
};
use licensing::samples;
use licensing::wire::{UserLicense, UserLicenses, Users, path, paths};
use serde_json::{Value, json};
use server::db::assignments::count::{self, Recounted};
use server::db::{on_tx, owners, view};
use server::error::Error;

use crate::harness::{Browser, Console, NOW, for_each_database_with};

/// Whose licenses these are.
pub(crate) const OWNER: &str = samples::FJORDMAPS;
/// When the first license was installed: 22 days ago.
pub(crate) const INSTALLED_AT: Timestamp = Timestamp(NOW.0 - 22 * 24 * 60 * 60 * 1000);

/// An owner who sells, and whom the console trusts.
pub(crate) struct Owner {
    folder: tempfile::TempDir,
}

impl Owner {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let jwk = serde_json::to_string(&samples::root().public()).expect("it serializes");
        std::fs::create_dir(folder.path().join("roots")).expect("a folder can be made");
        std::fs::write(folder.path().join("roots/root.jwk"), jwk).expect("a file can be written");
        Self { folder }
    }

    /// A license of these modules.
    pub(crate) fn license(&self, sequence: u64, modules: Vec<Module>) -> License {
        let mut license: License = serde_json::from_value(json!({
            "company_name": samples::installation().company_name, "serial_nr": samples::installation().serial_nr,
            "owner_name": OWNER, "sequence": sequence, "issued_at": INSTALLED_AT.to_string(), "module_licenses": [],
        }))
        .expect("a license");
        license.module_licenses = modules.into_iter().map(|module| module.0).collect();
        license
    }

    /// Fills a console with a license and users, each as (user ID, what they are given).
    pub(crate) async fn fill(
        &self,
        console: &Console,
        license: &License,
        users: &[(&str, &[&str])],
    ) {
        let users = users
            .iter()
            .map(|(user_id, given)| user(user_id, given))
            .collect();
        self.fill_with(console, license, users)
            .await
            .expect("the file is right");
    }

    /// Fills a console with a license and users, each as a line of the file says it.
    pub(crate) async fn fill_with(
        &self,
        console: &Console,
        license: &License,
        users: Vec<Value>,
    ) -> Result<(), String> {
        let file = self.file(license);
        let head = [
            json!({ "installation": samples::installation() }),
            json!({ "license": { "file": file, "installed_at": INSTALLED_AT } }),
        ];
        let users = users.into_iter().map(|user| json!({ "user": user }));
        let lines: Vec<String> = head
            .into_iter()
            .chain(users)
            .map(|line| line.to_string())
            .collect();
        self.fill_from(console, &lines.join("\n")).await
    }

    /// Fills a console from a file of this text.
    pub(crate) async fn fill_from(&self, console: &Console, text: &str) -> Result<(), String> {
        let path = console.folder().join("seed.jsonl");
        std::fs::write(&path, text).expect("a file can be written");
        let filled = server::seed::run(&console.state, &path).await;
        filled.map_err(|error| error.to_string())
    }

    /// A license as a file.
    pub(crate) fn file(&self, license: &License) -> PathBuf {
        let path = self.folder.path().join(format!("{}.lic", license.sequence));
        std::fs::write(&path, samples::signed(license)).expect("a file can be written");
        path
    }
}

/// A user, as a line of the file says it.
pub(crate) fn user(user_id: &str, given: &[&str]) -> Value {
    let given: Vec<String> = given
        .iter()
        .map(|module| format!("{OWNER}.{module}"))
        .collect();
    json!({
        "user_id": user_id, "first_name": user_id, "last_name": "Jansen", "full_name": format!("{user_id} Jansen"),
        "email": format!("{user_id}@example.com"), "user_type": "InternalAssociate", "primary_group": "Sales",
        "role": "User", "can_log_in": true, "former_employee": false, "last_sign_in": NOW.0, "assignments": given,
    })
}

/// Runs a test on a console that trusts an owner, once per database.
pub(crate) async fn for_each_database(test: impl AsyncFn(Console, &Owner)) {
    let owner = Owner::new();
    let roots = owner.folder.path().join("roots");
    for_each_database_with(
        |config| config.roots = Some(roots.clone()),
        async |console| test(console, &owner).await,
    )
    .await;
}

/// A module that is sold.
#[derive(Clone)]
pub(crate) struct Module(ModuleLicense);

/// So many seats of a module.
pub(crate) fn seats(name: &str, total: i32) -> Module {
    Module(samples::user_license(
        OWNER,
        name,
        &name.to_uppercase(),
        total,
    ))
}

/// So many seats of a module that only plans bring.
pub(crate) fn hidden(name: &str, total: i32) -> Module {
    let mut module = seats(name, total);
    module.0.is_hidden = true;
    module
}

/// A user plan, so many times.
pub(crate) fn plan(name: &str, total: i32) -> Module {
    let mut module = seats(name, total);
    module.0.extra_flags = USER_PLAN;
    module
}

/// A module for everyone.
pub(crate) fn site(name: &str) -> Module {
    let mut module = seats(name, 1);
    module.0.license_type = LicenseType::SiteLicense;
    module
}

impl Module {
    /// A plan that brings these.
    pub(crate) fn brings(mut self, set: &[&str]) -> Self {
        self.0.extra_info = format!("set={}", set.join(","));
        self
    }

    /// A plan of a group, of which a user holds one.
    pub(crate) fn of_group(mut self, group: &str) -> Self {
        self.0.plan_group = Some(group.to_owned());
        self
    }

    /// Only for who holds this one.
    pub(crate) fn needs(mut self, first: &str) -> Self {
        self.0.prerequisite_module_name = Some(first.parse().expect("a name"));
        self
    }

    /// Only for this kind of user.
    pub(crate) fn for_type(mut self, user_type: UserType) -> Self {
        self.0.allowed_user_type = user_type;
        self
    }

    /// Without a ceiling.
    pub(crate) fn unrestricted(mut self) -> Self {
        self.0.unrestricted = true;
        self
    }
}

/// Code names.
pub(crate) fn names(names: &[&str]) -> Vec<ModuleName> {
    let names = names.iter();
    names.map(|name| name.parse().expect("a name")).collect()
}

/// The user license of this name, with its use.
pub(crate) async fn license(browser: &Browser, name: &str) -> UserLicense {
    let all: UserLicenses = browser.get(paths::USER_LICENSES).await.json();
    let mut licenses = all.licenses.into_iter();
    let found = licenses.find(|license| license.module.as_str() == name);
    found.unwrap_or_else(|| panic!("there is no {name}"))
}

/// An address under a module.
pub(crate) async fn under(browser: &Browser, route: &str, module: &str) -> String {
    path(route, license(browser, module).await.id)
}

/// Id of the user with this user ID.
pub(crate) async fn id(browser: &Browser, user_id: &str) -> i32 {
    let query = format!("{}?search={user_id}", paths::USERS);
    let found: Users = browser.get(&query).await.json();
    let mut found = found.users.into_iter();
    let user = found.find(|user| user.user_id == user_id);
    user.unwrap_or_else(|| panic!("there is no {user_id}")).user
}

/// A number that a statement finds.
pub(crate) async fn number(console: &Console, statement: &'static str) -> i64 {
    let number: Result<i64, Error> = view!(&console.state.db, tx => {
        Ok(on_tx!(tx, connection => sqlx::query_scalar(statement).fetch_one(connection).await)?)
    });
    number.expect("the statement finds a number")
}

/// The counters, each as "maps 3", after they were found equal to what the assignments say.
pub(crate) async fn counters(console: &Console) -> Vec<String> {
    let recounted: Result<Vec<Recounted>, Error> = view!(&console.state.db, tx => {
        let owner = owners::all(tx).await?.remove(0);
        count::recount(tx, owner.id).await
    });
    let recounted = recounted.expect("there is a license").into_iter();
    recounted
        .map(|counter| {
            assert_eq!(counter.in_use, counter.counted, "{}", counter.module);
            format!("{} {}", counter.module, counter.in_use)
        })
        .collect()
}
