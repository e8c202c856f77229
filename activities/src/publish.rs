//! Publishing a choreography's state: to its record, and to the shared view.

use crate::desk::Desk;
use crate::failure::Failure;
use eightcount_domain::ChoreographyState;

/// An older state than the published one changes nothing.
pub(crate) async fn publish(desk: &Desk, state: ChoreographyState) -> Result<(), Failure> {
    desk.storage.choreo.put_choreography(&state).await?;
    let shared = &desk.storage.shared;
    shared.set_user(&state.id, &(&state).into()).await;
    shared.set_selection(&state.id, &(&state).into()).await;
    shared.publish(&state.id, state.version).await;
    Ok(())
}
