//! The description of the API, made from the handlers themselves.

use crate::{
    problem::{PROBLEM_JSON, ProblemBody},
    routes,
};
use utoipa::{
    OpenApi as _,
    openapi::{Content, OpenApi, Ref, Response, ResponseBuilder},
};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Eightcount",
        description = "A song becomes a dance: upload a song, choose a section, choose a step for each eight, watch \
            the cross-edit grow, download it.\n\nEvery refusal is a problem (RFC 9457) with a stable `code`, in \
            English or Korean by `Accept-Language`.",
        license(name = "GPL-3.0-or-later", identifier = "GPL-3.0-or-later"),
    ),
    tags(
        (name = "songs", description = "The user's music"),
        (name = "uploads", description = "Files that come in pieces, by tus 1.0.0: after a lost connection they go on"),
        (name = "performances", description = "Dance videos, and the steps they were cut into"),
        (name = "choreographies", description = "One user's work on one section of a song"),
        (name = "service", description = "For operators and programs"),
    ),
    components(schemas(ProblemBody)),
)]
struct Described;

/// The `OpenAPI` document of all routes.
pub fn openapi() -> OpenApi {
    let mut document = Described::openapi();
    document.merge(routes::timed().into_openapi());
    document.merge(routes::unhurried().into_openapi());
    for (path, item) in &mut document.paths.paths {
        if path.starts_with("/api/") {
            let operations = [
                &mut item.get,
                &mut item.put,
                &mut item.post,
                &mut item.patch,
                &mut item.delete,
                &mut item.head,
            ];
            for operation in operations.into_iter().flatten() {
                let responses = &mut operation.responses.responses;
                responses.entry("default".to_owned()).or_insert_with(|| any_problem().into());
            }
        }
    }
    document
}

/// What every address may answer.
fn any_problem() -> Response {
    let body = Content::new(Some(Ref::from_schema_name("ProblemBody")));
    ResponseBuilder::new()
        .description("Any other problem: `bad_request`, `unavailable`, `internal`")
        .content(PROBLEM_JSON, body)
        .build()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_document() {
        insta::assert_json_snapshot!(openapi());
    }

    #[test]
    fn every_operation_says_what_it_does_and_how_it_refuses() {
        let document = serde_json::to_value(openapi()).unwrap();
        let mut seen = std::collections::BTreeSet::<String>::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let told = operation["summary"].as_str().is_some_and(|summary| summary.len() > 5);
                assert!(told, "{method} {path} has no summary");
                assert!(operation["tags"][0].is_string(), "{method} {path} has no tag");
                let id = operation["operationId"].as_str().unwrap();
                assert!(seen.insert(id.to_owned()), "{id} names two operations");
                let refusals = operation["responses"].as_object().unwrap();
                let refuses =
                    refusals.iter().any(|(_, r)| r["content"]["application/problem+json"].is_object());
                assert!(refuses || !path.starts_with("/api/"), "{method} {path} never refuses");
            }
        }
    }
}
