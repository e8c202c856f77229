//! The connection to Temporal, and the search attributes that must exist on it.

use crate::exit;
use anyhow::{Context, bail};
use eightcount_workflows::contract::SEARCH_ATTRIBUTES;
use std::{collections::HashMap, time::Duration};
use temporalio_client::{
    Client, ClientOptions, Connection, ConnectionOptions, TlsOptions, Url, tonic::IntoRequest,
};
use temporalio_common::protos::temporal::api::{
    enums::v1::IndexedValueType,
    operatorservice::v1::{AddSearchAttributesRequest, ListSearchAttributesRequest},
    workflowservice::v1::DescribeNamespaceRequest,
};

/// How long a server may take to accept a connection.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// How long new search attributes may take to be usable everywhere in a cluster.
const ATTRIBUTES_WITHIN: Duration = Duration::from_secs(30);

/// Connects to the server at `address`: `host:port`, or a URL (`https` for TLS).
pub async fn connect(address: &str, namespace: &str) -> anyhow::Result<Client> {
    let connection = dial(address).await?;
    Client::new(connection, ClientOptions::new(namespace).build()).context("using the Temporal server")
}

async fn dial(address: &str) -> anyhow::Result<Connection> {
    let text = if address.contains("://") { address.to_owned() } else { format!("http://{address}") };
    let url = Url::parse(&text)
        .map_err(|error| exit::usage(format!("the Temporal address {address:?} is not usable: {error}")))?;
    let tls = (url.scheme() == "https").then(TlsOptions::default);
    let options = ConnectionOptions::new(url)
        .identity(format!("eightcount-{}", std::process::id()))
        .connect_timeout(CONNECT_WITHIN)
        .maybe_tls_options(tls)
        .build();
    Connection::connect(options).await.with_context(|| {
        exit::Refusal::Missing(format!("the Temporal server at {address} cannot be reached"))
    })
}

/// Does a server answer there that knows the namespace?
pub async fn check(address: &str, namespace: &str) -> anyhow::Result<()> {
    let connection = dial(address).await?;
    let request = DescribeNamespaceRequest { namespace: namespace.to_owned(), ..Default::default() };
    connection.workflow_service().describe_namespace(request.into_request()).await.with_context(|| {
        exit::Refusal::Missing(format!("the Temporal namespace {namespace:?} is not usable"))
    })?;
    Ok(())
}

/// Creates the search attributes that are missing, and waits until the server knows them.
pub async fn ensure_search_attributes(client: &Client) -> anyhow::Result<()> {
    let namespace = client.options().namespace.clone();
    let missing = missing_attributes(client, &namespace).await?;
    if missing.is_empty() {
        return Ok(());
    }
    let request = AddSearchAttributesRequest { search_attributes: missing, namespace: namespace.clone() };
    let added = client.connection().operator_service().add_search_attributes(request.into_request()).await;
    // Someone else may be adding the same ones: what counts is that they are there.
    let deadline = tokio::time::Instant::now() + ATTRIBUTES_WITHIN;
    while !missing_attributes(client, &namespace).await?.is_empty() {
        if let Err(error) = &added
            && error.code() != temporalio_client::tonic::Code::AlreadyExists
        {
            bail!("the search attributes cannot be created: {}", error.message());
        }
        if tokio::time::Instant::now() > deadline {
            bail!("the Temporal server does not know the new search attributes yet");
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

async fn missing_attributes(client: &Client, namespace: &str) -> anyhow::Result<HashMap<String, i32>> {
    let request = ListSearchAttributesRequest { namespace: namespace.to_owned() };
    let known = client
        .connection()
        .operator_service()
        .list_search_attributes(request.into_request())
        .await
        .context("asking the Temporal server for its search attributes")?
        .into_inner()
        .custom_attributes;
    let mut missing = HashMap::new();
    for (name, kind) in SEARCH_ATTRIBUTES {
        let wanted = indexed_value_type(kind)?;
        match known.get(name) {
            None => {
                missing.insert(name.to_owned(), wanted as i32);
            }
            Some(&found) if found != wanted as i32 => {
                bail!("the Temporal server knows the search attribute {name} with another type than {kind}");
            }
            Some(_) => {}
        }
    }
    Ok(missing)
}

fn indexed_value_type(kind: &str) -> anyhow::Result<IndexedValueType> {
    Ok(match kind {
        "Keyword" => IndexedValueType::Keyword,
        "Int" => IndexedValueType::Int,
        _ => bail!("no search attribute type is called {kind}"),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_attribute_has_a_type_the_server_knows() {
        for (name, kind) in SEARCH_ATTRIBUTES {
            assert!(indexed_value_type(kind).is_ok(), "{name}");
        }
    }
}
