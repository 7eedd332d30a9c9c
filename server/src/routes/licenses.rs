//! Routes of licenses.

use super::Routes;

/// Its routes.
pub(super) fn routes() -> Routes {
    Routes::default()
}
