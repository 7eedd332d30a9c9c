//! Users as the lists show them.

use licensing::wire::UserRow;

use crate::db::Tx;
use crate::db::assignments::held;
use crate::db::users::User;
use crate::error::Error;

/// These users, each with the names of their user plans.
pub(crate) async fn rows(tx: &mut Tx, users: Vec<User>) -> Result<Vec<UserRow>, Error> {
    let ids: Vec<i32> = users.iter().map(|user| user.id).collect();
    let mut plans = held::plans(tx, &ids).await?;
    let users = users.into_iter();
    Ok(users
        .map(|user| {
            let plans = plans.remove(&user.id).unwrap_or_default();
            row(user, plans)
        })
        .collect())
}

fn row(user: User, user_plans: Vec<String>) -> UserRow {
    let profile = user.profile;
    UserRow {
        user: user.id,
        user_id: profile.user_id,
        full_name: profile.full_name,
        first_name: profile.first_name,
        last_name: profile.last_name,
        user_type: profile.user_type,
        primary_group: profile.primary_group,
        role: profile.role,
        company: profile.company,
        email: profile.email,
        user_plans,
        can_log_in: profile.can_log_in,
        former_employee: profile.former_employee,
        waiting_for_approval: profile.waiting_for_approval,
        last_sign_in: profile.last_sign_in,
    }
}
