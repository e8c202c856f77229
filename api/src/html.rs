//! Pages for people, made without scripts. Every text from elsewhere is escaped.

use crate::problem::{Language, Text, status_of};
use eightcount_domain::FailureCode;
use serde_json::Value;
use std::fmt::{self, Write};
use temporalio_client::Url;
use utoipa::openapi::OpenApi;

/// A text, safe between tags and in quoted attributes.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// Running text: escaped, and what stands between backticks as code.
struct Prose<'a>(&'a str);

impl fmt::Display for Prose<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, part) in self.0.split('`').enumerate() {
            if i % 2 == 1 {
                write!(f, "<code>{}</code>", Escaped(part))?;
            } else {
                write!(f, "{}", Escaped(part))?;
            }
        }
        Ok(())
    }
}

/// Where to go from here; without a built studio, also how to get one.
pub fn start(temporal_ui: Option<&Url>, studio: bool) -> String {
    let temporal = temporal_ui.filter(|ui| matches!(ui.scheme(), "http" | "https"));
    let temporal = temporal.map(|ui| {
        let ui = Escaped(ui.as_str());
        format!("<li><a href=\"{ui}\">Temporal Web UI</a>: every choreography and ingest as it runs</li>")
    });
    let studio = if studio {
        "<li><a href=\"/\">The studio</a>: where a dance is made</li>"
    } else {
        "<li>The studio is not built into this program: <code>make build</code> builds it</li>"
    };
    page(
        "Eightcount",
        &format!(
            "<h1>Eightcount</h1>\n<p>A song becomes a dance: upload a song, choose a section, choose a step for each \
             eight, download the cross-edit.</p>\n<ul>\n{studio}\n<li><a href=\"/docs\">How to use the API</a></li>\n\
             <li><a href=\"/api/songs\">Songs</a>, <a href=\"/api/performances\">performances</a>, \
             <a href=\"/api/choreographies\">choreographies</a></li>\n{}\n\
             <li><a href=\"/readyz\">How the service is</a>, <a href=\"/metrics\">its metrics</a></li>\n</ul>",
            temporal.unwrap_or_default()
        ),
    )
}

/// The description of the API.
pub fn docs(document: &OpenApi) -> String {
    // What the document cannot say in JSON it does not say at all.
    let document = serde_json::to_value(document).unwrap_or_default();
    let mut body = String::new();
    // Writing into a string does not fail.
    let _ = write_docs(&mut body, &document);
    page("Eightcount: the API", &body)
}

fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n\
         <link rel=\"stylesheet\" href=\"/docs.css\">\n<body>\n{body}\n</body>\n</html>\n",
        Escaped(title)
    )
}

fn write_docs(out: &mut String, document: &Value) -> fmt::Result {
    writeln!(out, "<h1>Eightcount: the API</h1>")?;
    for paragraph in text(&document["info"]["description"]).split("\n\n") {
        writeln!(out, "<p>{}</p>", Prose(paragraph))?;
    }
    writeln!(
        out,
        "<p>For programs: <a href=\"/api/openapi.json\">OpenAPI</a>. <a href=\"#problems\">Problems</a>.</p>"
    )?;
    let operations = operations(document);
    writeln!(out, "<nav><ul>")?;
    for operation in &operations {
        writeln!(out, "<li><a href=\"#{}\">{}</a></li>", Escaped(operation.id), Escaped(operation.summary))?;
    }
    writeln!(out, "</ul></nav>")?;
    for tag in document["tags"].as_array().into_iter().flatten() {
        let name = text(&tag["name"]);
        writeln!(
            out,
            "<h2>{}</h2>\n<p class=\"soft\">{}</p>",
            Escaped(name),
            Prose(text(&tag["description"]))
        )?;
        for operation in operations.iter().filter(|operation| operation.tag == name) {
            write_operation(out, operation)?;
        }
    }
    write_schemas(out, document)?;
    write_problems(out)
}

struct Operation<'a> {
    id: &'a str,
    tag: &'a str,
    summary: &'a str,
    method: &'a str,
    path: &'a str,
    value: &'a Value,
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, value) in item.as_object().into_iter().flatten() {
            operations.push(Operation {
                id: text(&value["operationId"]),
                tag: text(&value["tags"][0]),
                summary: text(&value["summary"]),
                method,
                path,
                value,
            });
        }
    }
    operations
}

fn write_operation(out: &mut String, operation: &Operation<'_>) -> fmt::Result {
    let Operation { id, summary, method, path, value, .. } = operation;
    write!(
        out,
        "<details id=\"{}\"><summary><span class=\"method\">{}</span><code>{}</code> {}</summary><div>\n<p>{}</p>\n",
        Escaped(id),
        Escaped(&method.to_uppercase()),
        Escaped(path),
        Escaped(summary),
        Prose(text(&value["description"])),
    )?;
    let parameters = value["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    if !parameters.is_empty() {
        writeln!(out, "<table><tr><th>Parameter</th><th>In</th><th>Means</th></tr>")?;
        for parameter in parameters {
            writeln!(
                out,
                "<tr><td><code>{}</code></td><td>{}</td><td>{}</td></tr>",
                Escaped(text(&parameter["name"])),
                Escaped(text(&parameter["in"])),
                Prose(text(&parameter["description"])),
            )?;
        }
        writeln!(out, "</table>")?;
    }
    for (media_type, content) in value["requestBody"]["content"].as_object().into_iter().flatten() {
        writeln!(
            out,
            "<p>Body: {} <span class=\"soft\">{}</span></p>",
            Kind(&content["schema"]),
            Escaped(media_type)
        )?;
    }
    writeln!(out, "<table><tr><th>Status</th><th>Means</th><th>Body</th></tr>")?;
    for (status, response) in value["responses"].as_object().into_iter().flatten() {
        let content = response["content"].as_object().and_then(|content| content.values().next());
        let kind = content.map(|content| Kind(&content["schema"]).to_string()).unwrap_or_default();
        let means = Prose(text(&response["description"]));
        writeln!(out, "<tr><td>{}</td><td>{means}</td><td>{kind}</td></tr>", Escaped(status))?;
    }
    writeln!(out, "</table></div></details>")
}

/// A schema in a few words: a link where it has a name.
struct Kind<'a>(&'a Value);

impl fmt::Display for Kind<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let schema = self.0;
        if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
            return write!(f, "<a href=\"#schema-{0}\">{0}</a>", Escaped(name));
        }
        if let Some(any) = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array()) {
            return write_list(f, any, " or ");
        }
        match &schema["type"] {
            Value::String(kind) if kind == "array" => write!(f, "list of {}", Kind(&schema["items"])),
            Value::String(kind) if kind == "null" => f.write_str("null"),
            Value::String(kind) => write!(f, "{}", Escaped(kind)),
            Value::Array(kinds) => {
                let kinds: Vec<_> = kinds.iter().map(text).collect();
                let list = kinds.contains(&"array");
                write!(f, "{}", Escaped(&kinds.join(" or ")))?;
                if list { write!(f, " of {}", Kind(&schema["items"])) } else { Ok(()) }
            }
            _ => f.write_str("bytes"),
        }
    }
}

fn write_list(f: &mut fmt::Formatter<'_>, schemas: &[Value], between: &str) -> fmt::Result {
    for (i, schema) in schemas.iter().enumerate() {
        if i > 0 {
            f.write_str(between)?;
        }
        write!(f, "{}", Kind(schema))?;
    }
    Ok(())
}

fn write_schemas(out: &mut String, document: &Value) -> fmt::Result {
    writeln!(out, "<h2>Bodies</h2>")?;
    for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
        let means = Prose(text(&schema["description"]));
        writeln!(
            out,
            "<details id=\"schema-{0}\"><summary><code>{0}</code> <span class=\"soft\">{means}</span></summary><div>",
            Escaped(name)
        )?;
        let parts = schema["allOf"].as_array().map_or(std::slice::from_ref(schema), Vec::as_slice);
        for part in parts {
            if let Some(values) = part["enum"].as_array() {
                let values: Vec<_> =
                    values.iter().map(|value| format!("<code>{}</code>", Escaped(text(value)))).collect();
                writeln!(out, "<p>{}</p>", values.join(", "))?;
            } else if let Some(fields) = part["properties"].as_object() {
                write_fields(out, fields)?;
            } else {
                writeln!(out, "<p>{}</p>", Kind(part))?;
            }
        }
        writeln!(out, "</div></details>")?;
    }
    Ok(())
}

fn write_fields(out: &mut String, fields: &serde_json::Map<String, Value>) -> fmt::Result {
    writeln!(out, "<table><tr><th>Field</th><th>Is</th><th>Means</th></tr>")?;
    for (name, field) in fields {
        let means = Prose(text(&field["description"]));
        writeln!(
            out,
            "<tr><td><code>{}</code></td><td>{}</td><td>{means}</td></tr>",
            Escaped(name),
            Kind(field)
        )?;
    }
    writeln!(out, "</table>")
}

fn write_problems(out: &mut String) -> fmt::Result {
    writeln!(
        out,
        "<h2 id=\"problems\">Problems</h2>\n<table><tr><th>Code</th><th>Status</th><th>Means</th></tr>"
    )?;
    for code in FailureCode::ALL {
        let (title, detail) = Text::of(*code).in_language(Language::English);
        let status = status_of(*code).as_u16();
        writeln!(
            out,
            "<tr id=\"{code}\"><td><code>{code}</code></td><td>{status}</td><td><b>{}</b>. {}</td></tr>",
            Escaped(title),
            Prose(detail),
        )?;
    }
    writeln!(out, "</table>")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_comes_from_elsewhere_cannot_become_markup() {
        let page = start(Some(&Url::parse("http://localhost/?\"><script>alert(1)</script>'").unwrap()), true);
        assert!(!page.contains("<script"), "{page}");
        assert!(!start(Some(&Url::parse("javascript:alert(1)").unwrap()), false).contains("javascript"));
        assert_eq!(Prose("a `b<c` & d").to_string(), "a <code>b&lt;c</code> &amp; d");
    }

    #[test]
    fn the_page_tells_every_operation_and_every_problem_and_loads_nothing_from_elsewhere() {
        let document = crate::openapi();
        let page = docs(&document);
        let value = serde_json::to_value(&document).unwrap();
        for operation in operations(&value) {
            assert!(page.contains(&format!("<details id=\"{}\">", operation.id)), "{}", operation.id);
        }
        for code in FailureCode::ALL {
            assert!(page.contains(&format!("<tr id=\"{code}\">")), "{code}");
        }
        for elsewhere in ["<script", "src=", "http:", "https:", "style="] {
            assert!(!page.contains(elsewhere), "{elsewhere}");
        }
    }
}
