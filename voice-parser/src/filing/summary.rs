//! A note as a person reads it: `…_text_summary.txt`.

use std::fmt::Write as _;

use shared::company::ZoneName;
use shared::records::note::{ActionItem, ClientDecision, Intent, Note};

/// The note in plain text, UTF-8, lines ended by `\n`; the time of receipt as clocks show it in `zone`.
#[must_use]
pub fn text_summary(note: &Note, zone: &ZoneName) -> String {
    let mut text = String::new();
    let heading = match note.intent {
        Intent::JobToBeDone => note.job.as_deref(),
        Intent::KnowledgeDocument | Intent::Other => note.title.as_deref(),
    };
    let heading = heading.unwrap_or(note.tag.as_str());
    line(&mut text, heading);
    line(&mut text, &"=".repeat(heading.chars().count().min(80)));
    text.push('\n');
    field(&mut text, "Client", Some(client_line(note).as_str()));
    field(&mut text, "From", note.worker.name.as_deref());
    let received = note.created_at.to_zoned(zone.time_zone());
    let received = format!("{} {}", received.strftime("%Y-%m-%d %H:%M"), zone.as_str());
    field(&mut text, "Received", Some(&received));
    if let Some(summary) = &note.summary {
        line(&mut text, &format!("\n{summary}"));
    }
    if let Some(context) = &note.context {
        line(&mut text, &format!("\nContext: {context}"));
    }
    if !note.action_items.is_empty() {
        line(&mut text, "\nTo do");
        for item in &note.action_items {
            line(&mut text, &item_line(item));
        }
    }
    line(&mut text, &format!("\nReference: {}", note.note_id));
    text
}

fn client_line(note: &Note) -> String {
    let names = |names: Vec<&str>| names.join(", ");
    match note.client_decision {
        ClientDecision::Linked => names(note.clients.iter().map(|client| client.name.as_str()).collect()),
        ClientDecision::Ambiguous => {
            let candidates = note.client_candidates.iter().map(|client| client.name.as_str());
            format!("not certain: {}", names(candidates.collect()))
        }
        ClientDecision::NotFound | ClientDecision::None => "not named".to_owned(),
    }
}

fn item_line(item: &ActionItem) -> String {
    let mut text = format!("- {}", item.text);
    // Writing to a String cannot fail.
    if let Some(date) = item.due_date {
        write!(text, " (due {date}").ok();
        if let Some(time) = item.due_time {
            write!(text, " {}", time.strftime("%H:%M")).ok();
        }
        text.push(')');
    } else if let Some(when) = &item.due_text {
        write!(text, " ({when})").ok();
    }
    if let Some(assignee) = &item.assignee {
        write!(text, " [{}]", assignee.name).ok();
    }
    text
}

fn field(text: &mut String, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        line(text, &format!("{name}: {value}"));
    }
}

fn line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}
