//! What waits or happened by itself, as data: the comparison, which link stands above the table, why it waits, and what
//! changed under an open dialog.

use licensing::compare::{Block, Comparison, ModuleChange, Use, Uses, compare};
use licensing::wire::{Activation, Offer, Origin, OwnerView};

/// What the license that waits changes; none when nothing waits.
pub(super) fn of_offer(owner: &OwnerView) -> Option<Comparison> {
    let offer = owner.offer.as_ref()?;
    let current = owner.installed.as_ref();
    let uses = uses(owner, |usage| usage);
    let comparison = compare(current.map(|it| &it.license), &offer.license, &uses);
    Some(comparison.with_keys(current.map(|it| it.key.as_str()), &offer.key))
}

/// What the license that was activated by itself changed; none when there is none to look at.
pub(super) fn of_activated(owner: &OwnerView) -> Option<Comparison> {
    let activated = owner.activated.as_ref()?;
    let installed = owner.installed.as_ref()?;
    let uses = uses(owner, |usage| Use {
        in_use_after: usage.in_use,
        excluded: 0,
        ..usage
    });
    let comparison = compare(activated.before.as_ref(), &installed.license, &uses);
    Some(comparison.with_keys(activated.key_before.as_deref(), &installed.key))
}

fn uses(owner: &OwnerView, seen: fn(Use) -> Use) -> Uses {
    // One by one: collecting at once sorts, and sorting is several KB of the client.
    let mut uses = Uses::new();
    for module in &owner.modules {
        uses.insert(module.module.clone(), seen(module.usage));
    }
    uses
}

/// Why a license waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// Something blocks it.
    Blocked,
    /// It came from a file.
    File,
    /// It is for another serial number.
    Registration,
    /// It takes something away.
    Asks,
    /// New licenses are not activated by themselves here.
    AskMe,
    /// It was blocked when it came, and is no more.
    Free,
}

/// Why a license waits, the weightiest reason first.
pub(super) fn why(owner: &OwnerView, offer: &Offer, comparison: &Comparison) -> Why {
    if comparison.is_blocked() {
        return Why::Blocked;
    }
    match offer.origin {
        Origin::File => Why::File,
        Origin::Registration => Why::Registration,
        Origin::LicenseServer if comparison.asks_for_a_person() => Why::Asks,
        Origin::LicenseServer if owner.activation == Activation::AskMe => Why::AskMe,
        Origin::LicenseServer => Why::Free,
    }
}

/// The modules that block, in the list's order.
pub(super) fn blocking(comparison: &Comparison) -> Vec<(&ModuleChange, Block)> {
    let modules = comparison.modules.iter();
    modules
        .filter_map(|module| Some((module, module.blocks?)))
        .collect()
}

/// What an open dialog showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    offer: Option<(u64, String)>,
    installed: Option<(u64, String)>,
}

impl Shown {
    /// What is shown of an owner.
    pub(super) fn of(owner: &OwnerView) -> Self {
        let offer = owner.offer.as_ref();
        let installed = owner.installed.as_ref();
        Self {
            offer: offer.map(|offer| (offer.license.sequence, offer.sha256.clone())),
            installed: installed.map(|it| (it.license.sequence, it.sha256.clone())),
        }
    }
}

/// What became of a license that was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// A newer one waits in its place.
    Replaced {
        /// Sequence that was shown.
        old: u64,
        /// Sequence that waits now.
        new: u64,
    },
    /// It is active: by somebody, or by itself.
    Activated(u64, Option<String>),
    /// It does not wait any more.
    Gone(u64),
    /// It waits still, but what it is compared with is another license.
    Other(u64),
}

/// What became of the license that was shown; none when nothing changed.
pub(super) fn told(shown: &Shown, owner: &OwnerView) -> Option<Told> {
    let now = Shown::of(owner);
    let old = shown.offer.as_ref()?;
    if *shown == now {
        return None;
    }
    if now.installed.as_ref() == Some(old) {
        let by = owner.installed.as_ref()?.activated_by.clone();
        return Some(Told::Activated(old.0, by));
    }
    match now.offer {
        None => Some(Told::Gone(old.0)),
        Some(new) if new != *old => Some(Told::Replaced {
            old: old.0,
            new: new.0,
        }),
        Some(_) => Some(Told::Other(
            now.installed.map_or(0, |installed| installed.0),
        )),
    }
}

#[cfg(test)]
mod tests {
    use licensing::wire::{Activation, Origin};

    use super::{Shown, Told, Why, blocking, of_offer, told, why};
    use crate::screens::licenses::sample::{license, module, owner};

    fn blocked() -> licensing::wire::OwnerView {
        let installed = license(vec![module("sales", "UserLicense", 21)]);
        let offered = license(vec![module("sales", "UserLicense", 18)]);
        owner(Some(installed), Some(offered), &[("sales", 20)])
    }

    fn reason(owner: &licensing::wire::OwnerView) -> Why {
        let offer = owner.offer.as_ref().expect("an offer");
        why(owner, offer, &of_offer(owner).expect("a comparison"))
    }

    #[test]
    fn too_many_seats_in_use_block_and_freed_ones_do_not() {
        let mut owner = blocked();
        assert_eq!(reason(&owner), Why::Blocked);
        let comparison = of_offer(&owner).expect("a comparison");
        let [(module, _)] = blocking(&comparison)[..] else {
            panic!("one module blocks");
        };
        assert_eq!(module.to_remove(), 2);
        owner.modules[0].usage.in_use = 18;
        owner.modules[0].usage.in_use_after = 18;
        assert_eq!(reason(&owner), Why::Free);
        owner.activation = Activation::AskMe;
        assert_eq!(reason(&owner), Why::AskMe);
    }

    #[test]
    fn a_file_waits_because_it_is_one() {
        let mut owner = blocked();
        let offer = owner.offer.as_mut().expect("an offer");
        offer.origin = Origin::File;
        assert_eq!(reason(&owner), Why::Blocked);
        owner.modules.clear();
        assert_eq!(reason(&owner), Why::File);
    }

    #[test]
    fn what_changed_under_an_open_dialog_is_told() {
        let before = blocked();
        let shown = Shown::of(&before);
        assert_eq!(told(&shown, &before), None);

        let mut newer = before.clone();
        let offer = newer.offer.as_mut().expect("an offer");
        offer.license.sequence = 9;
        offer.sha256 = "nine".to_owned();
        let replaced = Told::Replaced { old: 8, new: 9 };
        assert_eq!(told(&shown, &newer), Some(replaced));

        let mut gone = before.clone();
        gone.offer = None;
        assert_eq!(told(&shown, &gone), Some(Told::Gone(8)));

        let mut activated = gone.clone();
        let installed = activated.installed.as_mut().expect("a license");
        installed.license.sequence = 8;
        installed.sha256 = before.offer.expect("an offer").sha256;
        installed.activated_by = Some("Eva".to_owned());
        let by = Told::Activated(8, Some("Eva".to_owned()));
        assert_eq!(told(&shown, &activated), Some(by));
    }
}
