//! What handlers take from a request, parsed once: ids, bodies, queries, the reader's language. What does not parse
//! is refused here with the code that fits.

use crate::{
    layers,
    problem::{Language, Problem},
};
use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Path, Query, Request, rejection::JsonRejection},
    http::{StatusCode, request::Parts},
};
use eightcount_domain::{
    ChoreographyId, Extra, FailureCode, PerformanceId, SongId, StageName, StepId, TakeKey,
};
use eightcount_storage::ResumableId;
use serde::de::DeserializeOwned;
use std::{collections::BTreeMap, convert::Infallible, str::FromStr};

/// An id in an address.
pub trait Named: FromStr {
    /// Its place in the route's pattern.
    const PLACE: &'static str;
    /// What a text that is no such id is answered with.
    const UNKNOWN: FailureCode;
}

macro_rules! named {
    ($($id:ty: $place:literal, $unknown:ident;)*) => {
        $(impl Named for $id {
            const PLACE: &'static str = $place;
            const UNKNOWN: FailureCode = FailureCode::$unknown;
        })*
    };
}

named! {
    SongId: "song", UnknownSong;
    PerformanceId: "performance", UnknownPerformance;
    StepId: "step", UnknownStep;
    ChoreographyId: "choreography", UnknownChoreography;
    TakeKey: "take", UnknownTake;
    EightIndex: "eight", UnknownEight;
    ResumableId: "upload", UnknownUpload;
    Stage: "stage", NotFound;
    Extra: "extra", NotFound;
}

/// Which eight of a choreography.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EightIndex(pub u32);

impl FromStr for EightIndex {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// Which stage of a choreography.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage(pub StageName);

impl FromStr for Stage {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        StageName::ALL.into_iter().find(|stage| stage.as_str() == text).map(Self).ok_or(())
    }
}

/// The id of the wanted kind in the address.
#[derive(Clone, Debug)]
pub struct Id<T>(pub T);

impl<S: Send + Sync, T: Named> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let unknown = || Problem::new(T::UNKNOWN);
        let path = Path::<BTreeMap<String, String>>::from_request_parts(parts, state).await;
        let Path(path) = path.map_err(|_| unknown())?;
        path.get(T::PLACE).and_then(|text| text.parse().ok()).map(Self).ok_or_else(unknown)
    }
}

/// A JSON body.
#[derive(Clone, Debug)]
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(rejection) => Err(of_json(&rejection)),
        }
    }
}

fn of_json(rejection: &JsonRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Problem::new(FailureCode::TooLarge);
    }
    Problem::new(FailureCode::BadRequest).with_status(rejection.status()).with_hint(&rejection.body_text())
}

/// The parameters after the question mark.
#[derive(Clone, Debug)]
pub struct Asked<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(asked)) => Ok(Self(asked)),
            Err(rejection) => Err(Problem::new(FailureCode::BadRequest).with_hint(&rejection.body_text())),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Language {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(layers::language(&parts.headers))
    }
}
