//! The Licenses screen as one answer: every owner, what is in force, what waits, who uses how much.

use std::cmp::Reverse;

use licensing::assignment::Moves;
use licensing::compare::{Use, Uses};
use licensing::envelope::{CLOCK_TOLERANCE_MS, VerifiedLicense, VerifyCode};
use licensing::license::{CivilDate, Installation, Timestamp};
use licensing::standing::{looks_frozen, standing};
use licensing::trust::{Certificate, Trust};
use licensing::wire::{ActivatedByItself, Check, Installed, Licenses, ModuleUse, Offer, OwnerView};

use crate::State;
use crate::activation::{usage, verification};
use crate::config::OwnerConfig;
use crate::db::licenses::{self, Stored};
use crate::db::modules::{self, Module};
use crate::db::owners::{self, Owner};
use crate::db::{Tx, installation, offers, view};
use crate::error::Error;
use crate::retrieval::is_link;

/// The owner whose tab is the first.
pub(super) const FIRST: &str = "SUPEROFFICE";

/// How everything stands now.
///
/// # Errors
/// Those of the database.
pub(crate) async fn licenses(state: &State) -> Result<Licenses, Error> {
    let now = state.clock.now();
    let today = state.clock.today(now);
    let trust = state.trust.now();
    view!(&state.db, tx => {
        let installation = installation::get(tx).await?;
        let all = modules::all(tx).await?;
        let moment = Moment { state, now, today, trust: &trust, installation: installation.as_ref() };
        let mut shown = Vec::new();
        for owner in owners::all(tx).await? {
            let of_owner = all.iter().filter(|module| module.owner_id == owner.id);
            let modules: Vec<&Module> = of_owner.collect();
            shown.extend(moment.owner(tx, owner, &modules).await?);
        }
        shown.sort_by_cached_key(|owner| {
            let first = Reverse(owner.owner.as_str() == FIRST);
            (first, owner.description.to_lowercase(), owner.owner.clone())
        });
        Ok(Licenses { today, now, installation, owners: shown })
    })
}

/// What an answer is about.
struct Moment<'a> {
    state: &'a State,
    now: Timestamp,
    today: CivilDate,
    trust: &'a Trust,
    installation: Option<&'a Installation>,
}

impl Moment<'_> {
    /// An owner; none when it is neither configured nor has anything here.
    async fn owner(
        &self,
        tx: &mut Tx,
        owner: Owner,
        modules: &[&Module],
    ) -> Result<Option<OwnerView>, Error> {
        let configured = self.state.config.owner.get(&owner.name);
        let in_force = licenses::installed(tx, owner.id).await?;
        let waiting = offers::of_owner(tx, owner.id).await?;
        if configured.is_none() && in_force.is_none() && waiting.is_none() {
            return Ok(None);
        }
        let verified = |stored: &Stored| verification::of_stored(stored, self.trust, &owner.name);
        let genuine = in_force.as_ref().map(verified);
        // What is trusted no more is no offer; the next question withdraws it.
        let offered = waiting.and_then(|offer| Some((verified(&offer).ok()?, offer)));
        let (offered, offer) = offered.unzip();
        let certificate = genuine
            .as_ref()
            .and_then(|genuine| genuine.as_ref().ok())
            .or(offered.as_ref())
            .map(VerifiedLicense::certificate);
        let uses = uses(tx, owner.id, in_force.as_ref(), offer.as_ref(), modules).await?;
        let activated = activated_by_itself(tx, in_force.as_ref()).await?;
        let problem = genuine
            .as_ref()
            .and_then(|genuine| Some(genuine.as_ref().err()?.code));
        let check = self.check(&owner, configured, certificate);
        Ok(Some(OwnerView {
            id: owner.id,
            description: description(&owner, configured, certificate),
            revision: owner.revision,
            activation: owner.activation,
            installed: in_force.map(|stored| self.installed(stored, problem, offer.is_some())),
            offer: offer.map(shown),
            activated,
            modules: uses,
            check,
            store_url: configured
                .and_then(|configured| configured.store_url.clone())
                .or(certificate.and_then(|certificate| certificate.store_url.clone()))
                .filter(|url| is_link(url)),
            contact_url: certificate
                .and_then(|certificate| certificate.contact_url.clone())
                .filter(|url| is_link(url)),
            owner: owner.name,
        }))
    }

    fn installed(
        &self,
        stored: Stored,
        problem: Option<VerifyCode>,
        is_offered: bool,
    ) -> Installed {
        let license = &stored.license;
        // A clock that ran backwards is reported, not guessed around.
        let ahead = license.issued_at > self.now.plus_ms(CLOCK_TOLERANCE_MS);
        Installed {
            sha256: stored.sha256,
            key: stored.key,
            installed_at: stored.installed_at.unwrap_or(stored.received_at),
            activated_by: stored.activated_by,
            origin: stored.origin,
            standing: standing(license, self.today),
            for_former_serial_nr: self
                .installation
                .is_some_and(|installation| !installation.is_for(license)),
            trust_problem: problem.or(ahead.then_some(VerifyCode::IssuedInFuture)),
            looks_frozen: !is_offered && looks_frozen(license, self.today),
            license: stored.license,
        }
    }

    fn check(
        &self,
        owner: &Owner,
        configured: Option<&OwnerConfig>,
        certificate: Option<&Certificate>,
    ) -> Check {
        Check {
            license_url: configured
                .and_then(|configured| configured.license_url.clone())
                .or(certificate.and_then(|certificate| certificate.license_url.clone())),
            running: self.state.flights.is_under_way(&owner.name),
            last_at: owner.check.at,
            last: owner.check.result.clone(),
            next_at: owner.check.next_at,
        }
    }
}

/// The tab's name.
pub(super) fn description(
    owner: &Owner,
    configured: Option<&OwnerConfig>,
    certificate: Option<&Certificate>,
) -> String {
    let certified = certificate.map(|certificate| certificate.description.clone());
    let set = configured.and_then(|configured| configured.description.clone());
    // What a certificate once called it is kept with the owner.
    let kept = (owner.description != owner.name.as_str()).then(|| owner.description.clone());
    certified
        .or(kept)
        .or(set)
        .unwrap_or_else(|| owner.name.to_string())
}

/// Use of every module in force, now and under the offer.
async fn uses(
    tx: &mut Tx,
    owner_id: i32,
    in_force: Option<&Stored>,
    offer: Option<&Stored>,
    modules: &[&Module],
) -> Result<Vec<ModuleUse>, Error> {
    let Some(in_force) = in_force else {
        return Ok(Vec::new());
    };
    let modules = modules.iter().filter(|module| module.in_license);
    let in_use: Moves = modules
        .clone()
        .map(|module| (module.name.clone(), module.stock.in_use))
        .collect();
    let under_offer = match offer {
        Some(offer) => {
            let current = Some(&in_force.license);
            usage::of(tx, owner_id, current, &offer.license, &in_use).await?
        }
        None => Uses::new(),
    };
    let uses = modules.map(|module| {
        let in_use = module.stock.in_use;
        let now = Use {
            in_use,
            in_use_after: in_use,
            excluded: 0,
        };
        ModuleUse {
            id: module.id,
            module: module.name.clone(),
            usage: under_offer.get(&module.name).copied().unwrap_or(now),
        }
    });
    Ok(uses.collect())
}

/// What was activated by itself and nobody has looked at, with the license before it.
async fn activated_by_itself(
    tx: &mut Tx,
    in_force: Option<&Stored>,
) -> Result<Option<ActivatedByItself>, Error> {
    let Some(stored) = in_force.filter(|stored| stored.unseen) else {
        return Ok(None);
    };
    let before = match &stored.replaces {
        Some(id) => licenses::said(tx, id).await?,
        None => None,
    };
    let (before, key_before) = before.unzip();
    Ok(Some(ActivatedByItself {
        sequence: stored.license.sequence,
        at: stored.installed_at.unwrap_or(stored.received_at),
        before,
        key_before,
    }))
}

/// An offer as it is shown.
fn shown(offer: Stored) -> Offer {
    Offer {
        sha256: offer.sha256.clone(),
        key: offer.key.clone(),
        received_at: offer.received_at,
        origin: offer.origin,
        changes_installation: offer.changes_installation.then(|| offer.installation()),
        license: offer.license,
    }
}
