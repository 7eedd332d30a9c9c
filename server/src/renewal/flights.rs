//! One question per owner at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use licensing::license::OwnerName;
use licensing::wire::{CheckResult, ErrorCode};
use tokio::sync::watch;

/// What came of a question; why nothing came of it was logged.
type Landed = Result<CheckResult, ErrorCode>;

/// Questions that are under way. Cheap to clone; clones agree.
#[derive(Clone, Debug, Default)]
pub struct Flights {
    under_way: Arc<Mutex<HashMap<OwnerName, watch::Receiver<Option<Landed>>>>>,
}

impl Flights {
    /// Whether a question is under way.
    #[must_use]
    pub fn is_under_way(&self, owner: &OwnerName) -> bool {
        self.lock().contains_key(owner)
    }

    /// Joins the question that is under way, or begins one, which goes on when nobody waits for it any more. `over` is
    /// called when it is under way no more.
    pub(crate) fn join<Q, O>(
        &self,
        owner: &OwnerName,
        question: Q,
        over: O,
    ) -> impl Future<Output = Landed> + use<Q, O>
    where
        Q: Future<Output = Landed> + Send + 'static,
        O: FnOnce() + Send + 'static,
    {
        let mut under_way = self.lock();
        let mut landing = match under_way.get(owner) {
            Some(landing) => landing.clone(),
            None => {
                let (land, landing) = watch::channel(None);
                under_way.insert(owner.clone(), landing.clone());
                let flight = Flight {
                    owner: owner.clone(),
                    flights: self.clone(),
                };
                tokio::spawn(async move {
                    let landed = question.await;
                    drop(flight);
                    over();
                    // Whoever waited may have gone.
                    drop(land.send(Some(landed)));
                });
                landing
            }
        };
        drop(under_way);
        async move {
            match landing.wait_for(Option::is_some).await {
                Ok(landed) => landed.clone().unwrap_or(Err(ErrorCode::Internal)),
                // It crashed.
                Err(_) => Err(ErrorCode::Internal),
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<OwnerName, watch::Receiver<Option<Landed>>>> {
        // Nothing in here is left half done by a panic.
        self.under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A question under way: over when it is dropped, however it ended.
struct Flight {
    owner: OwnerName,
    flights: Flights,
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.flights.lock().remove(&self.owner);
    }
}
