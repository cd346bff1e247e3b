//! The description as one HTML page without a script, a font or a picture from anywhere.

use std::fmt::Write as _;

use serde_json::Value;

/// The page's style. Part of the page, and allowed by its hash.
pub(super) const STYLE: &str = "\
:root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}\
body{max-width:60rem;margin:0 auto;padding:1rem}\
code,pre{font-family:ui-monospace,monospace;font-size:.9em}\
pre{overflow-x:auto;padding:.75rem;border:1px solid #8884;border-radius:.4rem}\
table{border-collapse:collapse;width:100%}\
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-bottom:1px solid #8884}\
summary{cursor:pointer;padding:.4rem 0}\
h2{margin-top:2.5rem}\
.method{display:inline-block;min-width:4.5rem;font-weight:700}";

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// The page of an OpenAPI document.
pub(super) fn page(document: &Value) -> String {
    let title = text(&document["info"]["title"]);
    let mut html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
    );
    html.push_str(&paragraphs(
        document["info"]["description"].as_str().unwrap_or_default(),
    ));
    html.push_str("<p>The same for machines: <a href=\"openapi.json\">openapi.json</a>, OpenAPI 3.1.</p>\n");
    for tag in array(&document["tags"]) {
        section(&mut html, document, tag);
    }
    html.push_str("<h2>Records</h2>\n");
    for (name, schema) in object(&document["components"]["schemas"]) {
        record(&mut html, name, schema);
    }
    html.push_str("</main>\n</body>\n</html>\n");
    html
}

fn section(html: &mut String, document: &Value, tag: &Value) {
    put(html, format_args!("<h2>{}</h2>\n", text(&tag["name"])));
    html.push_str(&paragraphs(tag["description"].as_str().unwrap_or_default()));
    for (path, item) in object(&document["paths"]) {
        for method in METHODS {
            let operation = &item[method];
            if array(&operation["tags"]).any(|name| *name == tag["name"]) {
                route(html, method, path, operation);
            }
        }
    }
}

fn route(html: &mut String, method: &str, path: &str, operation: &Value) {
    let summary = format!(
        "<span class=\"method\">{}</span> <code>{}</code>",
        method.to_uppercase(),
        escaped(path)
    );
    put(
        html,
        format_args!(
            "<details id=\"{}\">\n<summary>{summary}</summary>\n",
            text(&operation["operationId"])
        ),
    );
    for part in ["summary", "description"] {
        html.push_str(&paragraphs(operation[part].as_str().unwrap_or_default()));
    }
    let parameters: Vec<&Value> = array(&operation["parameters"]).collect();
    if !parameters.is_empty() {
        html.push_str(
            "<table><thead><tr><th>Parameter</th><th>In</th><th>Type</th><th></th></tr></thead><tbody>\n",
        );
        for parameter in parameters {
            let required = if parameter["required"] == true {
                ""
            } else {
                " (optional)"
            };
            put(
                html,
                format_args!(
                    "<tr><td><code>{}</code>{required}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                    text(&parameter["name"]),
                    text(&parameter["in"]),
                    kind(&parameter["schema"]),
                    inline(parameter["description"].as_str().unwrap_or_default())
                ),
            );
        }
        html.push_str("</tbody></table>\n");
    }
    for (media_type, content) in object(&operation["requestBody"]["content"]) {
        put(
            html,
            format_args!(
                "<p>Body: <code>{}</code>, {}</p>\n",
                escaped(media_type),
                kind(&content["schema"])
            ),
        );
    }
    html.push_str("<table><thead><tr><th>Answer</th><th>Body</th><th></th></tr></thead><tbody>\n");
    for (status, response) in object(&operation["responses"]) {
        let bodies: Vec<String> = object(&response["content"])
            .map(|(_, content)| kind(&content["schema"]))
            .collect();
        put(
            html,
            format_args!(
                "<tr><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                escaped(status),
                bodies.join(" or "),
                inline(response["description"].as_str().unwrap_or_default())
            ),
        );
    }
    html.push_str("</tbody></table>\n</details>\n");
}

fn record(html: &mut String, name: &str, schema: &Value) {
    let name = escaped(name);
    put(
        html,
        format_args!("<details id=\"record-{name}\">\n<summary><code>{name}</code></summary>\n"),
    );
    html.push_str(&paragraphs(schema["description"].as_str().unwrap_or_default()));
    let fields: Vec<_> = object(&schema["properties"]).collect();
    if fields.is_empty() {
        put(html, format_args!("<p>{}</p>\n", kind(schema)));
    } else {
        html.push_str("<table><thead><tr><th>Field</th><th>Type</th><th></th></tr></thead><tbody>\n");
        for (field, schema) in fields {
            put(
                html,
                format_args!(
                    "<tr><td><code>{}</code></td><td>{}</td><td>{}</td></tr>\n",
                    escaped(field),
                    kind(schema),
                    inline(schema["description"].as_str().unwrap_or_default())
                ),
            );
        }
        html.push_str("</tbody></table>\n");
    }
    html.push_str("</details>\n");
}

/// A schema in a few words.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        let name = escaped(name);
        return format!("<a href=\"#record-{name}\">{name}</a>");
    }
    for union in ["oneOf", "anyOf", "allOf"] {
        let members: Vec<String> = array(&schema[union])
            .filter(|member| member["type"] != "null")
            .map(kind)
            .collect();
        if !members.is_empty() {
            return members.join(if union == "allOf" { " and " } else { " or " });
        }
    }
    let values: Vec<String> = array(&schema["enum"])
        .map(|value| format!("<code>{}</code>", text(value)))
        .collect();
    if !values.is_empty() {
        return values.join(", ");
    }
    let names: Vec<&str> = match &schema["type"] {
        Value::Array(names) => names
            .iter()
            .filter_map(Value::as_str)
            .filter(|name| *name != "null")
            .collect(),
        name => name.as_str().into_iter().collect(),
    };
    let name = escaped(&names.join(" or "));
    match (name.as_str(), schema["format"].as_str()) {
        ("array", _) => format!("list of {}", kind(&schema["items"])),
        (_, Some(format)) => format!("{name} ({})", escaped(format)),
        ("", None) => "anything".to_owned(),
        (_, None) => name,
    }
}

fn paragraphs(markdown: &str) -> String {
    let paragraphs = markdown
        .split("\n\n")
        .map(str::trim)
        .filter(|text| !text.is_empty());
    paragraphs
        .map(|paragraph| format!("<p>{}</p>\n", inline(paragraph)))
        .collect()
}

/// Text with `code` in backticks.
fn inline(markdown: &str) -> String {
    let mut html = String::new();
    for (at, part) in markdown.split('`').enumerate() {
        if at % 2 == 1 {
            put(&mut html, format_args!("<code>{}</code>", escaped(part)));
        } else {
            html.push_str(&escaped(part));
        }
    }
    html
}

fn text(value: &Value) -> String {
    escaped(value.as_str().unwrap_or_default())
}

fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            c => html.push(c),
        }
    }
    html
}

fn put(html: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    html.write_fmt(arguments).ok();
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}
