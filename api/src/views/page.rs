//! Lists in pages.

use crate::problem::Problem;
use eightcount_domain::FailureCode;
use eightcount_storage::{Listed, Page};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Items of a page when nobody says.
const PAGE_ITEMS: u32 = 50;

/// Which part of a list is wanted.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Number of items, 1 to 200; 50 when missing.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// `next` of the page before.
    pub after: Option<String>,
}

impl TryFrom<PageQuery> for Page {
    type Error = Problem;

    fn try_from(asked: PageQuery) -> Result<Self, Problem> {
        let bad = |_| Problem::new(FailureCode::BadRequest).with_hint("`after` is not the `next` of a page");
        let after = asked.after.map(|text| text.parse().map_err(bad)).transpose()?;
        Ok(Self { limit: asked.limit.unwrap_or(PAGE_ITEMS), after })
    }
}

/// One page of a list, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Paged<T> {
    /// The items.
    pub items: Vec<T>,
    /// Name it as `after` to get the next page; none when this is the last.
    pub next: Option<String>,
}

impl<T> Paged<T> {
    /// Of what the records listed.
    pub fn of<U>(listed: Listed<U>, view: impl FnMut(U) -> T) -> Self {
        Self {
            items: listed.items.into_iter().map(view).collect(),
            next: listed.next.map(|cursor| cursor.to_string()),
        }
    }
}
