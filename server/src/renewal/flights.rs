//! One question per owner at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use licensing::license::OwnerName;
use licensing::wire::{CheckResult, ErrorCode};
use tokio::sync::watch;
use tokio::task::AbortHandle;

/// What came of a question; why nothing came of it was logged.
type Landed = Result<CheckResult, ErrorCode>;

/// Questions that are under way. Cheap to clone; clones agree.
#[derive(Clone, Debug, Default)]
pub struct Flights {
    under_way: Arc<Mutex<UnderWay>>,
}

type UnderWay = HashMap<OwnerName, (watch::Receiver<Option<Landed>>, AbortHandle)>;

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
            Some((landing, _)) => landing.clone(),
            None => {
                let (land, landing) = watch::channel(None);
                let flight = Flight {
                    owner: owner.clone(),
                    flights: self.clone(),
                };
                // The map is locked: it is over after it was put in, however fast it is.
                let task = tokio::spawn(async move {
                    let landed = question.await;
                    drop(flight);
                    over();
                    // Whoever waited may have gone.
                    drop(land.send(Some(landed)));
                });
                under_way.insert(owner.clone(), (landing.clone(), task.abort_handle()));
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

    /// Drops every question that is under way: the console stops.
    pub(crate) fn stop(&self) {
        for (_, task) in self.lock().values() {
            task.abort();
        }
    }

    fn lock(&self) -> MutexGuard<'_, UnderWay> {
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use licensing::wire::CheckOutcome;
    use tokio::sync::oneshot;

    use super::*;

    fn landed(outcome: CheckOutcome) -> Landed {
        let detail = String::new();
        Ok(CheckResult { outcome, detail })
    }

    #[tokio::test]
    async fn whoever_asks_while_it_is_asked_joins() {
        let flights = Flights::default();
        let owner: OwnerName = "OWNER".parse().expect("a name");
        let over = Arc::new(AtomicUsize::new(0));
        let count = || {
            let over = over.clone();
            move || {
                over.fetch_add(1, Ordering::SeqCst);
            }
        };
        let (land, landing) = oneshot::channel();
        let first = flights.join(&owner, async { landing.await.expect("it lands") }, count());
        let second = flights.join(&owner, async { panic!("it is asked already") }, count());
        assert!(flights.is_under_way(&owner));
        land.send(landed(CheckOutcome::UpToDate))
            .expect("it is awaited");
        assert_eq!(first.await, landed(CheckOutcome::UpToDate));
        assert_eq!(second.await, landed(CheckOutcome::UpToDate));
        assert!(!flights.is_under_way(&owner));
        assert_eq!(over.load(Ordering::SeqCst), 1);
        let again = flights.join(&owner, async { landed(CheckOutcome::Behind) }, count());
        assert_eq!(again.await, landed(CheckOutcome::Behind));
    }

    #[tokio::test]
    async fn a_question_that_crashed_is_over() {
        let flights = Flights::default();
        let owner: OwnerName = "OWNER".parse().expect("a name");
        let crashed = flights.join(&owner, async { panic!("as the test wants it") }, || ());
        assert_eq!(crashed.await, Err(ErrorCode::Internal));
        assert!(!flights.is_under_way(&owner));
    }
}
